import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { Telemetry, type TelemetryCounter } from '../kernel/telemetry.js';
import { errcodeFacts } from '../weixin/errcodes.js';
import { CardRepository } from './card.repository.js';
import type { CardRecord, CardUpdateRecord } from './card.types.js';

/** Counting further would tell nobody more. */
const COUNTED = 1000;

/** What becomes of updates of cards, and what nobody knows yet. */
@Injectable()
export class CardMetrics {
  private readonly updates: TelemetryCounter;

  constructor(telemetry: Telemetry, cards: CardRepository, clock: Clock) {
    this.updates = telemetry.counter(
      'weixin.cards.updates',
      'Updates of service cards that got their outcome, by account, type, kind, outcome and class of errcode',
    );
    telemetry.gauge(
      'weixin.cards.unknown',
      {
        description:
          'Updates of service cards that WeChat has to be asked about; 1,000 stands for that many or more',
      },
      async (observe) => {
        const open = await cards.openUpdates(COUNTED);
        observe(open.filter(({ status }) => status === 'unknown').length);
      },
    );
    telemetry.gauge(
      'weixin.cards.unknown.age',
      { description: 'Since when the first update of a service card has no outcome', unit: 's' },
      async (observe) => {
        const open = await cards.openUpdates(COUNTED);
        const since = Math.min(clock.now(), ...open.map(({ acceptedAt }) => acceptedAt));
        observe((clock.now() - since) / 1000);
      },
    );
  }

  /** An update has its first outcome. */
  ended(
    { appId, notifyType }: Pick<CardRecord, 'appId' | 'notifyType'>,
    { kind }: Pick<CardUpdateRecord, 'kind'>,
    { status, errcode }: Pick<CardUpdateRecord, 'status' | 'errcode'>,
  ): void {
    this.updates.add(1, {
      'weixin.app_id': appId,
      'weixin.card_type': notifyType,
      'weixin.kind': kind,
      'weixin.outcome': status,
      'weixin.errclass': errcode === undefined ? 'none' : errcodeFacts(errcode).errclass,
    });
  }
}
