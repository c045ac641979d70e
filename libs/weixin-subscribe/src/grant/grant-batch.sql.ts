import { bulkUpdate, JSON_TEXT, type ServerDialect } from '../sql/bulk-update.js';
import type { SqlDialect, SqlStep, SqlValue } from '../sql/sql-executor.js';
import type { GrantCursor, GrantList, GrantProof, GrantSelection, GrantStatus } from './grant.types.js';

/** What else must hold of a grant `g`. */
export interface GrantCondition {
  sql: string;
  params: SqlValue[];
}

/**
 * Takes the next available grants of a selection, those with a proven openid first within each scene, and the
 * oldest of them first, and gives the n-th of them to the message `batchId` + n in three hexadecimal digits.
 * One statement; a grant that somebody else is just taking is passed over.
 *
 * What makes it cost the same at any size: `status = 'available'` and the limit are literals, or PostgreSQL's
 * plan misses the partial index; the order is that of ix_weixin_grant_selection, never that of the key; and
 * the cursor keeps it from walking over what was taken before, which an old snapshot keeps in the index.
 *
 * Safe against races: PostgreSQL and MariaDB lock the picked rows in the inner query and skip locked ones;
 * SQLite has one writer at a time.
 */
export function claimNext(
  dialect: SqlDialect,
  selection: GrantSelection,
  limit: number,
  batchId: string,
  now: number,
  also?: GrantCondition,
): SqlStep {
  const { where, params } = conditions(dialect, selection, now, also);
  const order = 'ORDER BY scene, proof, granted_at, id';
  const picked = (columns: string, lock = '') =>
    `SELECT ${columns} FROM weixin_grant g WHERE ${where} ${order} LIMIT ${limit} ${lock}`;
  const numbered = (lock?: string) =>
    `SELECT id, ROW_NUMBER() OVER (${order}) - 1 AS n FROM (${picked('id, scene, proof, granted_at', lock)}) AS picked`;
  const claimed = "status = 'claimed', claimed_by =";
  const name = 'claim grants';
  switch (dialect) {
    case 'postgres':
      // An array, because it is read once whatever the plan, and because the planner expects few rows of it:
      // it looks them up by their key, and does not read a table of medium size whole.
      return {
        name,
        sql: `UPDATE weixin_grant AS t SET ${claimed} ? || lpad(to_hex(n - 1), 3, '0')
          FROM unnest(ARRAY(${picked('id', 'FOR UPDATE SKIP LOCKED')})) WITH ORDINALITY AS numbered(id, n)
          WHERE t.id = numbered.id AND t.status = 'available'`,
        params: [batchId, ...params],
      };
    case 'mysql':
      return {
        name,
        sql: `UPDATE weixin_grant t JOIN (${numbered('FOR UPDATE SKIP LOCKED')}) AS numbered ON t.id = numbered.id
          SET t.status = 'claimed', t.claimed_by = CONCAT(?, LPAD(LOWER(HEX(n)), 3, '0')) WHERE t.status = 'available'`,
        params: [...params, batchId],
      };
    case 'sqlite':
      return {
        name,
        sql: `UPDATE weixin_grant AS t SET ${claimed} ? || printf('%03x', n) FROM (${numbered()}) AS numbered
          WHERE t.id = numbered.id AND t.status = 'available'`,
        params: [batchId, ...params],
      };
    default:
      return dialect satisfies never;
  }
}

function conditions(
  dialect: SqlDialect,
  { appId, templateId, scene, channel, after }: GrantSelection,
  now: number,
  also?: GrantCondition,
) {
  const parts = ["app_id = ? AND template_id = ? AND status = 'available'"];
  const params: SqlValue[] = [appId, templateId];
  if (scene !== undefined) {
    parts.push('scene = ?');
    params.push(scene);
  }
  if (after) {
    const beyond = cursor(dialect, after, scene !== undefined);
    parts.push(beyond.sql);
    params.push(...beyond.params);
  }
  parts.push('channel = ? AND (expires_at IS NULL OR expires_at > ?)');
  params.push(channel ?? 'one-time', now);
  if (also) {
    parts.push(also.sql);
    params.push(...also.params);
  }
  return { where: parts.join(' AND '), params };
}

/**
 * Takes one available grant of each person of a list, one with a proven openid before others, then the lowest
 * scene, then the oldest, and gives that of the n-th person to the message `batchId` + n in three hexadecimal
 * digits. One statement; who has none is passed over, and so is a grant that somebody else is just taking.
 *
 * Each person is one look into ix_weixin_grant_claim or ix_weixin_grant_person, whatever the size of the list
 * or the table.
 *
 * Safe against races: PostgreSQL locks the picked rows and skips locked ones; MariaDB re-checks `status` on
 * the newest version of each row that it locks; SQLite has one writer at a time.
 */
export function claimListed(
  dialect: SqlDialect,
  { appId, templateId, scene, channel, openids }: GrantList,
  batchId: string,
  now: number,
  also?: GrantCondition,
): SqlStep {
  const listed = JSON.stringify(openids);
  const where = `g.app_id = ? AND g.openid = w.openid AND g.template_id = ? ${scene === undefined ? '' : 'AND g.scene = ? '}AND g.channel = ?
    AND g.status = 'available' AND (g.expires_at IS NULL OR g.expires_at > ?)${also ? ` AND ${also.sql}` : ''}`;
  const params = [
    ...[appId, templateId, ...(scene === undefined ? [] : [scene]), channel ?? 'one-time', now],
    ...(also?.params ?? []),
  ];
  const oldest = 'g.proof, g.scene, g.granted_at, g.id';
  const ranked = (source: string) => `SELECT id, n FROM (
      SELECT g.id, w.n, ROW_NUMBER() OVER (PARTITION BY g.openid ORDER BY ${oldest}) AS place FROM ${source} WHERE ${where}) AS ranked WHERE place = 1`;
  const claimed = "status = 'claimed', claimed_by =";
  const name = 'claim grants';
  switch (dialect) {
    case 'postgres':
      // An array, because it is read once whatever the plan: looked up again, a person whose grant is taken
      // by now would be given another one.
      return {
        name,
        sql: `UPDATE weixin_grant AS t SET ${claimed} ? || lpad(to_hex(n - 1), 3, '0')
          FROM unnest(ARRAY(SELECT (SELECT g.id FROM weixin_grant g WHERE ${where} ORDER BY ${oldest} LIMIT 1 FOR UPDATE SKIP LOCKED)
            FROM json_array_elements_text(CAST(? AS json)) WITH ORDINALITY AS w(openid, place) ORDER BY place)) WITH ORDINALITY AS picked(id, n)
          WHERE t.id = picked.id AND t.status = 'available'`,
        params: [batchId, ...params, listed],
      };
    case 'mysql': {
      const source = `JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY, openid ${JSON_TEXT} PATH '$')) AS w JOIN weixin_grant g`;
      return {
        name,
        sql: `UPDATE weixin_grant t JOIN (${ranked(source)}) AS picked ON t.id = picked.id
          SET t.status = 'claimed', t.claimed_by = CONCAT(?, LPAD(LOWER(HEX(n - 1)), 3, '0')) WHERE t.status = 'available'`,
        params: [listed, ...params, batchId],
      };
    }
    case 'sqlite':
      // CROSS JOIN, because SQLite then reads the list first, and looks into the table for each; on old
      // statistics it might do the reverse.
      return {
        name,
        sql: `UPDATE weixin_grant AS t SET ${claimed} ? || printf('%03x', n)
          FROM (${ranked('(SELECT key AS n, value AS openid FROM json_each(?)) AS w CROSS JOIN weixin_grant g')}) AS picked
          WHERE t.id = picked.id AND t.status = 'available'`,
        params: [batchId, listed, ...params],
      };
    default:
      return dialect satisfies never;
  }
}

export interface CursorRow {
  scene: number;
  proof: string;
  granted_at: string | number;
  id: string;
}

/** The place of the n-th grant of a selection; no row where there are fewer. */
export function nthSelected(
  dialect: SqlDialect,
  selection: GrantSelection,
  n: number,
  now: number,
): [string, SqlValue[]] {
  const { where, params } = conditions(dialect, selection, now);
  return [
    `SELECT scene, proof, granted_at, id FROM weixin_grant g WHERE ${where} ORDER BY scene, proof, granted_at, id LIMIT 1 OFFSET ${n - 1}`,
    params,
  ];
}

export function firstSelected(
  dialect: SqlDialect,
  selection: GrantSelection,
  limit: number,
  now: number,
): [string, SqlValue[]] {
  const { where, params } = conditions(dialect, selection, now);
  return [
    `SELECT openid, scene, proof, granted_at, id FROM weixin_grant g WHERE ${where} ORDER BY scene, proof, granted_at, id LIMIT ${limit}`,
    params,
  ];
}

export function countSelected(
  dialect: SqlDialect,
  selection: GrantSelection,
  now: number,
): [string, SqlValue[]] {
  const { where, params } = conditions(dialect, selection, now);
  return [`SELECT COUNT(*) AS n FROM weixin_grant g WHERE ${where}`, params];
}

/** Who of a list has an available grant, each once. */
export function availableAmong(
  { appId, templateId, scene, channel, openids }: GrantList,
  now: number,
): [string, SqlValue[]] {
  return [
    `SELECT DISTINCT openid FROM weixin_grant WHERE app_id = ? AND openid IN (${openids.map(() => '?').join(', ')}) AND template_id = ?
      ${scene === undefined ? '' : 'AND scene = ?'} AND channel = ? AND status = 'available' AND (expires_at IS NULL OR expires_at > ?)`,
    [appId, ...openids, templateId, ...(scene === undefined ? [] : [scene]), channel ?? 'one-time', now],
  ];
}

/** MariaDB and MySQL read a comparison of rows as a filter, not as a range: for them it is spelled out. */
function cursor(dialect: SqlDialect, { scene, proof, grantedAt, id }: GrantCursor, oneScene: boolean) {
  if (dialect === 'mysql') {
    const sql = `((scene = ? AND proof = ? AND granted_at = ? AND id > ?) OR (scene = ? AND proof = ? AND granted_at > ?)
      OR (scene = ? AND proof > ?) OR scene > ?)`;
    const params = [...[scene, proof, grantedAt, id], ...[scene, proof, grantedAt], ...[scene, proof], scene];
    return { sql, params };
  }
  return oneScene
    ? { sql: '(proof, granted_at, id) > (?, ?, ?)', params: [proof, grantedAt, id] }
    : { sql: '(scene, proof, granted_at, id) > (?, ?, ?, ?)', params: [scene, proof, grantedAt, id] };
}

/** The claims of one batch: their messages' ids differ in the last three digits only. */
export const SELECT_CLAIMED = `SELECT claimed_by, id, openid, scene, proof, granted_at FROM weixin_grant
  WHERE claimed_by BETWEEN ? AND ? ORDER BY claimed_by`;

export interface ClaimedRow {
  claimed_by: string;
  id: string;
  openid: string;
  scene: number;
  proof: string;
  granted_at: string | number;
}

/**
 * Closes the claimed grants of these messages. The claim's owner is part of the condition, as in a single
 * settle.
 */
export function closeHeld(
  dialect: ServerDialect,
  messageIds: string[],
  status: Exclude<GrantStatus, 'available' | 'claimed'>,
  now: number,
): SqlStep {
  return bulkUpdate(dialect, {
    name: `settle grants as ${status}`,
    table: 'weixin_grant',
    key: 'claimed_by',
    keys: messageIds,
    from: 'claimed',
    // One that is unknown may come back.
    set: { status, closed_at: now, ...(status === 'unknown' ? {} : { live_key: null }) },
  });
}

/**
 * Gives the claimed grants of these messages back, except those whose person has confirmed the same key anew
 * since (rule `set`), as a single release does: they affect no row here, and {@link closeHeld} as `renewed`
 * is due.
 * @param liveKeys null under the rule `count`
 */
export function releaseHeld(
  dialect: ServerDialect,
  messageIds: string[],
  liveKeys: (string | null)[],
): SqlStep {
  return bulkUpdate(dialect, {
    name: 'release grants',
    table: 'weixin_grant',
    key: 'claimed_by',
    keys: messageIds,
    rows: liveKeys.map((live_key) => ({ live_key })),
    columns: { live_key: 'text' },
    from: 'claimed',
    set: { status: 'available', renewed_at: null, claimed_by: null, closed_at: null },
    also: { sql: '(t.renewed_at IS NULL OR v.live_key IS NULL)', params: [] },
  });
}

/** As {@link keepProof}, for many. */
export function keepProofs(
  dialect: ServerDialect,
  proven: { liveKey: string; proof: GrantProof }[],
): SqlStep {
  return bulkUpdate(dialect, {
    name: 'keep proofs',
    table: 'weixin_grant',
    key: 'live_key',
    keys: proven.map(({ liveKey }) => liveKey),
    rows: proven.map(({ proof }) => ({ proof })),
    columns: { proof: 'text' },
    from: 'available',
    set: {},
    also: { sql: "t.proof = 'unproven'", params: [] },
  });
}
