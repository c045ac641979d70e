import { BY_ID, type Dialect, type JsonColumns } from '../sql/dialect.js';
import { type SqlFragment, type SqlStep, type SqlValue, storableText } from '../sql/sql-step.js';
import { type ClaimKey, FACT_COLUMNS, type GrantRef, LIVE, LOG } from './grant.sql.js';
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
   * before. Where changes in WITH are supported, `taken` is a name, which it may read once more.
   */
  insert: (taken: string) => string;
  params: SqlValue[];
  /** The INSERT returns rows for the result. */
  returning?: boolean;
  /**
   * The ids of the grants, once they are written: a SELECT of `id`. Absent where the grants stay as they are:
   * sends do not use up the permission of a long-term template.
   */
  grants?: GrantRef;
}

const ORDER = 'ORDER BY scene, proof, granted_at, id';

/**
 * The live grants `g`, by the index that has this order, which MySQL has to be told: by another it would
 * read, sort and lock all of an account for each batch.
 */
const inOrder = (dialect: Dialect) => `${LIVE} g ${dialect.byIndex('ix_weixin_live_grant_selection')}`;

/** The same by the index that finds those of a person. */
const ofPerson = (dialect: Dialect) => `${LIVE} g ${dialect.byIndex('ix_weixin_live_grant_claim')}`;

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
 * at a time. Grants that stay as they are are not locked: any number of messages may rest on one, and a
 * rejection at the same moment is before this or after it. That nobody gets two messages of one broadcast is
 * what `also` sees to; it reads what the claim before has written, since claims of one broadcast exclude each
 * other, and both servers read anew in each statement (READ COMMITTED).
 */
export function claimNext(
  dialect: Dialect,
  selection: GrantSelection,
  limit: number,
  into: BatchTarget,
  now: number,
  also?: GrantCondition,
): SqlStep[] {
  const { where, params } = conditions(dialect, selection, now, also);
  const picked = (columns: string) =>
    `SELECT ${columns} FROM ${inOrder(dialect)} WHERE ${where} ${ORDER} LIMIT ${limit} ${lockOf(dialect, into)}`;
  const numbered = `ROW_NUMBER() OVER (${ORDER}) - 1 AS n`;
  return dialect.supportsChangesInWith && into.grants
    ? claimInWith(picked('id'), `SELECT gone.*, ${numbered} FROM gone`, into, params)
    : claimInSteps(
        dialect,
        `SELECT picked.*, ${numbered} FROM (${picked(FACT_COLUMNS)}) AS picked`,
        into,
        params,
      );
}

/** One statement: a list of ids is read once whatever the plan, and the planner expects few of them. */
function claimInWith(
  picked: string,
  taken: string,
  { insert, params: own, returning }: BatchTarget,
  params: SqlValue[],
): SqlStep[] {
  return [
    {
      name: 'claim grants',
      sql: `WITH picked AS MATERIALIZED (${picked}),
        gone AS (DELETE FROM ${LIVE} WHERE id = ANY(ARRAY(SELECT id FROM picked)) RETURNING ${FACT_COLUMNS}),
        taken AS (${taken}) ${insert('taken')}`,
      params: [...params, ...own],
      returning,
    },
  ];
}

function claimInSteps(
  dialect: Dialect,
  taken: string,
  { insert, params: own, grants, returning }: BatchTarget,
  params: SqlValue[],
): SqlStep[] {
  const name = 'claim grants';
  // Nothing is taken away: there is one step.
  if (dialect.supportsChangesInWith)
    return [
      { name, sql: `WITH taken AS (${taken}) ${insert('taken')}`, params: [...params, ...own], returning },
    ];
  return [
    { name, sql: insert(`(${taken}) AS taken`), params: [...own, ...params], returning },
    ...(grants ? [{ name: 'take grants', ...dialect.deleteListed({ table: LIVE, ids: grants }) }] : []),
  ];
}

const lockOf = (dialect: Dialect, { grants }: BatchTarget): string => (grants ? dialect.skipLocked : '');

function conditions(
  dialect: Dialect,
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
  dialect: Dialect,
  { appId, templateId, scene, channel, openids }: GrantList,
  into: BatchTarget,
  now: number,
  also?: GrantCondition,
): SqlStep[] {
  const listed = JSON.stringify(openids);
  const where = `g.app_id = ? AND g.openid = w.item AND g.template_id = ? ${scene === undefined ? '' : 'AND g.scene = ? '}AND g.channel = ?
    AND (g.expires_at IS NULL OR g.expires_at > ?)${also ? ` AND ${also.sql}` : ''}`;
  const params = [
    ...[appId, templateId, ...(scene === undefined ? [] : [scene]), channel ?? 'one-time', now],
    ...(also?.params ?? []),
  ];
  const oldest = 'proof, scene, granted_at, id';
  const people = dialect.numberedTexts('w');
  if (dialect.supportsChangesInWith && into.grants)
    return claimInWith(
      `SELECT g.id, w.place FROM ${people}
        CROSS JOIN LATERAL (SELECT g.id FROM ${LIVE} g WHERE ${where} ORDER BY ${oldest} LIMIT 1 ${dialect.skipLocked}) AS g`,
      'SELECT gone.*, picked.place - 1 AS n FROM gone JOIN picked ON picked.id = gone.id',
      into,
      [listed, ...params],
    );
  const facts = FACT_COLUMNS.split(', ')
    .map((name) => `g.${name}`)
    .join(', ');
  if (!into.grants && dialect.supportsChangesInWith)
    return claimInSteps(
      dialect,
      `SELECT ${facts}, w.place - 1 AS n FROM ${people}
        CROSS JOIN LATERAL (SELECT ${facts} FROM ${LIVE} g WHERE ${where} ORDER BY ${oldest} LIMIT 1) AS g`,
      into,
      [listed, ...params],
    );
  return claimInSteps(
    dialect,
    `SELECT * FROM (
      SELECT locked.*, ROW_NUMBER() OVER (PARTITION BY openid ORDER BY ${oldest}) AS place
      FROM (SELECT ${facts}, w.place - 1 AS n FROM ${people} ${dialect.joinInOrder} ${ofPerson(dialect)}
        WHERE ${where} ${lockOf(dialect, into)}) AS locked) AS ranked WHERE place = 1`,
    into,
    [listed, ...params],
  );
}

const CLAIMED_KEY = {
  n: 'int',
  app_id: 'text',
  openid: 'text',
  template_id: 'text',
  scene: 'int',
  channel: 'text',
} satisfies JsonColumns;

/**
 * Takes the oldest live grant of each key, one with a proven openid before others; that of the n-th key has
 * the number n. A key that has none is passed over, and so is one whose oldest grant somebody else has locked
 * or taken: never is a younger one taken in its place. No key may be there twice.
 *
 * Each key is one look into ix_weixin_live_grant_claim. Safe against races: the oldest are found first and
 * locked then, as they are now; SQLite has one writer at a time. Nothing is waited for, so that groups of
 * several processes can not deadlock.
 */
export function claimEach(
  dialect: Dialect,
  keys: Required<ClaimKey>[],
  into: BatchTarget,
  now: number,
): SqlStep[] {
  const listed = keys.map(({ appId, openid, templateId, scene, channel }, n) => [
    n,
    storableText(appId, 'app_id'),
    storableText(openid, 'openid'),
    storableText(templateId, 'template_id'),
    scene,
    channel,
  ]);
  const { from, column } = dialect.jsonRows('?', CLAIMED_KEY, 'w');
  const same = ['app_id', 'openid', 'template_id', 'scene', 'channel'].map(
    (name) => `g.${name} = ${column(name)}`,
  );
  const where = `${same.join(' AND ')} AND (g.expires_at IS NULL OR g.expires_at > ?)`;
  const params = [JSON.stringify(listed), now];
  const order = 'g.proof, g.granted_at, g.id';
  const locked = (columns: string, oldest: string) =>
    `SELECT ${columns}, oldest.n FROM ${oldest} AS oldest ${dialect.joinInOrder} ${LIVE} g ${dialect.byPrimaryKey}
      WHERE g.id = oldest.id ${dialect.skipLockedOf('g')}`;
  if (dialect.supportsChangesInWith)
    return claimInWith(
      locked(
        'g.id',
        `(SELECT g.id, ${column('n')} AS n FROM ${from}
          CROSS JOIN LATERAL (SELECT g.id FROM ${LIVE} g WHERE ${where} ORDER BY ${order} LIMIT 1) AS g)`,
      ),
      'SELECT gone.*, picked.n FROM gone JOIN picked ON picked.id = gone.id',
      into,
      params,
    );
  const facts = FACT_COLUMNS.split(', ')
    .map((name) => `g.${name}`)
    .join(', ');
  return claimInSteps(
    dialect,
    locked(
      facts,
      `(SELECT id, n FROM (
        SELECT g.id, ${column('n')} AS n, ROW_NUMBER() OVER (PARTITION BY ${column('n')} ORDER BY ${order}) AS place
        FROM ${from} ${dialect.joinInOrder} ${ofPerson(dialect)} WHERE ${where}) AS ranked WHERE place = 1)`,
    ),
    into,
    params,
  );
}

export interface CursorRow {
  scene: number;
  proof: string;
  granted_at: string | number;
  id: string;
}

/** The place of the n-th grant of a selection; no row where there are fewer. */
export function nthSelected(
  dialect: Dialect,
  selection: GrantSelection,
  n: number,
  now: number,
  also?: GrantCondition,
): [string, SqlValue[]] {
  const { where, params } = conditions(dialect, selection, now, also);
  return [
    `SELECT scene, proof, granted_at, id FROM ${inOrder(dialect)} WHERE ${where} ${ORDER} LIMIT 1 OFFSET ${n - 1}`,
    params,
  ];
}

export function firstSelected(
  dialect: Dialect,
  selection: GrantSelection,
  limit: number,
  now: number,
  also?: GrantCondition,
): [string, SqlValue[]] {
  const { where, params } = conditions(dialect, selection, now, also);
  return [
    `SELECT openid, scene, proof, granted_at, id FROM ${inOrder(dialect)} WHERE ${where} ${ORDER} LIMIT ${limit}`,
    params,
  ];
}

export function countSelected(
  dialect: Dialect,
  selection: GrantSelection,
  now: number,
  also?: GrantCondition,
): [string, SqlValue[]] {
  const { where, params } = conditions(dialect, selection, now, also);
  return [`SELECT COUNT(*) AS n FROM ${inOrder(dialect)} WHERE ${where}`, params];
}

/**
 * Of the grants of one person under one scene only the one that is claimed first: so grants are counted as
 * people where each confirm adds one. A scalar subquery, one look into ix_weixin_live_grant_claim for each
 * grant, whatever the statistics say.
 */
export function firstOfPerson(now: number): GrantCondition {
  const before = `(o.proof < g.proof OR (o.proof = g.proof AND (o.granted_at < g.granted_at OR (o.granted_at = g.granted_at AND o.id < g.id))))`;
  return {
    sql: `COALESCE((SELECT 1 FROM ${LIVE} o WHERE o.app_id = g.app_id AND o.openid = g.openid AND o.template_id = g.template_id
      AND o.scene = g.scene AND o.channel = g.channel AND (o.expires_at IS NULL OR o.expires_at > ?) AND ${before} LIMIT 1), 0) <> 1`,
    params: [now],
  };
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

/** Of one scene, what comes after it is not asked for. */
function cursor(
  dialect: Dialect,
  { scene, proof, grantedAt, id }: GrantCursor,
  oneScene: boolean,
): SqlFragment {
  const place = { ...(oneScene ? {} : { scene }), proof, granted_at: grantedAt, id };
  return dialect.after(Object.keys(place), Object.values(place));
}

/** A grant that a message held and that is given back. */
export interface HeldGrant {
  id: string;
  /** null under the rule `count` */
  liveKey: string | null;
  proof: GrantProof;
}

/** As {@link releaseSteps}, for many. */
export function releaseHeld(dialect: Dialect, grants: HeldGrant[]): SqlStep[] {
  const ofSet = grants.filter(({ liveKey }) => liveKey !== null);
  const ofCount = grants.filter(({ liveKey }) => liveKey === null);
  const proven = ofSet.filter(({ proof }) => proof !== 'unproven');
  const name = 'restate grants';
  const log = { table: LOG, ...BY_ID };
  const keys = proven.map(({ liveKey }) => liveKey as string);
  const keepProofs = dialect.updateRows({
    ...{ name: 'keep proofs', table: LOG, key: 'live_key', keys, set: {} },
    rows: proven.map(({ proof }) => ({ proof })),
    columns: { proof: 'text' },
    also: {
      sql: `t.proof = 'unproven' AND EXISTS (SELECT 1 FROM ${LIVE} live WHERE live.id = t.id)`,
      params: [],
    },
  });
  // A live grant and its row in the log have the same proof.
  const keepLiveProofs = [...new Set(proven.map(({ proof }) => proof))].map((proof) => {
    const ids = {
      sql: `SELECT t.id ${dialect.fromListed(LOG, 'live_key')} AND t.proof = '${proof}'`,
      params: [JSON.stringify(keys)],
    };
    return { name: 'keep live proofs', ...dialect.updateListed({ table: LIVE, ids }, { proof }) };
  });
  const columns = FACT_COLUMNS.split(', ')
    .map((column) => `t.${column}`)
    .join(', ');
  return [
    ...(ofSet.length > 0
      ? dialect.updateRows({
          ...log,
          name,
          keys: ofSet.map(({ id }) => id),
          rows: ofSet.map(({ liveKey }) => ({ live_key: liveKey })),
          columns: { live_key: 'text' },
          set: {},
          also: { sql: 't.live_key IS NULL AND t.ended_as IS NULL', params: [] },
        })
      : []),
    ...(ofCount.length > 0
      ? dialect.updateRows({
          ...log,
          name,
          keys: ofCount.map(({ id }) => id),
          set: { live_key: null, ended_as: null, ended_at: null },
          also: { sql: "(t.live_key IS NOT NULL OR t.ended_as = 'renewed')", params: [] },
        })
      : []),
    {
      name: 'release grants',
      sql: `INSERT INTO ${LIVE} (${FACT_COLUMNS}) SELECT ${columns} ${dialect.fromListed(LOG, 'id', 'id')}
        AND t.ended_as IS NULL ${dialect.forUpdate}`,
      params: [JSON.stringify(grants.map(({ id }) => id))],
    },
    ...(proven.length > 0 ? [...keepProofs, ...keepLiveProofs] : []),
  ];
}
