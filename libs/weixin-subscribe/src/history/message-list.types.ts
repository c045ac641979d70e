import type { MessageFactRow } from '../delivery/ledger/message.fragments.js';
import { toDate } from '../sql/epoch-column.js';

/** The states of which more will become. What became of other messages is in the history and the export. */
export const OPEN_STATUSES = ['unknown', 'waiting'] as const;
export type OpenStatus = (typeof OPEN_STATUSES)[number];

export interface MessageListQuery {
  appId: string;
  /** `unknown`: a person, or WeChat's report, has to say what became of it. `waiting`: deferred. */
  status: OpenStatus;
  /** From the page before. */
  cursor?: string;
  /** 1–500. @default 100 */
  limit?: number;
}

/** A message without its text. */
export interface MessageSummary {
  id: string;
  appId: string;
  openid: string;
  templateId: string;
  /** 0 where the channel has none. */
  scene: number;
  channel: string;
  status: OpenStatus;
  errcode?: number;
  errmsg?: string;
  rid?: string;
  reason?: string;
  idempotencyKey?: string;
  requestedBy?: string;
  grantId?: string;
  acceptedAt: Date;
  /** When a worker takes it next. Of an `unknown` one: never by itself where this is absent. */
  dueAt?: Date;
  settledAt?: Date;
}

export interface MessageList {
  messages: MessageSummary[];
  /** For the next page; absent on the last one. */
  cursor?: string;
}

export type MessageListRow = MessageFactRow & { due_at: string | number | null };

export function toSummary(row: MessageListRow): MessageSummary {
  return {
    id: row.id,
    appId: row.app_id,
    openid: row.openid,
    templateId: row.template_id,
    scene: Number(row.scene),
    channel: row.channel,
    status: row.status as OpenStatus,
    errcode: row.errcode ?? undefined,
    errmsg: row.errmsg ?? undefined,
    rid: row.rid ?? undefined,
    reason: row.reason ?? undefined,
    idempotencyKey: row.idempotency_key ?? undefined,
    requestedBy: row.requested_by ?? undefined,
    grantId: row.grant_id ?? undefined,
    acceptedAt: toDate(row.accepted_at),
    dueAt: row.due_at === null ? undefined : toDate(row.due_at),
    settledAt: row.settled_at === null ? undefined : toDate(row.settled_at),
  };
}
