import { Injectable } from '@nestjs/common';
import { CLOCKS_DIFFER_MS } from '../delivery/batches/message-batch.repository.js';
import type { Channel } from '../delivery/channels/channel.js';
import { Channels } from '../delivery/channels/channels.js';
import { GrantBatchRepository } from '../grant/grant-batch.repository.js';
import { Clock } from '../kernel/clock.js';
import { InvalidInputError } from '../kernel/errors.js';
import { DAY_MS } from '../kernel/platform-day.js';
import { RandomSource } from '../kernel/random-source.js';
import { validateInput } from '../kernel/validation.js';
import { SceneRegistry } from '../scene/scene.registry.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import type { ChangedBy } from './broadcast.repository.js';
import type { BroadcastAudience, BroadcastRecord } from './broadcast.types.js';
import { BroadcastDto } from './dto/broadcast.dto.js';
import { draftOf } from './new-broadcast.js';
import { Renderers } from './renderers.js';

/** Makes drafts of what is asked for: checked against the account, its template and its scenes. */
@Injectable()
export class BroadcastDrafts {
  constructor(
    private readonly channels: Channels,
    private readonly scenes: SceneRegistry,
    private readonly renderers: Renderers,
    private readonly grants: GrantBatchRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly retention: RetentionConfig,
  ) {}

  /**
   * A draft, which is not written yet.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link PurposeUnknownError} {@link UnknownRendererError} {@link DatabaseError}
   */
  async of(
    input: BroadcastDto,
    audience: BroadcastAudience,
    { requestedBy }: ChangedBy = {},
  ): Promise<BroadcastRecord> {
    const dto = validateInput(BroadcastDto, input);
    const { appId, templateId } = dto;
    const channel = this.channels.of({
      ...{ appId, templateId },
      channel: dto.channel ?? this.channels.ofTemplate(appId, templateId),
    });
    const scene = await this.sceneOf(dto, channel);
    await this.channels.templatesRead(appId, channel);
    const now = this.clock.now();
    const facts = { id: this.random.id(now), now, channel: channel.name, scene, requestedBy };
    const draft = draftOf(dto, audience, this.channels, facts);
    if (draft.renderer !== undefined) this.renderers.get(draft.renderer);
    return { ...draft, deadline: this.deadlineOf(draft, now) };
  }

  /**
   * Who got a broadcast to a scene is told by its messages alone: once retention deletes the first of them,
   * a person who has confirmed anew would get it twice. So it ends before. A list remembers whom it was for.
   */
  private deadlineOf({ audience, notBefore, deadline }: BroadcastRecord, now: number): Date | undefined {
    const { messagesDays } = this.retention;
    if (audience !== 'scene' || messagesDays === 0) return deadline;
    const begins = Math.max(now, notBefore?.getTime() ?? now);
    const latest = begins + messagesDays * DAY_MS - CLOCKS_DIFFER_MS;
    return new Date(Math.min(latest, deadline?.getTime() ?? latest));
  }

  /** How many people it is for. @throws {DatabaseError} */
  total({
    audience,
    appId,
    templateId,
    scene,
    channel,
    recipients,
  }: BroadcastRecord): Promise<number> | number {
    return audience === 'recipients' ? recipients : this.grants.count({ appId, templateId, scene, channel });
  }

  private async sceneOf(
    { appId, templateId, purpose, scene }: BroadcastDto,
    { name, grants }: Channel,
  ): Promise<number | undefined> {
    if (grants.perScene)
      return purpose ? (await this.scenes.inUse({ appId, templateId, purpose })).scene : (scene ?? undefined);
    const field = purpose ? 'purpose' : 'scene';
    if (purpose || scene)
      throw new InvalidInputError([
        { field, message: `${field} must be left out: channel ${name} has none` },
      ]);
    return 0;
  }
}
