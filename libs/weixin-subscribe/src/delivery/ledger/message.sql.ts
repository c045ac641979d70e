import type { ClaimTarget, GrantRef } from '../../grant/grant.sql.js';
import type { GrantChannel, GrantProof } from '../../grant/grant.types.js';
import type { Dialect } from '../../sql/dialect.js';
import type { SqlStep, SqlValue } from '../../sql/sql-step.js';
import { stillIn } from '../../sql/still-in.js';
import {
  bound,
  insertSelect,
  integer,
  json,
  moment,
  optional,
  type RowOf,
  Table,
  text,
} from '../../sql/table.js';
import { messagesInFlight } from '../batches/message-batch.fragments.js';
import { contentDigest } from './content-digest.js';
import type { MessageContent, MessageRecord, MessageStatus, OutgoingMessage } from './message.types.js';
import type { Settlement } from './settlement.js';
import { type Verdict, verdictColumns } from './weixin-verdict.js';

export const MESSAGE = new Table('weixin_message', {
  id: text(),
  app_id: text(),
  openid: text(),
  template_id: text(),
  scene: integer(),
  channel: text<GrantChannel>(),
  status: text<MessageStatus>(),
  content: optional(json<MessageContent>()),
  content_digest: text(),
  idempotency_key: optional(text()),
  requested_by: optional(text()),
  broadcast_id: optional(text()),
  grant_id: optional(text()),
  proof: optional(text<GrantProof>()),
  errcode: optional(integer()),
  errmsg: optional(text()),
  rid: optional(text()),
  reason: optional(text()),
  msgid: optional(text()),
  accepted_at: moment(),
  attempts: integer(),
  resends: integer(),
  not_before: optional(moment()),
  deadline_at: optional(moment('deadline')),
  due_at: optional(moment()),
  settled_at: optional(moment()),
});
export type MessageRow = RowOf<typeof MESSAGE>;

export const MESSAGE_COLUMNS = MESSAGE.list;

export const SELECT_MESSAGES = MESSAGE.select;

/**
 * A message, also one that a batch has in flight: in one statement, so that it is found also while it ends.
 * Parameters: its id, that of the batch that could have it, and its id again.
 */
export function findMessage(dialect: Dialect): string {
  return `${SELECT_MESSAGES} WHERE id = ?
    UNION ALL SELECT ${MESSAGE_COLUMNS} FROM ${messagesInFlight(dialect, 'b.id = ?')} AS in_flight WHERE id = ?`;
}

export const BY_IDEMPOTENCY_KEY = `${SELECT_MESSAGES} WHERE app_id = ? AND idempotency_key = ?`;

export const toRecord = (row: MessageRow): MessageRecord => MESSAGE.read(row);

/** The grant that a message holds or has used. */
export const grantOf = (messageId: string): GrantRef => ({
  sql: '(SELECT grant_id FROM weixin_message WHERE id = ?)',
  params: [messageId],
});

/** Where the grant is written down that a message claims: in its row, which is in flight then. */
export function sending(
  message: OutgoingMessage,
  id: string,
  acceptedAt: number,
  leasedUntil: number,
): ClaimTarget {
  const { sql, params } = insertSelect(MESSAGE.name, {
    id: bound(id),
    app_id: 'taken.app_id',
    openid: 'taken.openid',
    template_id: bound(message.templateId),
    scene: 'taken.scene',
    channel: 'taken.channel',
    status: "'sending'",
    content: bound(JSON.stringify(message.content)),
    content_digest: bound(contentDigest(message)),
    idempotency_key: bound(message.idempotencyKey ?? null),
    requested_by: bound(message.requestedBy ?? null),
    accepted_at: bound(acceptedAt),
    attempts: '1',
    resends: '0',
    leased_until: bound(leasedUntil),
    grant_id: 'taken.id',
    proof: 'taken.proof',
  });
  return { insert: `${sql} FROM`, params, grant: grantOf(id) };
}

/** What WeChat said, or our words, in the order of {@link SET_VERDICT}. */
export function verdictParams(verdict: Verdict): SqlValue[] {
  const { errcode, errmsg, rid, reason, msgid } = verdictColumns(verdict);
  return [errcode, errmsg, rid, reason, msgid];
}

export const SET_VERDICT = 'errcode = ?, errmsg = ?, rid = ?, reason = ?, msgid = ?';

/**
 * Ends a message. `attempt`: only while that attempt is the latest, so that a sender who comes too late never
 * ends what somebody else has begun since.
 */
export function settleStep(
  { id }: { id: string },
  from: 'sending' | 'unknown',
  settlement: Settlement,
  { now, attempt, dueAt }: { now: number; attempt?: number; dueAt?: number },
): SqlStep {
  const fence = attempt === undefined ? '' : ' AND attempts = ?';
  return {
    name: 'settle message',
    sql: `UPDATE weixin_message SET status = ?, ${SET_VERDICT}, settled_at = ?, due_at = ?, leased_until = NULL
      WHERE id = ? AND ${stillIn(from)}${fence}`,
    params: [
      settlement.outcome,
      ...verdictParams(settlement),
      now,
      dueAt ?? null,
      id,
      ...(attempt === undefined ? [] : [attempt]),
    ],
    expect: 'one',
  };
}
