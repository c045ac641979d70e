import type { Dialect } from '../sql/dialect.js';
import type { SqlStep } from '../sql/sql-step.js';

const TABLE = 'weixin_token_audit';

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

export const SELECT_AUDIT = `SELECT ${KEY}, first_at, last_at, times FROM ${TABLE}`;

export const ONE_ROW =
  'client = ? AND app_id = ? AND family = ? AND action = ? AND token_id = ? AND endpoint = ?';

/**
 * Adds a count to the row of its key, or makes the row. One statement, and each database locks the row that
 * it finds under the primary key before it reads the count, so of two processes at once none loses its part.
 * Moments of processes whose clocks differ come in any order.
 */
export function addCount(dialect: Dialect): string {
  const merged = dialect.orChange(TABLE, Object.keys(KEY_COLUMNS), (kept, given) => ({
    times: `${kept('times')} + ${given('times')}`,
    first_at: `CASE WHEN ${given('first_at')} < ${kept('first_at')} THEN ${given('first_at')} ELSE ${kept('first_at')} END`,
    last_at: `CASE WHEN ${given('last_at')} > ${kept('last_at')} THEN ${given('last_at')} ELSE ${kept('last_at')} END`,
  }));
  return `INSERT INTO ${TABLE} (${KEY}, first_at, last_at, times) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ${merged}`;
}

/**
 * Rows that nobody has counted on since before a moment, the oldest first: a range of
 * ix_weixin_token_audit_last_at.
 */
export function idleRows(limit: number): string {
  return `SELECT ${KEY} FROM ${TABLE} WHERE last_at < ? ORDER BY last_at LIMIT ${limit}`;
}

/**
 * Deletes them by their keys, except those that were counted on meanwhile. The count waits for this row's
 * end, or the other way round.
 */
export function deleteIdle(dialect: Dialect, keys: AuditKeyRow[], before: number): SqlStep[] {
  const { token_id: _, ...matching } = KEY_COLUMNS;
  return dialect.deleteRows({
    name: 'delete idle rows',
    table: TABLE,
    key: 'token_id',
    keys: keys.map(({ token_id }) => token_id),
    matching,
    rows: keys,
    where: { sql: 't.last_at < ?', params: [before] },
  });
}
