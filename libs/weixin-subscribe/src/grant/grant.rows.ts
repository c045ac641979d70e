import { toDate } from '../sql/epoch-column.js';
import type { SqlValue } from '../sql/sql-step.js';
import type { GrantRow } from './grant.sql.js';
import {
  GRANT_STATUSES,
  type Grant,
  type GrantChannel,
  type GrantFilter,
  type GrantProof,
  type GrantStatus,
} from './grant.types.js';

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

export function toGrant(row: GrantRow): Grant {
  return {
    id: row.id,
    appId: row.app_id,
    openid: row.openid,
    templateId: row.template_id,
    scene: Number(row.scene),
    channel: row.channel as GrantChannel,
    status: row.status as GrantStatus,
    source: row.source,
    pairedSource: row.paired_source ?? undefined,
    subject: row.subject ?? undefined,
    proof: row.proof as GrantProof,
    grantedAt: toDate(row.granted_at),
    expiresAt: toDate(row.expires_at),
    claimedBy: row.claimed_by ?? undefined,
    closedAt: toDate(row.closed_at),
    rejectedAt: toDate(row.rejected_at),
  };
}
