import type { Dialect } from '../sql/dialect.js';
import type { SqlFragment, SqlValue } from '../sql/sql-step.js';
import { type GrantUse, grantStates } from './grant.fragments.js';
import { LIVE, LOG, STATE_COLUMNS } from './grant.sql.js';
import { GRANT_PROOFS, GRANT_STATUSES, type GrantFilter } from './grant.types.js';
import { sceneKeyOf } from './live-key.js';

const COLUMNS = {
  appId: 'app_id',
  openid: 'openid',
  templateId: 'template_id',
  scene: 'scene',
  channel: 'channel',
  subject: 'subject',
  sceneKey: 'scene_key',
} as const;
type Field = keyof typeof COLUMNS;

const LATEST = 'ORDER BY granted_at DESC, id DESC';

/**
 * The latest grants that match. Their ids come first, from an index that ends in the time: as many as are
 * asked for are read, whatever a scene holds. Of a person all are read where their states decide.
 *
 * What is available is found among what is live, which does not know the host's users.
 */
export function latestGrants(
  dialect: Dialect,
  use: GrantUse | undefined,
  filter: GrantFilter,
  limit: number,
): SqlFragment {
  const { status } = filter;
  const isLive = status === 'available' && !('subject' in filter && filter.subject !== undefined);
  const ids = isLive
    ? liveIds(conditions(filter), limit)
    : loggedIds(conditions(withSceneKey(filter)), status ? undefined : limit);
  const listed = `(SELECT t.* FROM (${ids.sql}) AS listed ${dialect.joinInOrder} ${LOG} t WHERE t.id = listed.id)`;
  return {
    sql: `SELECT ${STATE_COLUMNS} FROM ${grantStates(use, listed)} ${stateIs(status)} ${LATEST} LIMIT ${limit}`,
    params: ids.params,
  };
}

function conditions(filter: Partial<Record<Field, SqlValue>>): SqlFragment {
  const given = (Object.keys(COLUMNS) as Field[]).filter((name) => filter[name] !== undefined);
  return {
    sql: given.map((name) => `${COLUMNS[name]} = ?`).join(' AND '),
    params: given.map((name) => filter[name] ?? null),
  };
}

/** Of a scene as ix_weixin_grant_scene knows it. */
function withSceneKey(filter: GrantFilter): Partial<Record<Field, SqlValue>> {
  const { appId, templateId, scene } = filter;
  if ('openid' in filter || templateId === undefined || scene === undefined) return filter;
  return { ...filter, sceneKey: sceneKeyOf({ appId, templateId, scene }) };
}

/**
 * By the time alone, as the index has it: for the order of the ids as well SQLite would sort all of a scene.
 */
const loggedIds = ({ sql, params }: SqlFragment, limit: number | undefined): SqlFragment => ({
  sql: `SELECT id FROM ${LOG} WHERE ${sql}${limit === undefined ? '' : ` ORDER BY granted_at DESC LIMIT ${limit}`}`,
  params,
});

/** A look of its own for each proof, which stands before the time in ix_weixin_live_grant_selection. */
function liveIds({ sql: where, params }: SqlFragment, limit: number): SqlFragment {
  const looks = GRANT_PROOFS.map(
    (proof) =>
      `SELECT id FROM (SELECT id FROM ${LIVE} WHERE ${where} AND proof = '${proof}' ${LATEST} LIMIT ${limit}) AS ${proof}`,
  );
  return { sql: looks.join(' UNION ALL '), params: looks.flatMap(() => params) };
}

/** Its literal, for what is not one of ours finds nothing. */
function stateIs(status: GrantFilter['status']): string {
  if (status === undefined) return '';
  return GRANT_STATUSES.includes(status) ? `WHERE status = '${status}'` : 'WHERE 1 = 0';
}
