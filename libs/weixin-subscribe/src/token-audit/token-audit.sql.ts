import { rowSource, rowsParameter } from '../sql/bulk-update.js';
import type { SqlDialect, SqlStep } from '../sql/sql-executor.js';

const KEY_COLUMNS = {
  client: 'text',
  app_id: 'text',
  family: 'text',
  action: 'text',
  token_id: 'text',
  endpoint: 'text',
} as const;

/** The primary key of a row. */
export type AuditKeyRow = Record<keyof typeof KEY_COLUMNS, string>;

const KEY = Object.keys(KEY_COLUMNS).join(', ');

export const SELECT_AUDIT = `SELECT ${KEY}, first_at, last_at, times FROM weixin_token_audit`;

export const ONE_ROW =
  'client = ? AND app_id = ? AND family = ? AND action = ? AND token_id = ? AND endpoint = ?';

/**
 * Adds a count to the row of its key, or makes the row. One statement, and each database locks the row that
 * it finds under the primary key before it reads the count, so of two processes at once none loses its part.
 * Moments of processes whose clocks differ come in any order.
 */
export function addCount(dialect: SqlDialect): string {
  const into = `(${KEY}, first_at, last_at, times) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  if (dialect === 'mysql') {
    return `INSERT INTO weixin_token_audit ${into} ON DUPLICATE KEY UPDATE times = times + VALUES(times),
      first_at = LEAST(first_at, VALUES(first_at)), last_at = GREATEST(last_at, VALUES(last_at))`;
  }
  return `INSERT INTO weixin_token_audit AS kept ${into} ON CONFLICT (${KEY}) DO UPDATE SET times = kept.times + excluded.times,
      first_at = CASE WHEN excluded.first_at < kept.first_at THEN excluded.first_at ELSE kept.first_at END,
      last_at = CASE WHEN excluded.last_at > kept.last_at THEN excluded.last_at ELSE kept.last_at END`;
}

/**
 * Rows that nobody has counted on since before a moment, the oldest first: a range of
 * ix_weixin_token_audit_last_at.
 */
export function idleRows(limit: number): string {
  return `SELECT ${KEY} FROM weixin_token_audit WHERE last_at < ? ORDER BY last_at LIMIT ${limit}`;
}

/**
 * Deletes them by their keys, except those that were counted on meanwhile. The count waits for this row's
 * end, or the other way round.
 */
export function deleteIdle(dialect: SqlDialect, keys: AuditKeyRow[], before: number): SqlStep[] {
  const name = 'delete idle rows';
  const idle = 't.last_at < ?';
  if (dialect === 'sqlite')
    return keys.map(({ client, app_id, family, action, token_id, endpoint }) => ({
      name,
      sql: `DELETE FROM weixin_token_audit AS t WHERE ${ONE_ROW} AND ${idle}`,
      params: [client, app_id, family, action, token_id, endpoint, before],
    }));
  const { token_id: _, ...columns } = KEY_COLUMNS;
  // STRAIGHT_JOIN: on old statistics MariaDB would read the table, and the keys anew for each row.
  const source = rowSource(dialect, columns, 'v');
  const found = `t.token_id = v.row_key AND ${Object.keys(columns)
    .map((column) => `t.${column} = v.${column}`)
    .join(' AND ')}`;
  return [
    {
      name,
      sql:
        dialect === 'mysql'
          ? `DELETE t FROM ${source} STRAIGHT_JOIN weixin_token_audit t ON ${found} WHERE ${idle}`
          : `DELETE FROM weixin_token_audit AS t USING ${source} WHERE ${found} AND ${idle}`,
      params: [
        rowsParameter({
          keys: keys.map(({ token_id }) => token_id),
          rows: keys.map(({ token_id, ...rest }) => ({ ...rest })),
        }),
        before,
      ],
    },
  ];
}
