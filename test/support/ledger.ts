import type { DataSource } from 'typeorm';

/** How many rows of a table stand where, straight from the database. */
export async function countBy(
  dataSource: DataSource,
  table: string,
  column = 'status',
): Promise<Record<string, number>> {
  const rows: Record<string, string | number>[] = await dataSource.query(
    `SELECT ${column} AS name, COUNT(*) AS n FROM ${table} GROUP BY ${column}`,
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
    'weixin_intent',
    'weixin_scene',
    'weixin_token',
    'weixin_token_audit',
    'weixin_send_pause',
    'weixin_message_batch',
    'weixin_broadcast',
    'weixin_broadcast_recipient',
    'weixin_broadcast_event',
  ]) {
    await dataSource.query(`DELETE FROM ${table}`);
  }
}
