import type { CardFactRow, CardUpdateFactRow } from '../card/card.fragments.js';
import { CARD_END_TEXTS, notNotifiedBecause } from '../card/card-texts.js';
import { toDate } from '../sql/epoch-column.js';
import { errcodeFacts } from '../weixin/errcodes.js';
import type { EventRow } from './history.sql.js';
import type { HistoryEvent, HistoryEventType } from './history.types.js';

export function updateAcceptedEvent(row: EventRow<CardUpdateFactRow>): HistoryEvent {
  return { ...updateEvent('accepted', row), requestedBy: row.requested_by ?? undefined };
}

export function updateSettledEvent(row: EventRow<CardUpdateFactRow>): HistoryEvent {
  const { errcode, errmsg, rid, reason } = row;
  const facts = errcode === null ? undefined : errcodeFacts(Number(errcode), 'api');
  return {
    ...updateEvent(row.status as HistoryEventType, row),
    ...(facts && { errcode: Number(errcode), errclass: facts.errclass, meaning: facts.meaning }),
    errmsg: errmsg ?? undefined,
    rid: rid ?? undefined,
    reason: reason ?? undefined,
  };
}

export function notNotifiedEvent(row: EventRow<CardUpdateFactRow>): HistoryEvent {
  const failRet = Number(row.fail_ret);
  const meaning = notNotifiedBecause(failRet);
  return { ...updateEvent('not-notified', row), failRet, meaning, reason: row.fail_msg || undefined };
}

export const cardActivatedEvent = (row: EventRow<CardFactRow>): HistoryEvent => cardEvent('activated', row);

export function cardEndedEvent(row: EventRow<CardFactRow>): HistoryEvent {
  const end = row.end_reason as HistoryEvent['end'];
  return {
    ...cardEvent('ended', row),
    ...(row.state !== null && { state: Number(row.state) }),
    ...(end && { end, meaning: CARD_END_TEXTS[end] }),
  };
}

function updateEvent(type: HistoryEventType, row: EventRow<CardUpdateFactRow>): HistoryEvent {
  return {
    ...commonOf(type, row),
    cardId: row.card_id,
    updateId: row.id,
    kind: row.kind as HistoryEvent['kind'],
    ...(row.state !== null && { state: Number(row.state) }),
  };
}

const cardEvent = (type: HistoryEventType, row: EventRow<CardFactRow>): HistoryEvent => ({
  ...commonOf(type, row),
  cardId: row.id,
});

type Common = Pick<CardFactRow, 'app_id' | 'openid' | 'notify_type'>;

const commonOf = (type: HistoryEventType, row: EventRow<Common>) => ({
  type,
  at: toDate(row.happened_at),
  appId: row.app_id,
  openid: row.openid || undefined,
  scene: 0,
  channel: 'service-card' as const,
  notifyType: Number(row.notify_type),
});
