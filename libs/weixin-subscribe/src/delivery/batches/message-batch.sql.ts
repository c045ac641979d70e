import { GRANT_LOG } from '../../grant/grant.fragments.js';
import type { GrantProof } from '../../grant/grant.types.js';
import { type BatchIds, batchIdOf } from '../../grant/grant-batch.repository.js';
import type { BatchTarget, GrantCondition } from '../../grant/grant-batch.sql.js';
import { bulkDelete } from '../../sql/bulk-delete.js';
import { type BulkUpdate, bulkUpdate } from '../../sql/bulk-update.js';
import type { SqlDialect, SqlStep, SqlValue } from '../../sql/sql-executor.js';
import { stillIn } from '../../sql/still-in.js';
import { MESSAGES_OF_BATCH } from '../ledger/message.fragments.js';
import { settleStep } from '../ledger/message.sql.js';
import { type MessageContent, OUTCOMES, type SettledMessage } from '../ledger/message.types.js';
import type { Settlement } from '../ledger/settlement.js';
import { verdictColumns } from '../ledger/weixin-verdict.js';

/** What became of one message in flight. */
export interface MessageEnd {
  message: SettledMessage;
  settlement: Settlement;
}

/** What an id of a message is made of: that of its batch, `?`, and the `n` of its grant. */
const MESSAGE_ID: Record<SqlDialect, string> = {
  postgres: "? || lpad(to_hex(taken.n), 3, '0')",
  mysql: "CONCAT(?, LPAD(LOWER(HEX(taken.n)), 3, '0'))",
  sqlite: "? || printf('%03x', taken.n)",
};

/**
 * Where the claimed grants of a batch are written down: in a message for each, as a single send does. Their
 * lease is that of their batch.
 */
export function claimedMessages(
  dialect: SqlDialect,
  ids: BatchIds,
  { broadcastId, content, requestedBy }: { broadcastId: string; content: string; requestedBy: string | null },
  acceptedAt: number,
): BatchTarget {
  return {
    // No digest of the content: it is there to compare repeated idempotency keys, and these messages have
    // none.
    insert: `INSERT INTO weixin_message (id, app_id, openid, template_id, scene, channel, status, content, content_digest,
        requested_by, accepted_at, attempts, resends, grant_id, proof, broadcast_id)
      SELECT ${MESSAGE_ID[dialect]}, taken.app_id, taken.openid, taken.template_id, taken.scene, taken.channel, 'sending', ?, '', ?, ?, 1, 0,
        taken.id, taken.proof, ? FROM`,
    params: [ids.batchId, content, requestedBy, acceptedAt, broadcastId],
    grants: {
      sql: `SELECT grant_id FROM ${MESSAGES_OF_BATCH.from} WHERE ${MESSAGES_OF_BATCH.where}`,
      params: [ids.first, ids.last],
    },
  };
}

/** What a batch has claimed, in the order of the selection. Parameters: the first and the last of the ids. */
export const SELECT_CLAIMED = `SELECT g.id AS message_id, g.grant_id AS id, g.openid, g.scene, g.proof, log.granted_at
  FROM ${MESSAGES_OF_BATCH.from} JOIN ${GRANT_LOG} log ON log.id = g.grant_id WHERE ${MESSAGES_OF_BATCH.where} ORDER BY g.id`;

export interface ClaimedRow {
  message_id: string;
  id: string;
  openid: string;
  scene: number;
  proof: string;
  granted_at: string | number;
}

/** The batch of the grants that the messages of `ids` have just claimed; none where there are none. */
export function insertBatch(
  ids: BatchIds,
  { broadcastId, owner, posting }: { broadcastId: string; owner: string; posting: number },
  leasedUntil: number,
): SqlStep {
  return {
    name: 'insert batch',
    sql: `INSERT INTO weixin_message_batch (id, broadcast_id, owner, claimed, unproven_claimed, posting, leased_until)
      SELECT ?, ?, ?, COUNT(*), COUNT(CASE WHEN proof = 'unproven' THEN 1 END), ?, ? FROM ${MESSAGES_OF_BATCH.from} WHERE ${MESSAGES_OF_BATCH.where} HAVING COUNT(*) > 0`,
    params: [ids.batchId, broadcastId, owner, posting, leasedUntil, ids.first, ids.last],
  };
}

/**
 * The person has no message of this broadcast yet. A scalar subquery, because that is one look into
 * ix_weixin_message_person for each grant whatever the statistics say; a planner may turn NOT EXISTS into a
 * scan of all messages. And `<> 1`, because PostgreSQL guesses that nearly all rows pass it, which is so;
 * of `IS NULL` it guesses that nearly none does, and then sorts all grants rather than read the first few in
 * order.
 */
export function notYetWrittenTo(broadcastId: string, since: number): GrantCondition {
  return {
    sql: `COALESCE((SELECT 1 FROM weixin_message w
      WHERE w.app_id = g.app_id AND w.openid = g.openid AND w.accepted_at >= ? AND w.broadcast_id = ? LIMIT 1), 0) <> 1`,
    params: [since, broadcastId],
  };
}

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
 */
export function countStep(batchId: string, change: BatchChange): SqlStep {
  const { claimed = 0, sent = 0, refused = 0, failed = 0, unknown = 0 } = change;
  const ended = sent + refused + failed + unknown - claimed;
  return {
    name: 'count in batch',
    // `leased_until` first: MariaDB and MySQL assign from left to right, and its condition means the counts
    // from before.
    sql: `UPDATE weixin_message_batch SET
        leased_until = CASE WHEN claimed <= sent + refused + failed + unknown + ? THEN NULL ELSE leased_until END,
        ${BATCH_COUNTS.map((name) => `${name} = ${name} + ?`).join(', ')} WHERE id = ?`,
    params: [ended, ...BATCH_COUNTS.map((name) => change[name] ?? 0), batchId],
    expect: 'one',
  };
}

/**
 * Counts messages that end, batch by batch. In the order of the batches, so that two transactions never wait
 * for each other crosswise.
 */
export function countEnds(ends: MessageEnd[]): SqlStep[] {
  const changes = new Map<string, BatchChange>();
  for (const { message, settlement } of ends) {
    if (message.broadcastId === undefined) continue;
    const batchId = batchIdOf(message.id);
    const change = changes.get(batchId) ?? {};
    count(change, settlement.outcome, 1, message.proof);
    changes.set(batchId, change);
  }
  return [...changes]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([batchId, change]) => countStep(batchId, change));
}

/**
 * Takes messages in flight back as if they had never been: they surely were not delivered, and their
 * broadcast writes to the person anew.
 */
export function deleteSending(dialect: SqlDialect, messageIds: string[]): SqlStep[] {
  return bulkDelete(dialect, {
    name: 'take messages back',
    table: 'weixin_message',
    key: 'id',
    keys: messageIds,
    where: { sql: stillIn('sending', 't.status'), params: [] },
    all: true,
  });
}

/** Writes down what each message says, where that differs from what was claimed with. */
export function contentSteps(
  dialect: SqlDialect,
  contents: { id: string; content: MessageContent }[],
): SqlStep[] {
  const name = 'write contents';
  const rows = contents.map(
    ({ content }) => ({ content: JSON.stringify(content) }) as Record<string, SqlValue>,
  );
  if (dialect === 'sqlite')
    return contents.map(({ id }, index) => ({
      name,
      sql: `UPDATE weixin_message SET content = ? WHERE id = ? AND ${stillIn('sending')}`,
      params: [rows[index].content, id],
    }));
  const keys = contents.map(({ id }) => id);
  const columns = { content: 'longtext' } as const;
  return [
    bulkUpdate(dialect, {
      name,
      table: 'weixin_message',
      key: 'id',
      keys,
      from: 'sending',
      set: {},
      columns,
      rows,
    }),
  ];
}

/**
 * Ends messages in flight, each in its own way. Of those that were sent, nearly all on a good day, only the
 * ids travel. A step refuses when one of its messages is not in flight any more.
 */
export function settleMessages(dialect: SqlDialect, ends: MessageEnd[], now: number): SqlStep[] {
  if (dialect === 'sqlite')
    return ends.map(({ message, settlement }) => settleStep(message, 'sending', settlement, { now }));
  const sent = ends.filter(({ settlement }) => isPlain(settlement));
  const others = ends.filter(({ settlement }) => !isPlain(settlement));
  const settle = (of: MessageEnd[], values: Pick<BulkUpdate, 'set' | 'columns' | 'rows'>): SqlStep[] =>
    of.length === 0
      ? []
      : [
          bulkUpdate(dialect, {
            name: 'settle messages',
            table: 'weixin_message',
            key: 'id',
            keys: of.map(({ message }) => message.id),
            from: 'sending',
            expect: of.length,
            ...values,
          }),
        ];
  return [
    ...settle(sent, { set: { status: 'sent', errcode: 0, settled_at: now, leased_until: null } }),
    ...settle(others, {
      set: { settled_at: now, leased_until: null },
      columns: { status: 'text', errcode: 'int', errmsg: 'text', rid: 'text', reason: 'text', msgid: 'text' },
      rows: others.map(({ settlement }) => ({ status: settlement.outcome, ...verdictColumns(settlement) })),
    }),
  ];
}

function isPlain({ outcome, errcode, errmsg, rid, reason, msgid }: Settlement): boolean {
  return (
    outcome === 'sent' && errcode === 0 && [errmsg, rid, reason, msgid].every((text) => text === undefined)
  );
}
