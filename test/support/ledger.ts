import type { DataSource, EntityManager } from 'typeorm';
import {
  grantFacts,
  messageRows,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message.fragments.js';
import { type GrantRow, STATES } from '../../libs/weixin-subscribe/src/grant/grant.sql.js';
import type { Grant } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import type { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { dialectOf } from './dialects.js';

/** The grants with what has become of them, to read from like a table `facts`. */
export const grantStates = (dataSource: DataSource): string => grantFacts(dialectOf(dataSource)).from;

/** Some columns of all messages, also of those that a batch has in flight, to read from like a table. */
export const allMessages = (dataSource: DataSource, columns: string, alias = 'messages'): string =>
  `(${messageRows(dialectOf(dataSource), (from) => `SELECT ${columns} FROM ${from}`)}) AS ${alias}`;

/** The grants of which something holds, whatever an index finds, newest first. */
export async function grantsWhere(
  { sql }: { sql: SqlExecutor },
  where: Record<string, string | number>,
): Promise<Grant[]> {
  const condition = Object.keys(where).map((column) => `${column} = ?`);
  const rows = await sql.all<GrantRow>(
    `SELECT ${STATES.list} FROM ${grantFacts(sql.dialect).from} WHERE ${condition.join(' AND ')} ORDER BY granted_at DESC, id DESC`,
    Object.values(where),
  );
  return rows.map((row) => STATES.read(row));
}

/** How many rows of a table stand where, straight from the database. */
export async function countBy(
  dataSource: DataSource,
  table: string,
  column = 'status',
): Promise<Record<string, number>> {
  const told: Record<string, string> = {
    weixin_grant: grantStates(dataSource),
    weixin_message: allMessages(dataSource, column),
  };
  const rows: Record<string, string | number>[] = await dataSource.query(
    `SELECT ${column} AS name, COUNT(*) AS n FROM ${told[table] ?? table} GROUP BY ${column}`,
  );
  return Object.fromEntries(rows.map(({ name, n }) => [name, Number(n)]));
}

export async function countRows(dataSource: DataSource, table: string): Promise<number> {
  const [{ n }] = await dataSource.query(`SELECT COUNT(*) AS n FROM ${table}`);
  return Number(n);
}

/** Empties the library's tables between tests. */
export async function emptyLedger(dataSource: DataSource): Promise<void> {
  for (const table of [
    'weixin_message',
    'weixin_grant',
    'weixin_live_grant',
    'weixin_intent',
    'weixin_scene',
    'weixin_token',
    'weixin_token_audit',
    'weixin_send_pause',
    'weixin_template',
    'weixin_message_batch',
    'weixin_batch_content',
    'weixin_broadcast',
    'weixin_broadcast_recipient',
    'weixin_broadcast_event',
    'weixin_recurring_broadcast',
    'weixin_broadcast_occurrence',
    'weixin_push_event',
    'weixin_lease',
    'weixin_card_update',
    'weixin_card',
    'weixin_audit',
    'weixin_authorizer',
    'weixin_component_ticket',
  ]) {
    await dataSource.query(`DELETE FROM ${table}`);
  }
}

const COUNTED = ['sent', 'refused', 'failed', 'unknown'] as const;

/** As they are at one moment: a late outcome that is written between two looks is no difference. */
async function batchesAndMessages(dataSource: DataSource) {
  const read = async (manager: EntityManager) => {
    const batches: Record<string, string | number | null>[] = await manager.query(
      'SELECT id, claimed, sent, refused, failed, unknown, leased_until, held FROM weixin_message_batch',
    );
    const messages: { id: string; status: string }[] = await manager.query(
      'SELECT id, status FROM weixin_message WHERE broadcast_id IS NOT NULL',
    );
    return { batches, messages };
  };
  // SQLite has one connection, which transactions of two callers would share.
  return dataSource.options.type === 'better-sqlite3'
    ? read(dataSource.manager)
    : dataSource.transaction('REPEATABLE READ', read);
}

/**
 * Every batch has counted what became of its messages, each of which has one row once it has ended and none
 * before, and is closed, and holds nobody any more, exactly when all of them have ended.
 */
export async function expectExactBatches(dataSource: DataSource): Promise<void> {
  const { batches, messages } = await batchesAndMessages(dataSource);
  const byBatch = new Map<string, string[]>();
  for (const { id, status } of messages)
    byBatch.set(id.slice(0, -3), [...(byBatch.get(id.slice(0, -3)) ?? []), status]);
  const rows = new Set(messages.map(({ id }) => id));
  const counted = batches.map(({ id, claimed, leased_until, held, ...counts }) => ({
    id,
    claimed: Number(claimed),
    ...Object.fromEntries(COUNTED.map((name) => [name, Number(counts[name])])),
    isOpen: leased_until !== null,
    holds: held !== null,
    sending: 0,
  }));
  const told = batches.map(({ id, held }) => {
    const statuses = byBatch.get(String(id)) ?? [];
    const people: [number][] = held === null ? [] : JSON.parse(String(held));
    const inFlight = people.filter(([n]) => !rows.has(`${id}${n.toString(16).padStart(3, '0')}`)).length;
    const count = (name: string) => statuses.filter((status) => status === name).length;
    return {
      id,
      claimed: statuses.length + inFlight,
      ...Object.fromEntries(COUNTED.map((name) => [name, count(name)])),
      isOpen: inFlight > 0,
      holds: inFlight > 0,
      sending: count('sending'),
    };
  });
  expect(counted).toEqual(told);
  const ids = new Set(batches.map(({ id }) => id));
  expect([...byBatch.keys()].filter((id) => !ids.has(id))).toEqual([]);
}
