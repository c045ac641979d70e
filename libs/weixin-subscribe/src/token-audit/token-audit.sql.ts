import type { TokenFamily } from '../account/account.options.js';
import type { Dialect } from '../sql/dialect.js';
import type { SqlFragment, SqlStep } from '../sql/sql-step.js';
import { integer, moment, orEmpty, Table, text } from '../sql/table.js';
import type { TokenAuditAction, TokenAuditRecord, TokenEndpoint } from './token-audit.types.js';

const KEY_COLUMNS = {
  client: text(),
  app_id: text(),
  family: orEmpty(text<TokenFamily>()),
  action: text<TokenAuditAction>(),
  token_id: text(),
  endpoint: text<TokenEndpoint>(),
};
export const TOKEN_AUDIT = new Table('weixin_token_audit', {
  ...KEY_COLUMNS,
  first_at: moment(),
  last_at: moment(),
  times: integer(),
});

/** The primary key of a row. */
export type AuditKeyRow = Record<keyof typeof KEY_COLUMNS, string>;

const KEY = Object.keys(KEY_COLUMNS);

export const ONE_ROW = KEY.map((column) => `${column} = ?`).join(' AND ');

/**
 * Adds a count to the row of its key, or makes the row. One statement, and each database locks the row that
 * it finds under the primary key before it reads the count, so of two processes at once none loses its part.
 * Moments of processes whose clocks differ come in any order.
 */
export function addCount(dialect: Dialect, counted: TokenAuditRecord): SqlFragment {
  const { sql, params } = TOKEN_AUDIT.insert([counted]);
  const merged = dialect.orChange(TOKEN_AUDIT.name, KEY, (kept, given) => ({
    times: `${kept('times')} + ${given('times')}`,
    first_at: `CASE WHEN ${given('first_at')} < ${kept('first_at')} THEN ${given('first_at')} ELSE ${kept('first_at')} END`,
    last_at: `CASE WHEN ${given('last_at')} > ${kept('last_at')} THEN ${given('last_at')} ELSE ${kept('last_at')} END`,
  }));
  return { sql: `${sql} ${merged}`, params };
}

/**
 * Rows that nobody has counted on since before a moment, the oldest first: a range of
 * ix_weixin_token_audit_last_at.
 */
export function idleRows(limit: number): string {
  return `SELECT ${KEY.join(', ')} FROM ${TOKEN_AUDIT.name} WHERE last_at < ? ORDER BY last_at LIMIT ${limit}`;
}

/**
 * Deletes them by their keys, except those that were counted on meanwhile. The count waits for this row's
 * end, or the other way round.
 */
export function deleteIdle(dialect: Dialect, keys: AuditKeyRow[], before: number): SqlStep[] {
  const others = KEY.filter((column) => column !== 'token_id');
  return dialect.deleteRows({
    name: 'delete idle rows',
    table: TOKEN_AUDIT.name,
    key: 'token_id',
    keys: keys.map(({ token_id }) => token_id),
    matching: Object.fromEntries(others.map((column) => [column, 'text'] as const)),
    rows: keys,
    where: { sql: 't.last_at < ?', params: [before] },
  });
}
