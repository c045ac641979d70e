import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { DAY_MS } from '../../kernel/platform-day.js';
import { RandomSource } from '../../kernel/random-source.js';
import { Telemetry } from '../../kernel/telemetry.js';
import { DatabaseError } from '../../sql/database.error.js';
import { AuthorizedApiClient } from '../../token/authorized-api.client.js';
import { TokenUnavailableError } from '../../token/token.errors.js';
import { WeixinConfig } from '../../weixin/weixin.options.js';
import type { Channel } from '../channels/channel.js';
import { Channels } from '../channels/channels.js';
import { DeliveryConfig } from '../delivery.options.js';
import type { DeliverableMessage } from '../ledger/message.types.js';
import { attributesOf, startAttributesOf } from '../ledger/message-attributes.js';
import { DEADLINE_PASSED, NO_GRANT_LEFT } from '../ledger/reasons.js';
import { type Settlement, settlementOf } from '../ledger/settlement.js';
import { InFlight } from '../send/in-flight.js';
import { Poster } from '../send/poster.js';
import { type Retry, retryAt, statedOrBackoff } from '../send/retry-plan.js';
import { Settler } from '../send/settler.js';
import { byDeadline, Holds } from './holds.js';
import { WaitingMessageRepository } from './waiting-message.repository.js';

/** A message without a deadline is tried for this long after its time. */
const PATIENCE_MS = DAY_MS;

/**
 * Delivers one waiting message: checks whether it may go, claims, posts and settles, as in a direct send.
 * What WeChat surely did not deliver and may take later waits again, with its grant given back; everything
 * else ends it.
 */
@Injectable()
export class DeferredDelivery {
  constructor(
    private readonly channels: Channels,
    private readonly holds: Holds,
    private readonly api: AuthorizedApiClient,
    private readonly waiting: WaitingMessageRepository,
    private readonly poster: Poster,
    private readonly settler: Settler,
    private readonly inFlight: InFlight,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly deliveryConfig: DeliveryConfig,
    private readonly weixinConfig: WeixinConfig,
    private readonly telemetry: Telemetry,
  ) {}

  /** @throws {DatabaseError} it waits as before */
  deliver(message: DeliverableMessage): Promise<void> {
    const options = { message: message.id, attributes: startAttributesOf(message) };
    return this.inFlight.track(
      this.telemetry.span('weixin message deliver', options, (span) => {
        if (span.isRecording()) span.setAttributes(attributesOf(message));
        return this.attempt(message);
      }),
    );
  }

  private async attempt(message: DeliverableMessage): Promise<void> {
    const startedAt = this.clock.now();
    if (isOver(message, startedAt)) return this.settler.endWaiting(message, DEADLINE_PASSED);
    if (await this.holds.hold(message)) return;
    const channel = await this.prepare(message);
    if (!channel) return;
    const begun = await this.waiting.begin(message);
    if (begun === 'no-grant') return this.settler.endWaiting(message, NO_GRANT_LEFT);
    if (begun !== 'gone') await this.send({ ...message, ...begun }, channel, startedAt);
  }

  /** Without a channel or a token nothing could be posted: found out before a grant is claimed. */
  private async prepare(message: DeliverableMessage): Promise<Channel | undefined> {
    try {
      const channel = this.channels.checked(message);
      await this.api.ready(message.appId);
      await this.channels.ready(message, channel);
      return channel;
    } catch (error) {
      if (error instanceof DatabaseError) throw error;
      const noToken = error instanceof TokenUnavailableError;
      // What was taken when it was accepted is refused only since somebody changed the configuration of the
      // account.
      const retry: Retry = noToken ? statedOrBackoff(error.retryAfterSeconds) : { kind: 'account' };
      const { message: reason } = error as Error;
      const dueAt = this.nextTry(message, retry, message.attempts + 1);
      if (dueAt === undefined) await this.settler.endWaiting(message, reason);
      else await this.waiting.putOff(message, dueAt, reason, true);
      return undefined;
    }
  }

  private async send(message: DeliverableMessage, channel: Channel, startedAt: number): Promise<void> {
    // What is posted must be answered before the lease ends, and may not leave at the deadline or later.
    const answered = startedAt + this.deliveryConfig.leaseMs - this.weixinConfig.http.timeoutMs;
    const latest = Math.min(answered, (message.deadline?.getTime() ?? Number.POSITIVE_INFINITY) - 1);
    const { answer, retry } = await this.poster.post(message, channel, { latest });
    if (retry?.kind === 'stated' && answer.kind === 'answered')
      this.holds.slowDown(message.appId, channel.path, this.clock.now() + 1000 * retry.seconds);
    await this.finish(message, settlementOf(answer), retry);
  }

  private async finish(
    message: DeliverableMessage,
    settlement: Settlement,
    retry: Retry | undefined,
  ): Promise<void> {
    if (retry && isOver(message, this.clock.now()))
      return void (await this.settler.settle(message, { ...settlement, reason: DEADLINE_PASSED }));
    const dueAt = retry && this.nextTry(message, retry, message.attempts);
    if (dueAt === undefined) await this.settler.settle(message, settlement);
    else await this.settler.putBack(message, settlement, dueAt);
  }

  /** `undefined`: never, its time is over. */
  private nextTry(message: DeliverableMessage, retry: Retry, attempts: number): number | undefined {
    const next = byDeadline(message, retryAt(retry, attempts, this.clock.now(), this.random.fraction()));
    const since = message.notBefore ?? message.acceptedAt;
    return message.deadline || next <= since.getTime() + PATIENCE_MS ? next : undefined;
  }
}

function isOver({ deadline }: DeliverableMessage, now: number): boolean {
  return deadline !== undefined && deadline.getTime() <= now;
}
