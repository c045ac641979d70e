import type { IntentFactRow } from '../authorization/intent.fragments.js';
import type { MessageFactRow } from '../delivery/ledger/message.fragments.js';
import type { MessageStatus, Outcome } from '../delivery/ledger/message.types.js';
import { RESOLVED_BY_HAND } from '../delivery/ledger/resolution.js';
import type { GrantRow } from '../grant/grant.sql.js';
import type { GrantChannel, GrantStatus } from '../grant/grant.types.js';
import { intentIdOf } from '../grant/intent-source.js';
import { toDate } from '../sql/epoch-column.js';
import { errcodeFacts } from '../weixin/errcodes.js';
import type { EventRow } from './history.sql.js';
import type { HistoryEvent, HistoryEventType } from './history.types.js';

export function askedEvent(row: EventRow<IntentFactRow>): HistoryEvent {
  return intentEvent('asked', row);
}

export function answeredEvent(row: EventRow<IntentFactRow>): HistoryEvent {
  return intentEvent(
    row.status === 'expired' ? 'unanswered' : (row.status as 'confirmed' | 'cancelled'),
    row,
  );
}

export function grantedEvent(row: EventRow<GrantRow>): HistoryEvent {
  return grantEvent('granted', row);
}

const CLOSED: Partial<Record<GrantStatus, HistoryEventType>> = {
  renewed: 'renewed',
  void: 'voided',
  expired: 'expired',
};

export function closedEvent(row: EventRow<GrantRow>): HistoryEvent {
  return grantEvent(CLOSED[row.status as GrantStatus] as HistoryEventType, row);
}

export function acceptedEvent(row: EventRow<MessageFactRow>): HistoryEvent {
  return { ...messageEvent('accepted', row), requestedBy: row.requested_by ?? undefined };
}

export function settledEvent(row: EventRow<MessageFactRow>): HistoryEvent {
  const status = row.status as MessageStatus;
  const outcome = status === 'sending' || status === 'waiting' ? 'unknown' : status;
  const resolved = row.reason?.startsWith(RESOLVED_BY_HAND) ?? false;
  return {
    ...messageEvent(resolved ? 'resolved' : outcome, row),
    outcome: resolved ? (outcome as Outcome) : undefined,
    ...verdictOf(row),
    reason: row.reason ?? undefined,
  };
}

function intentEvent(type: HistoryEventType, row: EventRow<IntentFactRow>): HistoryEvent {
  return {
    type,
    at: toDate(row.happened_at),
    appId: row.app_id,
    openid: row.openid ?? undefined,
    templateId: row.template_id,
    scene: Number(row.scene),
    intentId: row.id,
    subject: row.subject ?? undefined,
  };
}

function grantEvent(type: HistoryEventType, row: EventRow<GrantRow>): HistoryEvent {
  return {
    type,
    at: toDate(row.happened_at),
    appId: row.app_id,
    openid: row.openid,
    templateId: row.template_id,
    scene: Number(row.scene),
    intentId: intentIdOf(row.source),
    grantId: row.id,
    channel: row.channel as GrantChannel,
    subject: row.subject ?? undefined,
    source: row.source,
  };
}

function messageEvent(type: HistoryEventType, row: EventRow<MessageFactRow>): HistoryEvent {
  return {
    type,
    at: toDate(row.happened_at),
    appId: row.app_id,
    openid: row.openid || undefined,
    templateId: row.template_id,
    scene: Number(row.scene),
    grantId: row.grant_id ?? undefined,
    messageId: row.id,
    channel: row.channel as GrantChannel,
  };
}

function verdictOf({
  errcode,
  errmsg,
  rid,
  with_miniprogram,
}: EventRow<MessageFactRow>): Partial<HistoryEvent> {
  if (errcode === null) return {};
  const { errclass, meaning } = errcodeFacts(errcode, 'api', { miniprogram: Number(with_miniprogram) === 1 });
  return { errcode, errclass, errmsg: errmsg ?? undefined, rid: rid ?? undefined, meaning };
}
