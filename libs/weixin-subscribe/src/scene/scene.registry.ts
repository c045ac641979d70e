import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { validateInput } from '../kernel/validation.js';
import { DatabaseError } from '../sql/database.error.js';
import type { SqlStep } from '../sql/sql-step.js';
import { SceneFilterDto, ScenePurposeDto } from './scene.dto.js';
import { PurposeUnknownError, ScenesExhaustedError } from './scene.errors.js';
import { SceneConfig } from './scene.options.js';
import { SceneRepository } from './scene.repository.js';
import { askStep } from './scene.sql.js';
import type { Scene, SceneFilter, ScenePurpose } from './scene.types.js';
import { sceneCandidates } from './scene-candidates.js';

/** Each lost attempt means that somebody else's scene was assigned, or put to use, under our eyes. */
const ATTEMPTS = 50;
const HOUR_MS = 3_600_000;
/** A purpose is not written down as alive more often than this. */
const USED_AT_PRECISION_MS = HOUR_MS;
const LONG_UNUSED_MS = 90 * 24 * HOUR_MS;

/**
 * Scenes by purpose. WeChat counts one grant per person, template **and scene** (docs/platform.md §0.4),
 * so several grants of one person need several scenes: name what each is for (`class:42`) and ask here
 * for its number, each time you ask or send.
 *
 * A scene that had a purpose before is used for another one only when it was released, or not asked for in 90
 * days, and nobody has a live grant (`available`, `claimed` or `unknown`) or an open intent under it, and no
 * broadcast under it is scheduled, running or paused.
 * That also holds for scenes which a host chose by hand: while they are in use they are not handed out. A
 * host that chooses by hand should give this registry a range of its own (option `scenes`), since nothing can
 * protect a number that is not written down anywhere yet.
 */
@Injectable()
export class SceneRegistry {
  constructor(
    private readonly scenes: SceneRepository,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: SceneConfig,
  ) {}

  /**
   * The scene of a purpose, 0–10000. Creates it where there is none; any number of callers in any number of
   * processes get the same one. A purpose that was released gets its own scene back, unless another one has
   * it by now.
   *
   * Numbers that never had a purpose go first, the lowest first; then released ones, the longest ago first;
   * then those that nobody has asked for in 90 days. Expired intents and grants hold a scene until the
   * background tasks have closed them, a minute at most.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * @throws {ScenesExhaustedError} every scene of the range is in use
   * @throws {DatabaseError}
   */
  async sceneFor(input: ScenePurpose): Promise<number> {
    const key = this.check(input);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const scene = (await this.kept(key)) ?? (await this.assigned(key, attempt));
      if (scene !== undefined) return scene;
    }
    throw new DatabaseError('the scenes of this template kept changing', true);
  }

  /**
   * The scene of a purpose, released or not, if it has one; nothing is created and nothing is noted.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link DatabaseError}
   */
  async find(input: ScenePurpose): Promise<Scene | undefined> {
    return this.scenes.find(this.check(input));
  }

  /**
   * The scenes that have a purpose, released or not, in the order of their numbers; at most `limit`, after
   * the scene `after`.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link DatabaseError}
   */
  async list(input: SceneFilter): Promise<Scene[]> {
    const { appId, templateId, after, limit } = validateInput(SceneFilterDto, input);
    this.accounts.withTemplate(appId, templateId);
    return this.scenes.list({ appId, templateId, after: after ?? undefined, limit: limit ?? undefined });
  }

  /**
   * The purpose is over. Grants under its scene stay good, and hold the scene until they are used, void
   * or expired; so do open intents. Do not ask under the number any more: from then on it may belong to
   * another purpose.
   * @returns `false` when no scene was in use for it
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link DatabaseError}
   */
  async release(input: ScenePurpose): Promise<boolean> {
    return this.scenes.release(this.check(input));
  }

  /**
   * The scene of a purpose that is in use, and the step that makes sure it still is, to be put before a
   * intent's own. For `authorization/`: a public endpoint must not create purposes, or anybody could use
   * the scenes up.
   * @throws {PurposeUnknownError}
   */
  async inUse(key: ScenePurpose): Promise<{ scene: number; step: SqlStep }> {
    const found = await this.find(key);
    if (!found || found.releasedAt) throw new PurposeUnknownError(key);
    return { scene: found.scene, step: askStep(found, this.clock.now()) };
  }

  private check(input: ScenePurpose): ScenePurpose {
    const { appId, templateId, purpose } = validateInput(ScenePurposeDto, input);
    this.accounts.withTemplate(appId, templateId);
    return { appId, templateId, purpose };
  }

  /** The scene that the purpose has already, from now on in use. */
  private async kept(key: ScenePurpose): Promise<number | undefined> {
    const found = await this.scenes.find(key);
    if (!found) return undefined;
    const fresh = found.usedAt.getTime() > this.clock.now() - USED_AT_PRECISION_MS;
    if (fresh && !found.releasedAt) return found.scene;
    return (await this.scenes.use(found)) ? found.scene : undefined;
  }

  /** A scene for a purpose that has none. `undefined`: somebody was faster, look again. */
  private async assigned(key: ScenePurpose, attempt: number): Promise<number | undefined> {
    const unusedSince = this.clock.now() - LONG_UNUSED_MS;
    const candidates = sceneCandidates(this.config, await this.scenes.taken(key), unusedSince);
    const idle = await this.scenes.idleAmong(key, candidates);
    if (idle.length > 0) {
      // Callers who lost a race spread out, or they would all go for the next one together.
      const scene = idle[attempt === 1 ? 0 : Math.floor(this.random.fraction() * idle.length)];
      return (await this.scenes.assign(key, scene, unusedSince)) ? scene : undefined;
    }
    // Perhaps all are taken because somebody has just taken the last one for this very purpose.
    if (await this.scenes.find(key)) return undefined;
    throw new ScenesExhaustedError(key.appId, key.templateId, this.config);
  }
}
