import { Injectable } from '@nestjs/common';
import { AccountDisabledError, UnknownAccountError } from '../../account/account.errors.js';
import { FormIdService } from '../../grant/form-id/form-id.service.js';
import { Clock } from '../../kernel/clock.js';
import { RandomSource } from '../../kernel/random-source.js';
import { DatabaseError } from '../../sql/database.error.js';
import { AuthorizedApiClient, type AuthorizedCall } from '../../token/authorized-api.client.js';
import { TokenUnavailableError } from '../../token/token.errors.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import type { Channel } from '../channels/channel.js';
import { grantOf } from '../ledger/message.sql.js';
import type { OutgoingMessage, Recipient, SharedMessage } from '../ledger/message.types.js';
import { SendPauses } from '../pauses/send-pauses.js';
import { type Retry, retryOf, statedOrBackoff } from './retry-plan.js';

export interface Posting {
  /** After this moment nothing is posted (milliseconds since 1970 UTC). */
  latest: number;
  /** Before each further post, should the ones before surely not have left. @default none */
  pausesMs?: readonly number[];
}

/** What came of a post, and whether it may be tried again later. */
export interface Posted {
  answer: WeixinAnswer;
  retry?: Retry;
}

/** Posts a message whose grant is claimed. */
@Injectable()
export class Poster {
  constructor(
    private readonly api: AuthorizedApiClient,
    private readonly pauses: SendPauses,
    private readonly formIds: FormIdService,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** Repeats only what surely did not reach WeChat, and never beyond `latest`. Never rejects. */
  async post(message: OutgoingMessage & { id: string }, channel: Channel, posting: Posting): Promise<Posted> {
    try {
      return await this.series(message, channel)(await this.recipient(message, channel), posting);
    } catch (error) {
      return whatWasThrown(error);
    }
  }

  /**
   * The same for messages that differ in their recipient alone, as those of a batch do: what they share is
   * made ready once.
   */
  series(shared: SharedMessage, channel: Channel): (to: Recipient, posting: Posting) => Promise<Posted> {
    const { appId, content } = shared;
    const { path } = channel;
    const body = channel.body(shared);
    const hints = { miniprogram: Boolean(content.miniprogram) };
    // Settler writes a line of each message; of a broadcast its progress and its export tell.
    const reported = true;
    return (to, posting) =>
      this.call(appId, { method: 'POST', path, body: body(to), hints, reported }, posting);
  }

  /**
   * Any call of an account that may take effect: with its token, and a pause of the API where its quota is
   * used up. Repeats only what surely did not reach WeChat, and never beyond `latest`. Never rejects.
   */
  call(appId: string, call: AuthorizedCall, { latest, pausesMs }: Posting): Promise<Posted> {
    return pausesMs ? this.patiently(appId, call, latest, pausesMs) : this.once(appId, call, latest);
  }

  private async recipient(message: OutgoingMessage & { id: string }, channel: Channel): Promise<Recipient> {
    return channel.postsFormId ? { ...message, formId: await this.formIds.of(grantOf(message.id)) } : message;
  }

  private async patiently(
    appId: string,
    call: AuthorizedCall,
    latest: number,
    pausesMs: readonly number[],
  ): Promise<Posted> {
    for (const pauseMs of pausesMs) {
      const posted = await this.once(appId, call, latest);
      const jitteredMs = Math.round(pauseMs * (0.75 + this.random.fraction() / 2));
      if (posted.answer.kind !== 'not-sent' || this.clock.now() + jitteredMs > latest) return posted;
      await this.clock.sleep(jitteredMs);
    }
    return this.once(appId, call, latest);
  }

  private async once(appId: string, call: AuthorizedCall, latest: number): Promise<Posted> {
    try {
      const answer = await this.api.call(appId, call, () => this.clock.now() <= latest);
      const pausing = this.pauses.heed(appId, call.path, answer);
      if (pausing) await pausing;
      return { answer, retry: retryOf(answer) };
    } catch (error) {
      return whatWasThrown(error);
    }
  }
}

function whatWasThrown(error: unknown): Posted {
  const reason = (error as Error).message;
  if (error instanceof TokenUnavailableError)
    return { answer: { kind: 'not-sent', reason }, retry: statedOrBackoff(error.retryAfterSeconds) };
  // Switched off or removed since it was claimed.
  if (error instanceof AccountDisabledError || error instanceof UnknownAccountError)
    return { answer: { kind: 'not-sent', reason }, retry: { kind: 'account' } };
  if (error instanceof DatabaseError)
    return { answer: { kind: 'not-sent', reason }, retry: { kind: 'backoff' } };
  return { answer: { kind: 'no-answer', reason } };
}
