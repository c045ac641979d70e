import type { SqlValue } from '../sql/sql-step.js';
import { type GrantRow, STATES } from './grant.sql.js';
import { GRANT_STATUSES, type Grant, type GrantFilter, type GrantStatus } from './grant.types.js';

/** A filter as a condition of SQL. */
export function conditions(filter: GrantFilter): { where: string; params: SqlValue[] } {
  const columns = {
    appId: 'app_id',
    openid: 'openid',
    templateId: 'template_id',
    scene: 'scene',
    channel: 'channel',
    subject: 'subject',
  } as const;
  const given = (Object.keys(columns) as (keyof typeof columns)[]).filter(
    (name) => filter[name] !== undefined,
  );
  const where = given.map((name) => `${columns[name]} = ?`);
  if (GRANT_STATUSES.includes(filter.status as GrantStatus)) where.push(`status = '${filter.status}'`);
  return { where: where.join(' AND '), params: given.map((name) => filter[name] as SqlValue) };
}

export const toGrant = (row: GrantRow): Grant => STATES.read(row);
