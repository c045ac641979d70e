import type { DataSource } from 'typeorm';
import type { DatabaseKind } from './test-databases.js';

/** The numbers 0 … n-1 as a table `s(i)`, as the database says it. */
function numbers(kind: DatabaseKind, n: number): string {
  switch (kind) {
    case 'postgres':
      return `generate_series(0, ${n - 1}) AS s(i)`;
    case 'mysql':
      return `(SELECT seq AS i FROM seq_0_to_${n - 1}) AS s`;
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
