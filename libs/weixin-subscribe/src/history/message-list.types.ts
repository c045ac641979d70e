import type { MessageFactRow } from '../delivery/ledger/message.fragments.js';
import type { MessageStatus } from '../delivery/ledger/message.types.js';
import { toDate } from '../sql/epoch-column.js';

/** Which messages of an account. */
export interface MessageFilter {
  /** `unknown`: a person, or WeChat's report, has to say what became of it. `waiting`: deferred. */
  status?: MessageStatus;
  /** Whose. */
  openid?: string;
  templateId?: string;
  errcode?: number;
  /** Name of the service key, or what the host gave. */
  requestedBy?: string;
  /** When it was accepted. */
  from?: Date;
  /** Not itself. */
  to?: Date;
}

export interface MessageListQuery extends MessageFilter {
  appId: string;
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
  status: MessageStatus;
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
  /** For the next page; absent on the last one. Also where the filters left nothing of this page. */
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
    status: row.status as MessageStatus,
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
