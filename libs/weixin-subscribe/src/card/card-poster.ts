import { Injectable } from '@nestjs/common';
import { DeliveryConfig } from '../delivery/delivery.options.js';
import { Poster } from '../delivery/send/poster.js';
import type { Retry } from '../delivery/send/retry-plan.js';
import { Clock } from '../kernel/clock.js';
import { WeixinConfig } from '../weixin/weixin.options.js';
import type { WeixinAnswer } from '../weixin/weixin-api.client.js';
import type { CardRecord, CardUpdateRecord } from './card.types.js';
import { callOf, GET_PATH, getBody } from './card-wire.js';

/** A card of a person who was not forgotten. */
export type AddressedCard = CardRecord & { notifyCode: string };

/** Makes the calls of cards as sends are made: with the account's token and API pauses. Never rejects. */
@Injectable()
export class CardPoster {
  constructor(
    private readonly poster: Poster,
    private readonly clock: Clock,
    private readonly delivery: DeliveryConfig,
    private readonly weixin: WeixinConfig,
  ) {}

  /** For how long an attempt belongs to the process that took it. */
  get leaseMs(): number {
    return this.delivery.leaseMs;
  }

  /** Repeats only what surely did not reach WeChat. @param pausesMs before each further post */
  post(
    card: AddressedCard,
    update: CardUpdateRecord,
    startedAt: number,
    pausesMs?: readonly number[],
  ): Promise<{ answer: WeixinAnswer; retry?: Retry }> {
    const call = { method: 'POST' as const, ...callOf(card, update) };
    return this.poster.call(card.appId, call, { latest: this.latest(startedAt), pausesMs });
  }

  /** Asks how the card stands, which changes nothing at WeChat. */
  async ask(
    card: AddressedCard,
    startedAt = this.clock.now(),
  ): Promise<{ answer: WeixinAnswer; retry?: Retry }> {
    const call = { method: 'POST' as const, path: GET_PATH, body: getBody(card) };
    return this.poster.call(card.appId, call, { latest: this.latest(startedAt) });
  }

  /** What is posted must be answered before the lease ends. */
  private latest(startedAt: number): number {
    return startedAt + this.leaseMs - this.weixin.http.timeoutMs;
  }
}
