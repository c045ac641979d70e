import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { Telemetry, type TelemetryCounter } from '../kernel/telemetry.js';
import { errcodeFacts } from '../weixin/errcodes.js';
import { WaitingMessageRepository } from './deferred/waiting-message.repository.js';
import type { Settlement } from './ledger/settlement.js';
import { SendPauses } from './pauses/send-pauses.js';

/** Counting further would tell nobody more. */
const COUNTED = 1000;

interface Sent {
  appId: string;
  /** Absent where nothing but `one-time` is possible. */
  channel?: string;
}

/** What becomes of messages, and what waits. The gauges read indexes, and no more rows than they count. */
@Injectable()
export class DeliveryMetrics {
  private readonly messages: TelemetryCounter;

  constructor(telemetry: Telemetry, waiting: WaitingMessageRepository, pauses: SendPauses, clock: Clock) {
    this.messages = telemetry.counter(
      'weixin.messages',
      'Messages that got their outcome, by account, channel, outcome and class of errcode',
    );
    telemetry.gauge(
      'weixin.messages.overdue',
      { description: 'Deferred messages that are due by now; 1,000 stands for that many or more' },
      async (observe) => observe(await waiting.countDueBefore(clock.now(), COUNTED)),
    );
    telemetry.gauge(
      'weixin.messages.unknown',
      { description: 'Messages that somebody has to resolve; 1,000 stands for that many or more' },
      async (observe) => observe(await waiting.countUnknown(COUNTED)),
    );
    telemetry.gauge(
      'weixin.messages.unknown.age',
      { description: 'Since when the first of them is unknown', unit: 's' },
      async (observe) => {
        const since = await waiting.oldestUnknown(COUNTED);
        observe(since === undefined ? 0 : Math.max(0, clock.now() - since) / 1000);
      },
    );
    telemetry.gauge(
      'weixin.send.pauses',
      { description: 'APIs and templates whose sends WeChat refuses for a while, by account' },
      async (observe) => {
        const byAccount = new Map<string, number>();
        for (const { appId } of await pauses.list()) byAccount.set(appId, (byAccount.get(appId) ?? 0) + 1);
        for (const [appId, count] of byAccount) observe(count, { 'weixin.app_id': appId });
      },
    );
  }

  /** A message has its first outcome. */
  ended({ appId, channel }: Sent, { outcome, errcode }: Settlement): void {
    this.messages.add(1, {
      'weixin.app_id': appId,
      'weixin.channel': channel ?? 'one-time',
      'weixin.outcome': outcome,
      'weixin.errclass': errcode === undefined ? 'none' : errcodeFacts(errcode).errclass,
    });
  }
}
