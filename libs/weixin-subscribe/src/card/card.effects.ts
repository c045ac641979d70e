import { Injectable } from '@nestjs/common';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import type { PushEvent } from '../push/push.types.js';
import { OnWeixinEvent } from '../push/push-listeners.js';
import { CardMetrics } from './card.metrics.js';
import { CardRepository } from './card.repository.js';
import type { CardRecord, CardUpdateRecord } from './card.types.js';
import { CardUpdates } from './card-updates.js';

/** The person refuses this template: nothing of the card reaches them any more. */
const REFUSED = -1004;

interface Report {
  state: number;
  failRet: number;
  failMsg: string;
  at: Date;
}

/**
 * What `notify_service_msg_send_result` changes: WeChat has stored a state and did not notify the person of
 * it (docs/platform.md §15). So it ends an update that was `unknown`, as stored, and never takes a state
 * back.
 */
@Injectable()
export class CardEffects {
  private readonly logger = new LibraryLogger('CardEvents');

  constructor(
    private readonly cards: CardRepository,
    private readonly updates: CardUpdates,
    private readonly metrics: CardMetrics,
    private readonly emitter: WeixinEvents,
  ) {}

  @OnWeixinEvent('notify_service_msg_send_result')
  async notNotified(event: PushEvent<'notify_service_msg_send_result'>): Promise<void> {
    const { appId, fields, receivedAt, createdAt: at = receivedAt } = event;
    const card = await this.cardOf(event);
    const state = wholeIn(fields.card_status);
    const failRet = wholeIn(fields.fail_ret);
    if (!card || state === undefined || failRet === undefined) {
      this.logger.debug(`account "${appId}": push event ${event.id} is of no card of ours`, { appId });
      return;
    }
    await this.apply(card, { state, failRet, failMsg: textIn(fields.fail_msg).trim(), at });
  }

  private async apply(card: CardRecord, report: Report): Promise<void> {
    const { state, failRet, failMsg, at } = report;
    const update = reported(await this.cards.updatesTo(card.id, state));
    if (!update) {
      this.logger.warn(
        `card ${card.id} was not notified of state ${state}, and no update here is known to have set it`,
      );
    } else {
      // It comes again, and finds the outcome then.
      if (update.status === 'sending') throw new Error('the response to the update is not recorded yet');
      if (update.status === 'unknown') await this.stored(card, update);
      await this.cards.recordNotNotified(update.id, failRet, failMsg, at);
      this.tell(card, update, report);
    }
    if (failRet === REFUSED && (await this.cards.observe(card.id, { end: 'refused' })))
      this.updates.tellEnded(card, 'refused');
  }

  private async stored(card: CardRecord, update: CardUpdateRecord): Promise<void> {
    const outcome = {
      status: 'sent' as const,
      verdict: { reason: 'WeChat reports that the person was not notified of it' },
      card: this.updates.changeOf(card, update, 'sent'),
    };
    const isFirst = await this.cards.settle(update, outcome);
    if (isFirst) this.metrics.ended(card, update, { status: 'sent' });
    const ended = isFirst || (await this.cards.settleLate(update, outcome));
    if (!ended) throw new Error('the update is being asked about');
  }

  private tell({ appId, id: cardId }: CardRecord, { id: updateId }: CardUpdateRecord, report: Report): void {
    const { state, failRet, failMsg } = report;
    this.logger.warn(
      `account "${appId}": card ${cardId}: the person was not notified of state ${state}: ${failRet} ${failMsg}`,
      { appId },
    );
    this.emitter.emit('weixin.card.not-notified', { appId, cardId, updateId, state, failRet, failMsg });
  }

  /** WeChat writes `p1.` before the id of a payment there. */
  private async cardOf({ appId, openid, fields }: PushEvent): Promise<CardRecord | undefined> {
    const written = textIn(fields.notify_code);
    const person = textIn(fields.openid) || openid;
    for (const code of new Set([written.replace(/^p1\./, ''), written])) {
      const card = code === '' ? undefined : await this.cards.findByCode(appId, code);
      if (card?.openid === person && card.notifyType === wholeIn(fields.notify_type)) return card;
    }
    return undefined;
  }
}

/**
 * The update that WeChat reports on. A report names a state and no update, and a state may come again: one
 * that was surely stored explains the report, and what became of a newer one is asked of WeChat, not guessed.
 */
function reported(updates: CardUpdateRecord[]): CardUpdateRecord | undefined {
  const [newest] = updates;
  if (newest?.status === 'sending') return newest;
  const unclear = updates.filter(({ status }) => status === 'unknown');
  return updates.find(({ status }) => status === 'sent') ?? (unclear.length === 1 ? unclear[0] : undefined);
}

const textIn = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function wholeIn(value: unknown): number | undefined {
  const text = textIn(value);
  return /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
