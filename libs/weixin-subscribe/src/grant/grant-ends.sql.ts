import { BY_ID, type Dialect } from '../sql/dialect.js';
import type { SqlStep } from '../sql/sql-step.js';
import { endLive, LIVE, LOG } from './grant.sql.js';
import type { GrantEnding } from './grant.types.js';

/** The grants whose time has run out, the first of them first: a range of ix_weixin_live_grant_expiry. */
export function overdueGrants(limit: number): string {
  return `SELECT id FROM ${LIVE} WHERE expires_at IS NOT NULL AND expires_at <= ? ORDER BY expires_at LIMIT ${limit}`;
}

/** Closes them where nobody has claimed them meanwhile. */
export function expireGrants(dialect: Dialect, ids: string[], now: number): SqlStep[] {
  const { sql, params } = dialect.among(`${LIVE}.id`, ids, 'id');
  // Said so that no planner reads the index of what expires.
  const where = { sql: `${sql} AND ${LIVE}.expires_at + 0 <= ?`, params: [...params, now] };
  return endLive(dialect, 'expired', where, now);
}

/** The grants that ended before a moment, where no message tells: a range of ix_weixin_grant_ended. */
export function endedGrants(limit: number, isOpen: string): string {
  return `SELECT id FROM ${LOG} WHERE ended_at IS NOT NULL AND ended_at < ? AND NOT (${isOpen}) ORDER BY ended_at LIMIT ${limit}`;
}

/** Those of the grants that are over; `isOpen`: the condition that a row `t` is not. */
export function deleteGrants(dialect: Dialect, ids: string[], isOpen: string): SqlStep[] {
  const where = {
    sql: `NOT EXISTS (SELECT 1 FROM ${LIVE} l WHERE l.id = t.id) AND NOT (${isOpen})`,
    params: [],
  };
  return dialect.deleteRows({ name: 'delete closed grants', table: LOG, ...BY_ID, keys: ids, where });
}

/** How a grant ended, and when. */
export interface GrantEnded {
  id: string;
  as: GrantEnding;
  at: number;
}

/** Writes down how grants ended, since their messages are deleted. */
export function endGrants(dialect: Dialect, grants: GrantEnded[]): SqlStep[] {
  if (grants.length === 0) return [];
  return dialect.updateRows({
    name: 'end grants',
    table: LOG,
    ...BY_ID,
    keys: grants.map(({ id }) => id),
    rows: grants.map(({ as, at }) => ({ ended_as: as, ended_at: at })),
    columns: { ended_as: 'text', ended_at: 'bigint' },
    set: {},
  });
}
