import type { ClaimTarget, GrantRef } from '../../grant/grant.sql.js';
import type { GrantChannel, GrantProof } from '../../grant/grant.types.js';
import type { Dialect } from '../../sql/dialect.js';
import { toDate } from '../../sql/epoch-column.js';
import type { SqlStep, SqlValue } from '../../sql/sql-step.js';
import { stillIn } from '../../sql/still-in.js';
import { messagesInFlight } from '../batches/message-batch.fragments.js';
import { contentDigest } from './content-digest.js';
import type { MessageRecord, MessageStatus, OutgoingMessage } from './message.types.js';
import type { Settlement } from './settlement.js';
import { type Verdict, verdictColumns } from './weixin-verdict.js';

export interface MessageRow {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  status: string;
  content: string | null;
  content_digest: string;
  idempotency_key: string | null;
  requested_by: string | null;
  broadcast_id: string | null;
  grant_id: string | null;
  proof: string | null;
  errcode: number | null;
  errmsg: string | null;
  rid: string | null;
  reason: string | null;
  msgid: string | null;
  accepted_at: string | number;
  attempts: number;
  resends: number;
  not_before: string | number | null;
  deadline_at: string | number | null;
  due_at: string | number | null;
  settled_at: string | number | null;
}

export const MESSAGE_COLUMNS = `id, app_id, openid, template_id, scene, channel, status, content, content_digest, idempotency_key,
  requested_by, broadcast_id, grant_id, proof, errcode, errmsg, rid, reason, msgid, accepted_at, attempts, resends, not_before, deadline_at, due_at,
  settled_at`;

export const SELECT_MESSAGES = `SELECT ${MESSAGE_COLUMNS} FROM weixin_message`;

/**
 * A message, also one that a batch has in flight: in one statement, so that it is found also while it ends.
 * Parameters: its id, that of the batch that could have it, and its id again.
 */
export function findMessage(dialect: Dialect): string {
  return `${SELECT_MESSAGES} WHERE id = ?
    UNION ALL SELECT ${MESSAGE_COLUMNS} FROM ${messagesInFlight(dialect, 'b.id = ?')} AS in_flight WHERE id = ?`;
}

export const BY_IDEMPOTENCY_KEY = `${SELECT_MESSAGES} WHERE app_id = ? AND idempotency_key = ?`;

export function toRecord(row: MessageRow): MessageRecord {
  return {
    id: row.id,
    appId: row.app_id,
    openid: row.openid,
    templateId: row.template_id,
    scene: Number(row.scene),
    channel: row.channel as GrantChannel,
    status: row.status as MessageStatus,
    content: row.content === null ? undefined : JSON.parse(row.content),
    contentDigest: row.content_digest,
    idempotencyKey: row.idempotency_key ?? undefined,
    requestedBy: row.requested_by ?? undefined,
    broadcastId: row.broadcast_id ?? undefined,
    grantId: row.grant_id ?? undefined,
    proof: (row.proof as GrantProof | null) ?? undefined,
    errcode: row.errcode ?? undefined,
    errmsg: row.errmsg ?? undefined,
    rid: row.rid ?? undefined,
    reason: row.reason ?? undefined,
    msgid: row.msgid ?? undefined,
    acceptedAt: toDate(row.accepted_at),
    attempts: Number(row.attempts),
    resends: Number(row.resends),
    notBefore: toDate(row.not_before),
    deadline: toDate(row.deadline_at),
    dueAt: toDate(row.due_at),
    settledAt: toDate(row.settled_at),
  };
}

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
  return {
    insert: `INSERT INTO weixin_message (id, app_id, openid, template_id, scene, channel, status, content, content_digest,
        idempotency_key, requested_by, accepted_at, attempts, resends, leased_until, grant_id, proof)
      SELECT ?, taken.app_id, taken.openid, ?, taken.scene, taken.channel, 'sending', ?, ?, ?, ?, ?, 1, 0, ?, taken.id, taken.proof FROM`,
    params: [
      id,
      message.templateId,
      JSON.stringify(message.content),
      contentDigest(message),
      message.idempotencyKey ?? null,
      message.requestedBy ?? null,
      acceptedAt,
      leasedUntil,
    ],
    grant: grantOf(id),
  };
}

/** What WeChat said, or our words, in the order of {@link SET_VERDICT}. */
export function verdictParams(said: Verdict): SqlValue[] {
  const { errcode, errmsg, rid, reason, msgid } = verdictColumns(said);
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
