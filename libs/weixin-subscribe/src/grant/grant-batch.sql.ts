import {
  bulkUpdate,
  JSON_TEXT,
  KEYS_ON_POSTGRES,
  rowSource,
  rowsParameter,
  type ServerDialect,
} from '../sql/bulk-update.js';
import { dialectOf } from '../sql/dialect.js';
import type { SqlDialect, SqlStep, SqlValue } from '../sql/sql-executor.js';
import { FACT_COLUMNS, type GrantRef, LIVE, LOG } from './grant.sql.js';
import type { GrantCursor, GrantList, GrantProof, GrantSelection } from './grant.types.js';

/** What else must hold of a grant `g`. */
export interface GrantCondition {
  sql: string;
  params: SqlValue[];
}

/** Where the claimed grants of a batch are written down. */
export interface BatchTarget {
  /**
   * An INSERT … SELECT from `taken`, which has the columns of the grants and `n` from 0. Its parameters come
   * before.
   */
  insert: (taken: string) => string;
  params: SqlValue[];
  /** The ids of the grants, once they are written: a SELECT of `grant_id`. */
  grants: GrantRef;
}

const ORDER = 'ORDER BY scene, proof, granted_at, id';

/**
 * Takes the next live grants of a selection, those with a proven openid first within each scene, and the
 * oldest of them first, and writes down who has them; a grant that somebody else is just taking is passed
 * over.
 *
 * What makes it cost the same at any size: the limit is a literal; the order is that of
 * ix_weixin_live_grant_selection, never that of the key; and the cursor keeps it from reading again what was
 * taken before, which an old snapshot keeps in the index.
 *
 * Safe against races: PostgreSQL and MariaDB lock the picked rows and skip locked ones; SQLite has one writer
 * at a time.
 */
export function claimNext(
  dialect: SqlDialect,
  selection: GrantSelection,
  limit: number,
  into: BatchTarget,
  now: number,
  also?: GrantCondition,
): SqlStep[] {
  const { where, params } = conditions(dialect, selection, now, also);
  const picked = (columns: string) =>
    `SELECT ${columns} FROM ${LIVE} g WHERE ${where} ${ORDER} LIMIT ${limit} ${dialectOf(dialect).skipLocked}`;
  const numbered = `ROW_NUMBER() OVER (${ORDER}) - 1 AS n`;
  return dialect === 'postgres'
    ? claimOnPostgres(picked('id'), `SELECT gone.*, ${numbered} FROM gone`, into, params)
    : claimInSteps(
        dialect,
        `SELECT picked.*, ${numbered} FROM (${picked(FACT_COLUMNS)}) AS picked`,
        into,
        params,
      );
}

/** One statement: a list of ids is read once whatever the plan, and the planner expects few of them. */
function claimOnPostgres(
  picked: string,
  taken: string,
  { insert, params: own }: BatchTarget,
  params: SqlValue[],
): SqlStep[] {
  return [
    {
      name: 'claim grants',
      sql: `WITH picked AS MATERIALIZED (${picked}),
        gone AS (DELETE FROM ${LIVE} WHERE id = ANY(ARRAY(SELECT id FROM picked)) RETURNING ${FACT_COLUMNS}),
        taken AS (${taken}) ${insert('taken')}`,
      params: [...params, ...own],
    },
  ];
}

function claimInSteps(
  dialect: Exclude<SqlDialect, 'postgres'>,
  taken: string,
  { insert, params: own, grants }: BatchTarget,
  params: SqlValue[],
): SqlStep[] {
  return [
    { name: 'claim grants', sql: insert(`(${taken}) AS taken`), params: [...own, ...params] },
    {
      name: 'take grants',
      sql:
        dialect === 'mysql'
          ? `DELETE t FROM (${grants.sql}) AS taken STRAIGHT_JOIN ${LIVE} t FORCE INDEX (PRIMARY) ON t.id = taken.grant_id`
          : `DELETE FROM ${LIVE} WHERE id IN (${grants.sql})`,
      params: grants.params,
    },
  ];
}

function conditions(
  dialect: SqlDialect,
  { appId, templateId, scene, channel, after }: GrantSelection,
  now: number,
  also?: GrantCondition,
) {
  const parts = ['app_id = ? AND template_id = ?'];
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
 * Takes one live grant of each person of a list, one with a proven openid before others, then the lowest
 * scene, then the oldest; that of the n-th person has the number n. Who has none is passed over, and so is a
 * grant that somebody else is just taking.
 *
 * Each person is one look into ix_weixin_live_grant_claim, whatever the size of the list or the table.
 *
 * Safe against races as {@link claimNext} is.
 */
export function claimListed(
  dialect: SqlDialect,
  { appId, templateId, scene, channel, openids }: GrantList,
  into: BatchTarget,
  now: number,
  also?: GrantCondition,
): SqlStep[] {
  const listed = JSON.stringify(openids);
  const where = `g.app_id = ? AND g.openid = w.openid AND g.template_id = ? ${scene === undefined ? '' : 'AND g.scene = ? '}AND g.channel = ?
    AND (g.expires_at IS NULL OR g.expires_at > ?)${also ? ` AND ${also.sql}` : ''}`;
  const params = [
    ...[appId, templateId, ...(scene === undefined ? [] : [scene]), channel ?? 'one-time', now],
    ...(also?.params ?? []),
  ];
  const { skipLocked } = dialectOf(dialect);
  const oldest = 'proof, scene, granted_at, id';
  const facts = FACT_COLUMNS.split(', ')
    .map((name) => `g.${name}`)
    .join(', ');
  const ranked = (source: string, n: string) => `SELECT * FROM (
      SELECT locked.*, ROW_NUMBER() OVER (PARTITION BY openid ORDER BY ${oldest}) AS place
      FROM (SELECT ${facts}, ${n} AS n FROM ${source} WHERE ${where} ${skipLocked}) AS locked) AS ranked WHERE place = 1`;
  switch (dialect) {
    case 'postgres':
      return claimOnPostgres(
        `SELECT g.id, w.place FROM json_array_elements_text(CAST(? AS json)) WITH ORDINALITY AS w(openid, place)
          CROSS JOIN LATERAL (SELECT g.id FROM ${LIVE} g WHERE ${where} ORDER BY ${oldest} LIMIT 1 FOR UPDATE SKIP LOCKED) AS g`,
        'SELECT gone.*, picked.place - 1 AS n FROM gone JOIN picked ON picked.id = gone.id',
        into,
        [listed, ...params],
      );
    case 'mysql':
      return claimInSteps(
        dialect,
        ranked(
          `JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY, openid ${JSON_TEXT} PATH '$')) AS w STRAIGHT_JOIN ${LIVE} g`,
          'w.n - 1',
        ),
        into,
        [listed, ...params],
      );
    case 'sqlite':
      // CROSS JOIN, because SQLite then reads the list first, and looks into the table for each; on old
      // statistics it might do the reverse.
      return claimInSteps(
        dialect,
        ranked(`(SELECT key AS n, value AS openid FROM json_each(?)) AS w CROSS JOIN ${LIVE} g`, 'w.n'),
        into,
        [listed, ...params],
      );
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
    `SELECT scene, proof, granted_at, id FROM ${LIVE} g WHERE ${where} ORDER BY scene, proof, granted_at, id LIMIT 1 OFFSET ${n - 1}`,
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
    `SELECT openid, scene, proof, granted_at, id FROM ${LIVE} g WHERE ${where} ORDER BY scene, proof, granted_at, id LIMIT ${limit}`,
    params,
  ];
}

export function countSelected(
  dialect: SqlDialect,
  selection: GrantSelection,
  now: number,
): [string, SqlValue[]] {
  const { where, params } = conditions(dialect, selection, now);
  return [`SELECT COUNT(*) AS n FROM ${LIVE} g WHERE ${where}`, params];
}

/** Who of a list has an available grant, each once. */
export function availableAmong(
  { appId, templateId, scene, channel, openids }: GrantList,
  now: number,
): [string, SqlValue[]] {
  return [
    `SELECT DISTINCT openid FROM ${LIVE} WHERE app_id = ? AND openid IN (${openids.map(() => '?').join(', ')}) AND template_id = ?
      ${scene === undefined ? '' : 'AND scene = ?'} AND channel = ? AND (expires_at IS NULL OR expires_at > ?)`,
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

/** A grant that a message held and that is given back. */
export interface HeldGrant {
  id: string;
  /** null under the rule `count` */
  liveKey: string | null;
  proof: GrantProof;
}

/** As {@link releaseSteps}, for many. */
export function releaseHeld(dialect: ServerDialect, grants: HeldGrant[]): SqlStep[] {
  const ids = grants.map(({ id }) => id);
  const ofSet = grants.filter(({ liveKey }) => liveKey !== null);
  const ofCount = grants.filter(({ liveKey }) => liveKey === null);
  const proven = ofSet.filter(({ proof }) => proof !== 'unproven');
  const name = 'restate grants';
  const log = { table: LOG, key: 'id' };
  const keepProof = (table: string, alive: string) =>
    bulkUpdate(dialect, {
      name: 'keep proofs',
      table,
      key: 'live_key',
      keys: proven.map(({ liveKey }) => liveKey as string),
      rows: proven.map(({ proof }) => ({ proof })),
      columns: { proof: 'text' },
      set: {},
      also: { sql: `t.proof = 'unproven'${alive}`, params: [] },
    });
  const columns = FACT_COLUMNS.split(', ')
    .map((column) => `t.${column}`)
    .join(', ');
  return [
    ...(ofSet.length > 0
      ? [
          bulkUpdate(dialect, {
            ...log,
            name,
            keys: ofSet.map(({ id }) => id),
            rows: ofSet.map(({ liveKey }) => ({ live_key: liveKey })),
            columns: { live_key: 'text' },
            set: {},
            also: { sql: 't.live_key IS NULL AND t.ended_as IS NULL', params: [] },
          }),
        ]
      : []),
    ...(ofCount.length > 0
      ? [
          bulkUpdate(dialect, {
            ...log,
            name,
            keys: ofCount.map(({ id }) => id),
            set: { live_key: null, ended_as: null, ended_at: null },
            also: { sql: "(t.live_key IS NOT NULL OR t.ended_as = 'renewed')", params: [] },
          }),
        ]
      : []),
    {
      name: 'release grants',
      sql: `INSERT INTO ${LIVE} (${FACT_COLUMNS}) SELECT ${columns} FROM ${
        dialect === 'mysql'
          ? `${rowSource(dialect, {}, 'v')} STRAIGHT_JOIN ${LOG} t ON t.id = v.row_key WHERE`
          : `${LOG} AS t WHERE t.id = ANY(${KEYS_ON_POSTGRES}) AND`
      } t.ended_as IS NULL FOR UPDATE`,
      params: [rowsParameter({ keys: ids })],
    },
    ...(proven.length > 0
      ? [
          keepProof(LIVE, ''),
          keepProof(LOG, ` AND EXISTS (SELECT 1 FROM ${LIVE} live WHERE live.live_key = t.live_key)`),
        ]
      : []),
  ];
}
