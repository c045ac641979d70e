import { GRANT_LOG } from '../../grant/grant.fragments.js';
import { type ClaimedGrant, GRANT_PROOFS, type GrantKey, type GrantProof } from '../../grant/grant.types.js';
import { type BatchIds, numberOf } from '../../grant/grant-batch.repository.js';
import type { BatchTarget, GrantCondition } from '../../grant/grant-batch.sql.js';
import { BY_ID, type Dialect, type JsonColumns } from '../../sql/dialect.js';
import { type SqlStep, type SqlValue, storableText } from '../../sql/sql-step.js';
import { bound, insertSelect } from '../../sql/table.js';
import { MESSAGES } from '../ledger/message.fragments.js';
import { type MessageContent, type MessageRecord, OUTCOMES } from '../ledger/message.types.js';
import { isPlainlySent, type Settlement } from '../ledger/settlement.js';
import { verdictColumns } from '../ledger/weixin-verdict.js';
import {
  grantsHeldBy,
  type HeldValues,
  heldValues,
  messageIdOf,
  openidsHeldFor,
  returningClaimed,
  selectClaimed,
} from './message-batch.fragments.js';

/** A message that a batch has in flight. */
export interface BatchMessage extends GrantKey, Pick<MessageRecord, 'id' | 'proof'> {
  broadcastId: string;
  /** Absent where it holds none: a long-term template. */
  grantId?: string;
  /** When its batch was claimed. Of one that holds no grant: a refusal ends what was given until then. */
  acceptedAt?: Date;
  /** What it says, where that is not what its batch says. */
  content?: MessageContent;
}

/** What became of one message in flight. */
export interface MessageEnd {
  message: BatchMessage;
  settlement: Settlement;
}

/** What is the same in all messages of a batch, and who posts it. */
export interface NewBatch extends Required<Pick<GrantKey, 'appId' | 'templateId' | 'channel'>> {
  broadcastId: string;
  /** JSON of what they say. */
  content: string;
  requestedBy: string | null;
  owner: string;
  posting: number;
  acceptedAt: number;
  leasedUntil: number;
}

/**
 * Where the claimed grants of a batch are written down: in its row; none where there are none. Where the
 * database can, the INSERT returns the {@link ClaimedRow}; elsewhere {@link readClaimed} is due.
 * @param isKept they stay as they are: a long-term template
 */
export function claimedBatch(
  dialect: Dialect,
  { batchId }: BatchIds,
  batch: NewBatch,
  isKept: boolean,
): BatchTarget {
  const { sql, params } = insertSelect('weixin_message_batch', {
    id: bound(batchId),
    broadcast_id: bound(batch.broadcastId),
    app_id: bound(batch.appId),
    template_id: bound(batch.templateId),
    channel: bound(batch.channel),
    content: bound(batch.content),
    requested_by: bound(batch.requestedBy),
    owner: bound(batch.owner),
    posting: bound(batch.posting),
    accepted_at: bound(batch.acceptedAt),
    leased_until: bound(batch.leasedUntil),
    claimed: 'COUNT(*)',
    unproven_claimed: "COUNT(CASE WHEN taken.proof = 'unproven' THEN 1 END)",
    held: dialect.jsonOf(heldValues(isKept)),
  });
  const isReturning = dialect.supportsChangesInWith;
  const end = `HAVING COUNT(*) > 0 ${isReturning ? returningClaimed(dialect) : ''}`;
  return {
    insert: (taken) => dialect.aggregating(`${sql} FROM ${taken} ${end}`),
    params,
    returning: isReturning,
    grants: isKept ? undefined : { sql: grantsHeldBy(dialect), params: [batchId] },
  };
}

/** The step of a claim that reads what it has written, where the INSERT does not return that. */
export function readClaimed(dialect: Dialect, ids: BatchIds): SqlStep[] {
  return dialect.supportsChangesInWith ? [] : [{ ...claimedBy(dialect, ids), returning: true }];
}

/** What a batch has claimed, as a {@link ClaimedRow}. */
export function claimedBy(dialect: Dialect, { batchId }: BatchIds): SqlStep {
  return { name: 'read claimed', sql: selectClaimed(dialect, GRANT_LOG), params: [batchId, batchId] };
}

/** Null where there is no such batch. */
export interface ClaimedRow {
  /** JSON of {@link HeldValues}. */
  held: string | null;
  /** JSON: the number of a message → when its grant was given. */
  granted: string | null;
}

/** The same in the order of the selection. Of nothing claimed there may be no row. */
export function claimedIn([row]: ClaimedRow[], ids: BatchIds): ClaimedGrant[] {
  const held: HeldValues[] = JSON.parse(row?.held ?? '[]');
  const granted: Record<number, number | null> = JSON.parse(row?.granted ?? '{}');
  return held
    .sort(([one], [other]) => one - other)
    .map(([n, grantId, openid, scene, proof, keptId]) => ({
      id: grantId ?? String(keptId),
      isKept: grantId === null,
      openid,
      messageId: ids.of(n),
      scene,
      proof: GRANT_PROOFS[proof],
      grantedAt: granted[n] ?? 0,
    }));
}

/**
 * The person has no message of this broadcast yet, and none of its batches holds them. A scalar subquery,
 * because that is one look into ix_weixin_message_person for each grant whatever the statistics say; a
 * planner may turn NOT EXISTS into a scan of all messages. And `<> 1`, because PostgreSQL guesses that nearly
 * all rows pass it, which is so; of `IS NULL` it guesses that nearly none does, and then sorts all grants
 * rather than read the first few in order.
 */
export function notYetWrittenTo(dialect: Dialect, broadcastId: string, since: number): GrantCondition {
  return {
    sql: `COALESCE((SELECT 1 FROM ${MESSAGES} w
      WHERE w.app_id = g.app_id AND w.openid = g.openid AND w.accepted_at >= ? AND w.broadcast_id = ? LIMIT 1), 0) <> 1
      AND g.openid NOT IN (${openidsHeldFor(dialect)})`,
    params: [since, broadcastId, broadcastId],
  };
}

const ENDED_SUM = OUTCOMES.join(' + ');

const COUNTS = ['claimed', ...OUTCOMES] as const;
type Count = (typeof COUNTS)[number];
/** What a batch counts: its messages, and apart those of them that rest on an openid that is not proven. */
export const BATCH_COUNTS = [...COUNTS, ...COUNTS.map((name) => `unproven_${name}` as const)];

/** How the counts of a batch change. */
export type BatchChange = Partial<Record<(typeof BATCH_COUNTS)[number], number>>;

/** Adds `n` messages whose grants have this proof to a change. */
export function count(change: BatchChange, name: Count, n: number, proof: GrantProof | undefined): void {
  change[name] = (change[name] ?? 0) + n;
  if (proof !== 'unproven') return;
  change[`unproven_${name}`] = (change[`unproven_${name}`] ?? 0) + n;
}

/**
 * Counts what the same transaction does to messages of a batch. The batch is closed when all of them have
 * ended.
 * @param fence for messages in flight: only while they are this one's to end
 * @param held whom it holds from then on @default as before
 */
export function countStep(batchId: string, change: BatchChange, fence?: BatchFence, held?: string): SqlStep {
  const { claimed = 0, sent = 0, refused = 0, failed = 0, unknown = 0 } = change;
  const ended = sent + refused + failed + unknown;
  const allowed = fence && fenced(fence);
  const isOver = `claimed + ? <= ${ENDED_SUM} + ?`;
  return {
    name: 'count in batch',
    // What is asked of the counts first: MariaDB and MySQL assign from left to right, and mean those before.
    sql: `UPDATE weixin_message_batch SET
        held = CASE WHEN ${isOver} THEN NULL ELSE ${held === undefined ? 'held' : '?'} END,
        leased_until = CASE WHEN ${isOver} THEN NULL ELSE leased_until END,
        ${BATCH_COUNTS.map((name) => `${name} = ${name} + ?`).join(', ')}
      WHERE id = ?${allowed ? ` AND ${allowed.sql} AND claimed + ? >= ${ENDED_SUM} + ?` : ''}`,
    params: [
      ...[claimed, ended, ...(held === undefined ? [] : [held])],
      ...[claimed, ended],
      ...BATCH_COUNTS.map((name) => change[name] ?? 0),
      batchId,
      ...(allowed ? [...allowed.params, claimed, ended] : []),
    ],
    expect: 'one',
  };
}

/**
 * Who ends messages of a batch that are in flight: its owner, which alone knows it, and once a recovery has
 * taken it over, that alone.
 */
export interface BatchFence {
  /** The recovery's id. */
  recovery?: string;
}

/** Said so that no planner takes it for a reason to read the index of the open batches, and not the key. */
export function fenced({ recovery }: BatchFence): { sql: string; params: SqlValue[] } {
  const isOpen = 'COALESCE(leased_until, 0) > 0';
  return recovery === undefined
    ? { sql: `${isOpen} AND taken_over_by IS NULL`, params: [] }
    : { sql: `${isOpen} AND taken_over_by = ?`, params: [recovery] };
}

/** What differs from one ended message to another, by its place. */
const ENDED = {
  n: 'int',
  openid: 'text',
  scene: 'int',
  grant_id: 'id',
  proof: 'text',
  content: 'longtext',
  status: 'text',
  errcode: 'int',
  errmsg: 'text',
  rid: 'text',
  reason: 'text',
  msgid: 'text',
} as const satisfies JsonColumns;

/** Of a message that was sent, as nearly all are on a good day, the last columns are left out. */
function endedRow({ message, settlement }: MessageEnd): (string | number | null)[] {
  const { id, openid, scene = 0, grantId = null, proof = null, content } = message;
  const body = content === undefined ? null : JSON.stringify(content);
  const row = [numberOf(id), openid, scene, grantId, proof];
  if (isPlainlySent(settlement)) return body === null ? row : [...row, body];
  const { errcode, errmsg, rid, reason, msgid } = verdictColumns(settlement);
  const rest = [body, settlement.outcome, errcode, errmsg, rid, reason, msgid];
  for (const text of rest) if (typeof text === 'string') storableText(text, 'the end of a message');
  return [...row, ...rest];
}

/** The steps that end messages of one batch. A batch never ends more messages than it has. */
export interface EndSteps {
  /** Come before what is done to their grants. */
  first: SqlStep[];
  /** Come last: others who write to the batch's row wait for our COMMIT alone. */
  last: SqlStep[];
}

/**
 * Writes messages that end, which are in flight in one batch, and counts them there. A message has one row,
 * by its key; the batch is closed, and forgets whom it held, when all of them have ended. A step refuses when
 * the batch is another's to end.
 *
 * Where the database can, in one statement, which writes all or nothing.
 */
export function endSteps(
  dialect: Dialect,
  batchId: string,
  ends: MessageEnd[],
  fence: BatchFence,
  now: number,
): EndSteps {
  const row = dialect.jsonRows('?', ENDED, 'v');
  const rows = JSON.stringify(ends.map(endedRow));
  const status = row.column('status');
  const insert = insertSelect(MESSAGES, {
    id: messageIdOf(dialect, 'b.id', row.column('n')),
    app_id: 'b.app_id',
    openid: row.column('openid'),
    template_id: 'b.template_id',
    scene: row.column('scene'),
    channel: 'b.channel',
    status: `COALESCE(${status}, 'sent')`,
    content: `COALESCE(${row.column('content')}, b.content)`,
    content_digest: "''",
    requested_by: 'b.requested_by',
    accepted_at: 'b.accepted_at',
    attempts: '1',
    resends: '0',
    grant_id: row.column('grant_id'),
    proof: row.column('proof'),
    broadcast_id: 'b.broadcast_id',
    errcode: `CASE WHEN ${status} IS NULL THEN 0 ELSE ${row.column('errcode')} END`,
    errmsg: row.column('errmsg'),
    rid: row.column('rid'),
    reason: row.column('reason'),
    msgid: row.column('msgid'),
    // In a WITH, PostgreSQL does not see that the parameter is of this column's type.
    settled_at: dialect.supportsChangesInWith ? 'CAST(? AS bigint)' : '?',
  }).sql;
  const counted = countStep(batchId, endsOf(ends), fence);
  const name = 'write messages';
  if (dialect.supportsChangesInWith) {
    const sql = `WITH b AS (${counted.sql} RETURNING id, app_id, template_id, channel, content, requested_by, accepted_at, broadcast_id)
      ${insert} FROM b CROSS JOIN ${row.from}`;
    return { first: [], last: [{ name, sql, params: [...counted.params, now, rows], expect: ends.length }] };
  }
  const allowed = fenced(fence);
  const sql = `${insert} FROM weixin_message_batch b CROSS JOIN ${row.from} WHERE b.id = ? AND ${allowed.sql}`;
  return {
    first: [{ name, sql, params: [now, rows, batchId, ...allowed.params], expect: ends.length }],
    last: [counted],
  };
}

function endsOf(ends: MessageEnd[]): BatchChange {
  const change: BatchChange = {};
  for (const { message, settlement } of ends) count(change, settlement.outcome, 1, message.proof);
  return change;
}

/** Writes down what each message says, where that is not what its batch says. */
export function contentStep(dialect: Dialect, contents: { id: string; content: MessageContent }[]): SqlStep {
  const row = dialect.jsonRows('?', { id: 'id', content: 'longtext' }, 'v');
  return {
    name: 'write contents',
    sql: `INSERT INTO weixin_batch_content (id, content) SELECT ${row.column('id')}, ${row.column('content')} FROM ${row.from}`,
    params: [
      JSON.stringify(
        contents.map(({ id, content }) => [id, storableText(JSON.stringify(content), 'a content')]),
      ),
    ],
  };
}

/** What messages said stands in their own rows now, or they are taken back. */
export function forgetContents(dialect: Dialect, keys: string[]): SqlStep[] {
  const where = { sql: '1 = 1', params: [] };
  const name = 'forget contents';
  return keys.length === 0
    ? []
    : dialect.deleteRows({ name, table: 'weixin_batch_content', ...BY_ID, keys, where });
}

/** As much of a batch as its change needs to be known to be of what was read. */
export interface SeenBatch {
  id: string;
  held: string;
  claimed: number;
  ended: number;
}

/** What {@link SeenBatch} has of an open batch. */
export const SELECT_SEEN = `SELECT held, claimed, ${ENDED_SUM} AS ended FROM weixin_message_batch`;

/** Finds a row when a recovery has a batch and has not written this message. Parameters: their ids. */
export const TAKEN_OVER = `SELECT 1 FROM weixin_message_batch b WHERE b.id = ? AND b.leased_until IS NOT NULL AND b.taken_over_by IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM ${MESSAGES} ended WHERE ended.id = ?)`;

/**
 * Takes messages out of a batch as if they had never been claimed: they surely were not delivered. It refuses
 * when the batch is not as it was seen any more.
 * @param left whom it holds then
 */
export function takeBackStep(
  seen: SeenBatch,
  left: string,
  taken: Pick<BatchMessage, 'proof'>[],
  fence: BatchFence,
): SqlStep {
  const change: BatchChange = {};
  for (const { proof } of taken) count(change, 'claimed', -1, proof);
  const { sql, params } = countStep(seen.id, change, fence, left);
  return {
    name: 'take messages back',
    sql: `${sql} AND claimed = ? AND ${ENDED_SUM} = ?`,
    params: [...params, seen.claimed, seen.ended],
    expect: 'one',
  };
}
