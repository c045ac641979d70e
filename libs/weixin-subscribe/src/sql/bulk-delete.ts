import { KEYS_ON_POSTGRES, rowSource, rowsParameter } from './bulk-update.js';
import type { SqlDialect, SqlStep, SqlValue } from './sql-executor.js';

export interface BulkDelete {
  name: string;
  table: string;
  /** The column that finds a row: one value for each row. */
  key: string;
  keys: string[];
  /** What must hold of a row, `t`, besides. */
  where: { sql: string; params: SqlValue[] };
  /** All of them, or none. */
  all?: boolean;
}

/**
 * Deletes rows by their keys where they are still as they should be; one statement on PostgreSQL and MariaDB,
 * with one parameter for any number of keys, and a step for each row on SQLite (see {@link bulkUpdate}).
 *
 * By keys that were read before, and not by a range: a DELETE of a range locks what it reads on its way, on
 * MariaDB also the gaps between, and claims and sends beside it wait or fail. A key locks its row alone. The
 * condition is asked again of the newest version of each row: PostgreSQL waits for whoever changes it and
 * re-checks, MariaDB reads what it locks, SQLite has one writer.
 */
export function bulkDelete(
  dialect: SqlDialect,
  { name, table, key, keys, where, all }: BulkDelete,
): SqlStep[] {
  const expect = all ? keys.length : undefined;
  switch (dialect) {
    case 'postgres':
      return [
        {
          name,
          sql: `DELETE FROM ${table} AS t WHERE t.${key} = ANY(${KEYS_ON_POSTGRES}) AND ${where.sql}`,
          params: [JSON.stringify(keys), ...where.params],
          expect,
        },
      ];
    case 'mysql':
      return [
        {
          name,
          // The keys first: on old statistics it would read the table, and the keys anew for each row.
          sql: `DELETE t FROM ${rowSource(dialect, {}, 'v')} STRAIGHT_JOIN ${table} t ON t.${key} = v.row_key WHERE ${where.sql}`,
          params: [rowsParameter({ keys }), ...where.params],
          expect,
        },
      ];
    case 'sqlite':
      return keys.map((value) => ({
        name,
        sql: `DELETE FROM ${table} AS t WHERE t.${key} = ? AND ${where.sql}`,
        params: [value, ...where.params],
        expect: all ? 'one' : undefined,
      }));
    default:
      return dialect satisfies never;
  }
}
