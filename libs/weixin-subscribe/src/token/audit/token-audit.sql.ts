import type { SqlDialect } from '../../common/database/sql-executor.js';

const KEY = 'client, app_id, family, action, token_id, door';

export const SELECT_AUDIT = `SELECT ${KEY}, first_at, last_at, times FROM weixin_token_audit`;

export const ONE_ROW =
  'client = ? AND app_id = ? AND family = ? AND action = ? AND token_id = ? AND door = ?';

/**
 * Adds a count to the row of its key, or makes the row. One statement, and each database locks the row that it finds under the primary key
 * before it reads the count, so of two processes at once none loses its part. Moments of processes whose clocks differ come in any order.
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

/** The oldest rows of before a moment, at most `limit`, so that no purge holds locks, or SQLite's only thread, for long. */
export function deleteOldest(dialect: SqlDialect, limit: number): string {
  const oldest = `last_at < ? ORDER BY last_at LIMIT ${limit}`;
  if (dialect === 'mysql') return `DELETE FROM weixin_token_audit WHERE ${oldest}`;
  const row = dialect === 'postgres' ? 'ctid' : 'rowid';
  // A row that was counted on meanwhile has moved to another ctid on PostgreSQL, and stays; SQLite has one writer at a time.
  return `DELETE FROM weixin_token_audit WHERE ${row} IN (SELECT ${row} FROM weixin_token_audit WHERE ${oldest})`;
}
