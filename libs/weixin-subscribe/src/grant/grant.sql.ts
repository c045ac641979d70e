import type { Dialect } from '../sql/dialect.js';
import type { SqlStep, SqlValue } from '../sql/sql-step.js';
import { integer, moment, optional, type RowOf, Table, text } from '../sql/table.js';
import type { GrantChannel, GrantEnding, GrantProof, GrantStatus } from './grant.types.js';
import { INTENT_SOURCE } from './intent-source.js';

export const LOG = 'weixin_grant';
export const LIVE = 'weixin_live_grant';

/** What both tables hold of a grant. */
export const FACTS = [
  'id',
  'app_id',
  'openid',
  'template_id',
  'scene',
  'channel',
  'proof',
  'granted_at',
  'expires_at',
] as const;
export const FACT_COLUMNS = FACTS.join(', ');

/**
 * What gave the grant that a row of the log is, as {@link NewGrant.source} says it. Said by a function that
 * all databases have alike.
 * @param of what comes before a column's name, e.g. `g.`
 */
export const sourceOf = (of = ''): string =>
  `COALESCE(${of}source, REPLACE('${INTENT_SOURCE}id', 'id', CAST(${of}intent_id AS CHAR(36))))`;

/** A grant with its state, as `grantStates` gives it. */
export const STATES = new Table('facts', {
  id: text(),
  app_id: text(),
  openid: text(),
  template_id: text(),
  scene: integer(),
  channel: text<GrantChannel>(),
  status: text<GrantStatus>(),
  source: text(),
  subject: optional(text()),
  proof: text<GrantProof>(),
  granted_at: moment(),
  expires_at: optional(moment()),
  claimed_by: optional(text()),
  closed_at: optional(moment()),
  paired_source: optional(text()),
  rejected_at: optional(moment()),
});
export type GrantRow = RowOf<typeof STATES>;
export const STATE_COLUMNS = STATES.list;

/** A grant that is not written yet. */
export interface GrantDraft {
  row: DraftRow;
  /** null under the rule `count` */
  liveKey: string | null;
}

export interface DraftRow {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  proof: string;
  granted_at: string | number;
  expires_at: string | number | null;
  scene_key: number;
  source: string | null;
  intent_id: string | null;
  subject: string | null;
}

/** A grant, by an expression of SQL for its id. */
export interface GrantRef {
  sql: string;
  params: SqlValue[];
}

export interface ClaimKey {
  appId: string;
  openid: string;
  templateId: string;
  /** Without it all scenes. */
  scene?: number;
  channel: string;
}

/** @param of what comes before a column's name, e.g. `g.` */
export function claimable({ scene }: Pick<ClaimKey, 'scene'>, of = '', openid = '?'): string {
  return `${of}app_id = ? AND ${of}openid = ${openid} AND ${of}template_id = ? ${scene === undefined ? '' : `AND ${of}scene = ?`}
    AND ${of}channel = ? AND (${of}expires_at IS NULL OR ${of}expires_at > ?)`;
}

export function claimableParams(
  { appId, openid, templateId, scene, channel }: ClaimKey,
  now: number,
): SqlValue[] {
  return [appId, openid, templateId, ...(scene === undefined ? [] : [scene]), channel, now];
}

export function countClaimable(key: Pick<ClaimKey, 'scene'>): string {
  return `SELECT COUNT(*) AS available FROM ${LIVE} WHERE ${claimable(key)}`;
}

/** Where a claimed grant is written down. */
export interface ClaimTarget {
  /** An INSERT … SELECT of `taken`, which has the columns of the grant, up to its FROM. */
  insert: string;
  params: SqlValue[];
  /** The grant, once it is written. */
  grant: GrantRef;
}

/**
 * The oldest live grant of a key, of those with a proven openid first; locked, so that it is taken only once.
 */
export function oldest(dialect: Dialect, key: Pick<ClaimKey, 'scene'>, columns: string): string {
  return `SELECT ${columns} FROM ${LIVE} WHERE ${claimable(key)} ORDER BY proof, granted_at, id LIMIT 1 ${dialect.forUpdate}`;
}

/**
 * Takes the oldest grant of a key and writes down who has it; where the database can, in one statement.
 *
 * Safe against races: a claim locks the row that it takes. Whoever waits for it finds it gone, and takes the
 * next, or none. SQLite has one writer at a time.
 */
export function claimOldest(
  dialect: Dialect,
  key: ClaimKey,
  { insert, params, grant }: ClaimTarget,
  now: number,
): SqlStep[] {
  const name = 'claim grant';
  const found = claimableParams(key, now);
  if (dialect.supportsChangesInWith)
    return [
      {
        name,
        sql: `WITH taken AS (DELETE FROM ${LIVE} WHERE id = (${oldest(dialect, key, 'id')}) RETURNING ${FACT_COLUMNS}) ${insert} taken`,
        params: [...found, ...params],
        expect: 'one',
      },
    ];
  return [
    {
      name,
      sql: `${insert} (${oldest(dialect, key, FACT_COLUMNS)}) AS taken`,
      params: [...params, ...found],
      expect: 'one',
    },
    takeOut(grant),
  ];
}

/** As {@link oldest}, and not locked. */
export function oldestProof(key: Pick<ClaimKey, 'scene'>): string {
  return `SELECT proof FROM ${LIVE} WHERE ${claimable(key)} ORDER BY proof, granted_at, id LIMIT 1`;
}

/**
 * Writes down a message that a permission lets through and leaves as it is. The message holds no grant: none
 * is given back, and none is used up. Nothing is locked: a rejection at the same moment is before this or
 * after it.
 */
export function claimLongTerm(
  dialect: Dialect,
  key: ClaimKey,
  { insert, params }: ClaimTarget,
  now: number,
): SqlStep {
  const columns = FACTS.map((name) => (name === 'id' ? `${dialect.asId('NULL')} AS id` : name)).join(', ');
  return {
    name: 'claim grant',
    sql: `${insert} (SELECT ${columns} FROM ${LIVE} WHERE ${claimable(key)} ORDER BY proof, granted_at, id LIMIT 1) AS taken`,
    params: [...params, ...claimableParams(key, now)],
    expect: 'one',
  };
}

/** The claim itself. */
export function takeOut({ sql, params }: GrantRef): SqlStep {
  return { name: 'take grant', sql: `DELETE FROM ${LIVE} WHERE id = ${sql}`, params, expect: 'one' };
}

/** Writes down how a grant ended, where its message does not tell. */
export function endGrant(grant: GrantRef, as: GrantEnding, now: number): SqlStep {
  return {
    name: 'end grant',
    sql: `UPDATE ${LOG} SET ended_as = ?, ended_at = ?, live_key = NULL WHERE id = ${grant.sql}`,
    params: [as, now, ...grant.params],
  };
}

/**
 * Gives a grant back that a message held, unless the person has confirmed the same key anew since (rule
 * `set`): the two confirms are one permission at WeChat, whatever became of the newer one. The confirm has
 * marked the row in the log: whoever comes second waits for it. One that had no live key, because the rule
 * was `count` when it was confirmed, may be a UniqueViolation of `live_key`: then {@link mergeGrant} is due.
 * @param liveKey null under the rule `count`, where each confirm counts
 */
export function releaseSteps(dialect: Dialect, grant: GrantRef, liveKey: string | null): SqlStep[] {
  const restate: SqlStep =
    liveKey === null
      ? {
          name: 'restate grant',
          sql: `UPDATE ${LOG} SET live_key = NULL, ended_as = NULL, ended_at = NULL
            WHERE id = ${grant.sql} AND (live_key IS NOT NULL OR ended_as = 'renewed')`,
          params: grant.params,
        }
      : {
          name: 'restate grant',
          sql: `UPDATE ${LOG} SET live_key = ? WHERE id = ${grant.sql} AND live_key IS NULL AND ended_as IS NULL`,
          params: [liveKey, ...grant.params],
        };
  return [
    restate,
    {
      name: 'release grant',
      sql: `INSERT INTO ${LIVE} (${FACT_COLUMNS}) SELECT ${FACT_COLUMNS} FROM ${LOG} WHERE id = ${grant.sql} AND ended_as IS NULL ${dialect.forUpdate}`,
      params: grant.params,
    },
    ...(liveKey === null ? [] : keepProof(dialect, grant, liveKey)),
  ];
}

/** A grant and a newer one of the same key are one permission at WeChat: only the newer counts. */
export function mergeSteps(dialect: Dialect, grant: GrantRef, liveKey: string, now: number): SqlStep[] {
  return [
    {
      name: 'merge grant',
      sql: `UPDATE ${LOG} SET ended_as = 'renewed', ended_at = ? WHERE id = ${grant.sql} AND ended_as IS NULL`,
      params: [now, ...grant.params],
    },
    ...keepProof(dialect, grant, liveKey),
  ];
}

/**
 * What a grant's confirm has proven holds for the newer one that is merged with it. Zero rows is fine: it was
 * as good, or is in use.
 */
function keepProof(dialect: Dialect, grant: GrantRef, liveKey: string): SqlStep[] {
  // Derived, because MySQL reads no table that it changes.
  const held = `(SELECT proof FROM (SELECT proof FROM ${LOG} WHERE id = ${grant.sql}) AS held)`;
  const better = (row: string) =>
    `SET proof = ${held} WHERE ${row} AND proof = 'unproven' AND ${held} <> 'unproven'`;
  const params = [...grant.params, liveKey, ...grant.params];
  return [
    {
      name: 'keep proof',
      sql: `UPDATE ${LOG} ${better('live_key = ?')} AND EXISTS (SELECT 1 FROM ${LIVE} live WHERE live.id = ${LOG}.id)`,
      params,
    },
    {
      name: 'keep proof',
      sql: `UPDATE ${LIVE} ${better(`id = (SELECT id FROM ${LOG} WHERE live_key = ? ${dialect.forUpdate})`)}`,
      params,
    },
  ];
}

/**
 * The grant of a message whose outcome is unknown may be posted for again: affects no row once the person has
 * confirmed the same key anew. It must be the current one for certain: of a grant that never had a live key
 * (the account's rule was `count` then) nobody knows.
 */
export function stillCurrent(grant: GrantRef, liveKey: string): SqlStep {
  return {
    name: 'reclaim grant',
    sql: `UPDATE ${LOG} SET live_key = live_key WHERE id = ${grant.sql} AND live_key = ? AND ended_as IS NULL`,
    params: [...grant.params, liveKey],
    expect: 'one',
  };
}

/**
 * Ends live grants: first in the log, with their live rows locked, then these. The first step affects as many
 * rows as end.
 * @param where on the live rows, whose columns are named with their table
 */
export function endLive(
  dialect: Dialect,
  as: GrantEnding,
  where: GrantRef,
  now: number,
  set: Record<string, SqlValue> = {},
): SqlStep[] {
  const ids = { sql: `SELECT id FROM ${LIVE} WHERE ${where.sql} ${dialect.forUpdate}`, params: where.params };
  const ended = { ended_as: as, ended_at: now, ...set, live_key: null };
  return [
    { name: `${as} grants`, ...dialect.updateListed({ table: LOG, ids }, ended) },
    {
      name: `take out ${as} grants`,
      sql: `DELETE FROM ${LIVE} WHERE ${where.sql} AND (SELECT g.ended_as FROM ${LOG} g WHERE g.id = ${LIVE}.id) = '${as}'`,
      params: where.params,
    },
  ];
}
