import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DatabaseError } from '../common/errors.js';
import { RandomSource } from '../common/random-source.js';
import { AuthorizedApiClient } from '../token/authorized-api.client.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import type { WeixinAnswer } from '../weixin/weixin-api.client.js';
import type { Channel } from './channels/channel.js';
import type { OutgoingMessage } from './message.types.js';
import { type Retry, retryOf, statedOrBackoff } from './retry-plan.js';
import { SendPauses } from './send-pauses.js';

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
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** Repeats only what surely did not reach WeChat, and never beyond `latest`. Never rejects. */
  async post(
    message: OutgoingMessage,
    channel: Channel,
    { latest, pausesMs = [] }: Posting,
  ): Promise<Posted> {
    for (const pauseMs of pausesMs) {
      const posted = await this.once(message, channel, latest);
      const jitteredMs = Math.round(pauseMs * (0.75 + this.random.fraction() / 2));
      if (posted.answer.kind !== 'not-sent' || this.clock.now() + jitteredMs > latest) return posted;
      await this.clock.sleep(jitteredMs);
    }
    return this.once(message, channel, latest);
  }

  private async once(message: OutgoingMessage, channel: Channel, latest: number): Promise<Posted> {
    const call = { method: 'POST', path: channel.path, body: channel.body(message) } as const;
    try {
      const answer = await this.api.call(message.appId, call, () => this.clock.now() <= latest);
      await this.pauses.heed(message.appId, answer);
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
  if (error instanceof DatabaseError)
    return { answer: { kind: 'not-sent', reason }, retry: { kind: 'backoff' } };
  return { answer: { kind: 'no-answer', reason } };
}
