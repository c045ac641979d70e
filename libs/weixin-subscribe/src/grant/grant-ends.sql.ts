import { bulkDelete } from '../sql/bulk-delete.js';
import { bulkUpdate } from '../sql/bulk-update.js';
import { idsInStates } from '../sql/ids-in-states.js';
import type { SqlDialect, SqlStep } from '../sql/sql-executor.js';
import { stillAmong } from '../sql/still-in.js';
import { CLOSED_STATUSES } from './grant.types.js';

const TABLE = 'weixin_grant';

/** The grants whose time has run out, the first of them first: a range of ix_weixin_grant_expiry. */
export function overdueGrants(limit: number): string {
  return `SELECT id FROM ${TABLE} WHERE status = 'available' AND expires_at IS NOT NULL AND expires_at <= ? ORDER BY expires_at LIMIT ${limit}`;
}

/** Closes them where nobody has claimed them meanwhile. */
export function expireGrants(dialect: SqlDialect, ids: string[], now: number): SqlStep[] {
  const name = 'expire grants';
  if (dialect === 'sqlite')
    return ids.map((id) => ({
      name,
      sql: `UPDATE ${TABLE} SET status = 'expired', live_key = NULL, closed_at = ? WHERE id = ? AND status = 'available' AND expires_at <= ?`,
      params: [now, id, now],
    }));
  const set = { status: 'expired', live_key: null, closed_at: now };
  const also = { sql: 't.expires_at <= ?', params: [now] };
  return [bulkUpdate(dialect, { name, table: TABLE, key: 'id', keys: ids, from: 'available', set, also })];
}

/**
 * The grants that are over since before a moment: ranges of ix_weixin_grant_closed, which holds no other on
 * PostgreSQL and SQLite.
 */
export function closedGrants(limit: number): string {
  return idsInStates(
    {
      table: TABLE,
      states: CLOSED_STATUSES,
      where: `${IS_CLOSED} AND closed_at < ?`,
      orderBy: 'closed_at',
    },
    limit,
  );
}

const IS_CLOSED = `status IN (${CLOSED_STATUSES.map((status) => `'${status}'`).join(', ')})`;

export function deleteClosed(dialect: SqlDialect, ids: string[], before: number): SqlStep[] {
  const where = { sql: `${stillAmong(CLOSED_STATUSES, 't.status')} AND t.closed_at < ?`, params: [before] };
  return bulkDelete(dialect, { name: 'delete closed grants', table: TABLE, key: 'id', keys: ids, where });
}
