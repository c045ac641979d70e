import { Injectable } from '@nestjs/common';
import { grantsUnderScene } from '../grant/grant.fragments.js';
import { Clock } from '../kernel/clock.js';
import { toDate } from '../sql/epoch-column.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import {
  assignSteps,
  idleAmong,
  OF_PURPOSE,
  purposeParams,
  SCENES,
  SCENES_AT_ONCE,
  type SceneRow,
  type SceneUse,
  useStep,
} from './scene.sql.js';
import type { Scene, SceneFilter, ScenePurpose, TakenScene } from './scene.types.js';

/** Which purpose has which scene. */
@Injectable()
export class SceneRepository {
  private readonly uses: SceneUse[] = [grantsUnderScene];

  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
  ) {}

  /** Rooms above this one that hold scenes tell how to look for that. */
  register(use: SceneUse): void {
    this.uses.push(use);
  }

  async find(key: ScenePurpose): Promise<Scene | undefined> {
    const [row] = await this.sql.all<SceneRow>(`${SCENES.select} WHERE ${OF_PURPOSE}`, purposeParams(key));
    return row && SCENES.read(row);
  }

  /** In the order of their numbers, after the one given. */
  async list({ appId, templateId, after = -1, limit = 1000 }: SceneFilter): Promise<Scene[]> {
    const rows = await this.sql.all<SceneRow>(
      `${SCENES.select} WHERE app_id = ? AND template_id = ? AND scene > ? ORDER BY scene LIMIT ?`,
      [appId, templateId, after, limit],
    );
    return rows.map((row) => SCENES.read(row));
  }

  /** All scenes of the template that have a purpose, released or not. */
  async taken({ appId, templateId }: ScenePurpose): Promise<TakenScene[]> {
    const rows = await this.sql.all<Pick<SceneRow, 'scene' | 'used_at' | 'released_at'>>(
      'SELECT scene, used_at, released_at FROM weixin_scene WHERE app_id = ? AND template_id = ?',
      [appId, templateId],
    );
    return rows.map((row) => ({
      scene: Number(row.scene),
      usedAt: toDate(row.used_at),
      releasedAt: toDate(row.released_at),
    }));
  }

  /**
   * The first of the scenes, in the order given, that nobody asks or holds a grant under. Only advice:
   * {@link assign} has the last word.
   */
  async idleAmong(key: ScenePurpose, scenes: number[]): Promise<number[]> {
    for (let start = 0; start < scenes.length; start += SCENES_AT_ONCE) {
      const some = scenes.slice(start, start + SCENES_AT_ONCE);
      const { sql, params } = idleAmong(this.held, key, some);
      const rows = await this.sql.all<{ scene: number | string }>(sql, params);
      const idle = new Set(rows.map(({ scene }) => Number(scene)));
      if (some.some((scene) => idle.has(scene))) return some.filter((scene) => idle.has(scene));
    }
    return [];
  }

  /**
   * Gives `scene` to the purpose. `false`: it is in use after all, or somebody was faster; nothing was
   * written.
   */
  async assign(key: ScenePurpose, scene: number, unusedSince: number): Promise<boolean> {
    try {
      const steps = assignSteps(this.held, key, scene, this.clock.now(), unusedSince);
      return (await this.sql.atomically(steps)).applied;
    } catch (error) {
      if (error instanceof UniqueViolation) return false;
      throw error;
    }
  }

  /** Notes that the purpose is alive. `false`: the scene has gone to another one. */
  async use(scene: Scene): Promise<boolean> {
    return (await this.sql.atomically([useStep(scene, this.clock.now())])).applied;
  }

  /** `false`: no scene is in use for this purpose. */
  async release(key: ScenePurpose): Promise<boolean> {
    const released = await this.sql.run(
      `UPDATE weixin_scene SET released_at = ? WHERE ${OF_PURPOSE} AND released_at IS NULL`,
      [this.clock.now(), ...purposeParams(key)],
    );
    return released === 1;
  }

  private readonly held: SceneUse = (here) => this.uses.flatMap((use) => use(here));
}
