import type { ClaimTarget, GrantRef } from '../../grant/grant.sql.js';
import type { GrantChannel, GrantProof } from '../../grant/grant.types.js';
import type { BatchTarget } from '../../grant/grant-batch.sql.js';
import type { Dialect, JsonColumns } from '../../sql/dialect.js';
import { type SqlStep, type SqlValue, storableText } from '../../sql/sql-step.js';
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

/** A message that is about to be written, with what it does not say itself. */
export interface Sending {
  message: OutgoingMessage;
  id: string;
  acceptedAt: number;
  leasedUntil: number;
}

/** Where the grant is written down that a message claims: in its row, which is in flight then. */
export function sending({ message, id, acceptedAt, leasedUntil }: Sending): ClaimTarget {
  const { sql, params } = insertSelect(MESSAGE.name, {
    id: bound(id),
    ...OF_GRANT,
    ...IN_FLIGHT,
    template_id: bound(message.templateId),
    content: bound(JSON.stringify(message.content)),
    content_digest: bound(contentDigest(message)),
    idempotency_key: bound(message.idempotencyKey ?? null),
    requested_by: bound(message.requestedBy ?? null),
    accepted_at: bound(acceptedAt),
    leased_until: bound(leasedUntil),
  });
  return { insert: `${sql} FROM`, params, grant: grantOf(id) };
}

/** What the row of a message has of the grant that it claims. */
const OF_GRANT = {
  app_id: 'taken.app_id',
  openid: 'taken.openid',
  scene: 'taken.scene',
  channel: 'taken.channel',
  grant_id: 'taken.id',
  proof: 'taken.proof',
};
const IN_FLIGHT = { status: "'sending'", attempts: '1', resends: '0' };

/** What differs from message to message of a group. */
const OF_EACH = {
  id: 'id',
  template_id: 'text',
  content: 'longtext',
  content_digest: 'text',
  idempotency_key: 'text',
  requested_by: 'text',
  accepted_at: 'bigint',
  leased_until: 'bigint',
} satisfies JsonColumns;

/** The same for several, each of which claims the grant of its number, from 0. */
export function sendingEach(dialect: Dialect, group: Sending[]): BatchTarget {
  const { from, column } = dialect.jsonRows('?', { n: 'int', ...OF_EACH }, 'm');
  const each = Object.keys(OF_EACH).map((name) => [name, column(name)]);
  const { sql } = insertSelect(MESSAGE.name, { ...Object.fromEntries(each), ...OF_GRANT, ...IN_FLIGHT });
  const rows = group.map(({ message, id, acceptedAt, leasedUntil }, n) => [
    n,
    ...[id, message.templateId, JSON.stringify(message.content), contentDigest(message)],
    ...[message.idempotencyKey ?? null, message.requestedBy ?? null, acceptedAt, leasedUntil],
  ]);
  for (const row of rows)
    for (const value of row) if (typeof value === 'string') storableText(value, 'a message');
  return {
    insert: (taken) => `${sql} FROM ${from} JOIN ${taken} ON taken.n = ${column('n')}`,
    params: [JSON.stringify(rows)],
    grants: {
      sql: `SELECT grant_id AS id FROM ${MESSAGE.name} WHERE id IN (${group.map(() => '?').join(', ')})`,
      params: group.map(({ id }) => id),
    },
  };
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
