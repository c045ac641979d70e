import type { DataSource, EntityManager } from 'typeorm';
import { GRANT_FACTS } from '../../libs/weixin-subscribe/src/delivery/ledger/message.fragments.js';

/** How many rows of a table stand where, straight from the database. */
/** The grants with what has become of them, to read from like a table. */
export const GRANT_STATES = GRANT_FACTS.from;

export async function countBy(
  dataSource: DataSource,
  table: string,
  column = 'status',
): Promise<Record<string, number>> {
  const rows: Record<string, string | number>[] = await dataSource.query(
    `SELECT ${column} AS name, COUNT(*) AS n FROM ${table === 'weixin_grant' ? GRANT_STATES : table} GROUP BY ${column}`,
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
    'weixin_broadcast',
    'weixin_broadcast_recipient',
    'weixin_broadcast_event',
    'weixin_push_event',
    'weixin_lease',
  ]) {
    await dataSource.query(`DELETE FROM ${table}`);
  }
}

const COUNTED = ['sent', 'refused', 'failed', 'unknown'] as const;

/** As they are at one moment: a late outcome that is written between two looks is no difference. */
async function batchesAndMessages(dataSource: DataSource) {
  const read = async (manager: EntityManager) => {
    const batches: Record<string, string | number | null>[] = await manager.query(
      'SELECT id, claimed, sent, refused, failed, unknown, leased_until FROM weixin_message_batch',
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

/** Every batch has counted what became of its messages, and is closed exactly when all of them have ended. */
export async function expectExactBatches(dataSource: DataSource): Promise<void> {
  const { batches, messages } = await batchesAndMessages(dataSource);
  const byBatch = new Map<string, string[]>();
  for (const { id, status } of messages)
    byBatch.set(id.slice(0, -3), [...(byBatch.get(id.slice(0, -3)) ?? []), status]);
  const counted = batches.map(({ id, claimed, leased_until, ...counts }) => ({
    id,
    claimed: Number(claimed),
    ...Object.fromEntries(COUNTED.map((name) => [name, Number(counts[name])])),
    isOpen: leased_until !== null,
  }));
  const told = batches.map(({ id }) => {
    const statuses = byBatch.get(String(id)) ?? [];
    const count = (name: string) => statuses.filter((status) => status === name).length;
    return {
      id,
      claimed: statuses.length,
      ...Object.fromEntries(COUNTED.map((name) => [name, count(name)])),
      isOpen: count('sending') > 0,
    };
  });
  expect(counted).toEqual(told);
  expect([...byBatch.keys()].sort()).toEqual(
    batches
      .filter(({ claimed }) => Number(claimed) > 0)
      .map(({ id }) => String(id))
      .sort(),
  );
}
