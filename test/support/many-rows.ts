import type { DataSource } from 'typeorm';
import { idOf, numberedId } from './ids.js';
import type { DatabaseKind } from './test-databases.js';

/** The numbers 0 … n-1 as a table `s(i)`, as the database says it. */
export function numbers(kind: DatabaseKind, n: number): string {
  switch (kind) {
    case 'postgres':
      return `generate_series(0, ${n - 1}) AS s(i)`;
    case 'mysql':
      // MariaDB has sequences for it, and MySQL an end to recursion.
      return `(SELECT n - 1 AS i FROM JSON_TABLE(CONCAT('[', REPEAT('0,', ${n - 1}), '0]'), '$[*]' COLUMNS (n FOR ORDINALITY)) AS j) AS s`;
    case 'sqlite':
      return `(WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < ${n - 1}) SELECT i FROM s) AS s`;
    default:
      return kind satisfies never;
  }
}

/**
 * Inserts `n` rows that the database makes itself; `row` has an SQL expression for each column, in which `i`
 * counts the rows.
 */
export async function insertMany(
  dataSource: DataSource,
  kind: DatabaseKind,
  table: string,
  n: number,
  row: Record<string, string>,
): Promise<void> {
  await dataSource.query(
    `INSERT INTO ${table} (${Object.keys(row).join(', ')}) SELECT ${Object.values(row).join(', ')} FROM ${numbers(kind, n)}`,
  );
}

/** A text of `prefix` and the row's number, as an SQL expression. */
export function numbered(kind: DatabaseKind, prefix: string): string {
  return kind === 'mysql' ? `CONCAT('${prefix}', i)` : `'${prefix}' || i`;
}

/** What every batch has that is over. */
export const CLOSED_BATCH = {
  ...{ app_id: "'wx'", template_id: "'t'", channel: "'one-time'", content: "'{}'", accepted_at: '1' },
  ...{ owner: "'o'", claimed: '1', posting: '1', sent: '1' },
};

/**
 * Batches of earlier broadcasts, and what messages in flight say, so many that a planner would not read them
 * all for a few.
 */
export async function fillClosedBatches(dataSource: DataSource, kind: DatabaseKind): Promise<void> {
  const row = { id: numbered(kind, 'closed-'), broadcast_id: `'${idOf('earlier')}'`, ...CLOSED_BATCH };
  await insertMany(dataSource, kind, 'weixin_message_batch', 3000, row);
  const said = { id: numberedId(kind, 'said'), content: "'{}'" };
  await insertMany(dataSource, kind, 'weixin_batch_content', 3000, said);
}
