import { bulkDelete } from '../sql/bulk-delete.js';
import { bulkUpdate, KEYS_ON_POSTGRES } from '../sql/bulk-update.js';
import type { SqlDialect, SqlStep } from '../sql/sql-executor.js';
import { endLive, LIVE, LOG } from './grant.sql.js';
import type { GrantEnding } from './grant.types.js';

/** The grants whose time has run out, the first of them first: a range of ix_weixin_live_grant_expiry. */
export function overdueGrants(limit: number): string {
  return `SELECT id FROM ${LIVE} WHERE expires_at IS NOT NULL AND expires_at <= ? ORDER BY expires_at LIMIT ${limit}`;
}

/** Closes them where nobody has claimed them meanwhile. */
export function expireGrants(dialect: SqlDialect, ids: string[], now: number): SqlStep[] {
  if (dialect === 'sqlite')
    return ids.flatMap((id) =>
      endLive(dialect, 'expired', { sql: 'l.id = ? AND l.expires_at <= ?', params: [id, now] }, now),
    );
  // MariaDB would look at every live grant for a list that it reads as a table.
  const [among, listed] =
    dialect === 'mysql'
      ? [`l.id IN (${ids.map(() => '?').join(', ')})`, ids]
      : [`l.id = ANY(${KEYS_ON_POSTGRES})`, [JSON.stringify(ids)]];
  const where = { sql: `${among} AND l.expires_at <= ?`, params: [...listed, now] };
  return endLive(dialect, 'expired', where, now);
}

/** The grants that ended before a moment, where no message tells: a range of ix_weixin_grant_ended. */
export function endedGrants(limit: number, isOpen: string): string {
  return `SELECT id FROM ${LOG} WHERE ended_at IS NOT NULL AND ended_at < ? AND NOT (${isOpen}) ORDER BY ended_at LIMIT ${limit}`;
}

/** Those of the grants that are over; `isOpen`: the condition that a row `t` is not. */
export function deleteGrants(dialect: SqlDialect, ids: string[], isOpen: string): SqlStep[] {
  const where = {
    sql: `NOT EXISTS (SELECT 1 FROM ${LIVE} l WHERE l.id = t.id) AND NOT (${isOpen})`,
    params: [],
  };
  return bulkDelete(dialect, { name: 'delete closed grants', table: LOG, key: 'id', keys: ids, where });
}

/** How a grant ended, and when. */
export interface GrantEnded {
  id: string;
  as: GrantEnding;
  at: number;
}

/** Writes down how grants ended, since their messages are deleted. */
export function endGrants(dialect: SqlDialect, grants: GrantEnded[]): SqlStep[] {
  const name = 'end grants';
  if (grants.length === 0) return [];
  if (dialect === 'sqlite')
    return grants.map(({ id, as, at }) => ({
      name,
      sql: `UPDATE ${LOG} SET ended_as = ?, ended_at = ? WHERE id = ?`,
      params: [as, at, id],
    }));
  return [
    bulkUpdate(dialect, {
      name,
      table: LOG,
      key: 'id',
      keys: grants.map(({ id }) => id),
      rows: grants.map(({ as, at }) => ({ ended_as: as, ended_at: at })),
      columns: { ended_as: 'text', ended_at: 'bigint' },
      set: {},
    }),
  ];
}
