import type { Dialect, JsonColumns } from '../sql/dialect.js';
import { besideLocks, rowsOnMysql } from '../sql/dialect.mysql.js';
import { rowsOnPostgres } from '../sql/dialect.postgres.js';
import { jsonParameter } from '../sql/json-parameter.js';
import type { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlDialect, SqlStep, SqlValue } from '../sql/sql-step.js';
import { type DraftRow, FACT_COLUMNS, FACTS, type GrantDraft, LIVE, LOG } from './grant.sql.js';

// How a grant is written down: one by one in steps that every database understands, which wait for whoever
// holds a row; and many at once, as each database does it best, which wait for nobody.

const LOG_COLUMNS = [...FACTS, 'live_key', 'scene_key', 'source', 'intent_id', 'subject'] as const;

/** The end of a confirm whose place a newer one takes, unless it had another before. */
function setRenewed(at: string, liveKey = 'NULL'): string {
  return `live_key = ${liveKey}, ended_as = COALESCE(ended_as, 'renewed'), ended_at = COALESCE(ended_at, ${at})`;
}

/**
 * The better of two proofs, of which the second may be null. It is that of a live grant that a newer confirm
 * replaces: whoever can write any openid into a browser must not be able to lower what is known of a person.
 * Of one that a message holds nothing is kept, since its message may use up what was proven; should it be
 * given back, {@link keepProof} is due.
 */
function betterProof(own: string, renewed: string): string {
  return `CASE WHEN 'signed' IN (${own}, ${renewed}) THEN 'signed' WHEN 'bound' IN (${own}, ${renewed}) THEN 'bound' ELSE 'unproven' END`;
}

/**
 * Writes a grant down and makes it live; under the rule `set` in the place of the one before.
 *
 * Safe against races, whatever the clocks say: a confirm keeps its live key in the log until a newer one
 * takes it, so the first statement finds it also while it is claimed or given back, and whoever comes second
 * waits for that row: a release finds it `renewed`, and gives nothing back. The live row of the one before is
 * locked where its proof is read, so a claim is either before all of this or finds nothing. Two confirms at
 * once meet in the unique index of the live key.
 *
 * Until its live row is gone, the one before has the id of the newer one for a live key: that is how it is
 * found.
 */
export function recordSteps(dialect: Dialect, { row, liveKey }: GrantDraft): SqlStep[] {
  const { forUpdate } = dialect;
  const makeLive: SqlStep = {
    name: 'make live',
    sql: `INSERT INTO ${LIVE} (${FACT_COLUMNS}) SELECT ${FACT_COLUMNS} FROM ${LOG} WHERE id = ?`,
    params: [row.id],
  };
  const values = { ...row, live_key: liveKey };
  const params = (of: DraftRow & { live_key: string | null }): SqlValue[] =>
    LOG_COLUMNS.flatMap((name) => (name === 'proof' && liveKey !== null ? [of.proof, of.proof] : [of[name]]));
  if (liveKey === null)
    return [
      {
        name: 'insert grant',
        sql: `INSERT INTO ${LOG} (${LOG_COLUMNS.join(', ')}) VALUES (${LOG_COLUMNS.map(() => '?').join(', ')})`,
        params: params(values),
      },
      makeLive,
    ];
  const selected = LOG_COLUMNS.map((name) => (name === 'proof' ? betterProof('?', 'renewed.proof') : '?'));
  const renewed = `(SELECT id FROM ${LOG} WHERE live_key = ?)`;
  return [
    {
      name: 'close renewed',
      sql: `UPDATE ${LOG} SET ${setRenewed('?', '?')} WHERE live_key = ?`,
      params: [row.id, row.granted_at, liveKey],
    },
    {
      name: 'insert grant',
      sql: `INSERT INTO ${LOG} (${LOG_COLUMNS.join(', ')}) SELECT ${selected.join(', ')}
        FROM (SELECT (SELECT proof FROM ${LIVE} WHERE id = ${renewed} ${forUpdate}) AS proof) AS renewed`,
      params: [...params(values), row.id],
    },
    { name: 'end renewed', sql: `DELETE FROM ${LIVE} WHERE id = ${renewed}`, params: [row.id] },
    makeLive,
    {
      name: 'forget renewed',
      sql: `UPDATE ${LOG} SET live_key = NULL WHERE live_key = ?`,
      params: [row.id],
    },
  ];
}

/**
 * What confirms a grant: a row `t` of one table, changed where a condition holds. Expressions of ours;
 * `draft` gives the one for what the grant has.
 */
export interface GrantConfirmation {
  name: string;
  table: string;
  where: (draft: DraftExpression) => string;
  set: (draft: DraftExpression) => Record<string, string>;
}

type DraftExpression = (column: 'openid' | 'granted_at') => string;

export interface ConfirmedDraft extends GrantDraft {
  /** The id of the row that confirms it. */
  confirmedBy: string;
}

/** Confirms one grant, or refuses. */
export function confirmStep(
  { name, table, set, where }: GrantConfirmation,
  { confirmedBy, row }: ConfirmedDraft,
): SqlStep {
  const params: SqlValue[] = [];
  const draft: DraftExpression = (column) => {
    params.push(row[column]);
    return '?';
  };
  const assignments = Object.entries(set(draft)).map(([column, value]) => `${column} = ${value}`);
  params.push(confirmedBy);
  const sql = `UPDATE ${table} AS t SET ${assignments.join(', ')} WHERE t.id = ? AND ${where(draft)}`;
  return { name, sql, params, expect: 'one' };
}

/**
 * Confirms grants and records them, in one transaction; tells of which the grant is
 * written. `undefined`: of none, because of one of them. Whether a row confirms is for {@link confirmStep} to
 * say. No two drafts have the same `confirmedBy`, nor the same live key.
 * @throws {UniqueViolation} of `live_key`: somebody else was faster
 */
export async function recordGroup(
  sql: SqlExecutor,
  by: GrantConfirmation,
  drafts: ConfirmedDraft[],
): Promise<Set<ConfirmedDraft> | undefined> {
  return GROUPS[sql.dialect.name](sql, by, drafts);
}

const GROUPS: Record<SqlDialect, typeof recordGroup> = {
  async postgres(sql, by, drafts) {
    const rows = await sql.all<{ id: string }>(groupOnPostgres(by), [groupParameter(drafts)]);
    const ids = new Set(rows.map(({ id }) => id));
    return new Set(drafts.filter(({ row }) => ids.has(row.id)));
  },
  mysql: (sql, by, drafts) => allOrNone(sql, drafts, groupOnMysql(by, drafts)),
  sqlite: (sql, by, drafts) =>
    allOrNone(
      sql,
      drafts,
      drafts.flatMap((draft) => [confirmStep(by, draft), ...recordSteps(sql.dialect, draft)]),
    ),
};

async function allOrNone(sql: SqlExecutor, drafts: ConfirmedDraft[], steps: SqlStep[]) {
  return (await sql.atomically(steps)).applied ? new Set(drafts) : undefined;
}

const inGroup: DraftExpression = (column) => `v.${column}`;

/** What differs from grant to grant while it is new. */
const COLUMNS = {
  app_id: 'text',
  openid: 'text',
  template_id: 'text',
  scene: 'int',
  channel: 'text',
  scene_key: 'bigint',
  source: 'text',
  intent_id: 'id',
  subject: 'text',
  granted_at: 'bigint',
  expires_at: 'bigint',
} satisfies JsonColumns;
const NAMES = Object.keys(COLUMNS);

/** `renewed`: of the live grant whose place it takes. */
const INSERT = `INSERT INTO ${LOG} (id, live_key, proof, ${NAMES.join(', ')})
      SELECT v.row_key, v.live_key, ${betterProof('v.proof', 'renewed.proof')}, ${NAMES.map((name) => `v.${name}`).join(', ')} FROM`;

const SOURCE = { ...COLUMNS, proof: 'text', live_key: 'text', confirmed_by: 'id' } satisfies JsonColumns;

function groupParameter(drafts: ConfirmedDraft[]): string {
  return jsonParameter(
    drafts.map(({ row }) => row.id),
    drafts.map(({ row, liveKey, confirmedBy }) => ({ ...row, live_key: liveKey, confirmed_by: confirmedBy })),
  );
}

/**
 * One statement. It returns the `id` of
 * each grant that it recorded, and leaves the others as they were.
 *
 * Safe under races: a row that somebody else has locked is passed over with its grant, so that this neither
 * waits nor deadlocks; the UPDATE checks its condition on the newest version of the row. The counts let each
 * INSERT begin when the live keys that it takes are given up. A confirm, or a grant given back, that was
 * committed after the statement began is a UniqueViolation of `live_key`.
 */
function groupOnPostgres({ table, where, set }: GrantConfirmation): string {
  const assignments = Object.entries(set(inGroup)).map(([column, value]) => `${column} = ${value}`);
  return `WITH v AS MATERIALIZED (SELECT v.*, held.id AS held_id FROM ${rowsOnPostgres(SOURCE, 'id')}
      LEFT JOIN ${LOG} AS held ON held.live_key = v.live_key),
    held AS MATERIALIZED (SELECT t.id FROM v JOIN ${LOG} AS t ON t.id = v.held_id
      WHERE t.live_key = v.live_key FOR UPDATE OF t SKIP LOCKED),
    confirming AS MATERIALIZED (SELECT t.id FROM v JOIN ${table} AS t ON t.id = v.confirmed_by
      WHERE ${where(inGroup)} AND (v.held_id IS NULL OR v.held_id IN (SELECT id FROM held)) FOR UPDATE OF t SKIP LOCKED),
    passed AS (UPDATE ${table} AS t SET ${assignments.join(', ')}
      FROM v WHERE t.id = v.confirmed_by AND v.confirmed_by IN (SELECT id FROM confirming) AND ${where(inGroup)}
      RETURNING v.row_key, v.held_id, v.granted_at),
    renewed AS (UPDATE ${LOG} AS t SET ${setRenewed('passed.granted_at')}
      FROM passed WHERE t.id = passed.held_id RETURNING t.id),
    ended AS (DELETE FROM ${LIVE} AS t WHERE t.id = ANY(ARRAY(SELECT id FROM renewed)) RETURNING t.id, t.proof),
    recorded AS (${INSERT} v JOIN passed ON passed.row_key = v.row_key CROSS JOIN (SELECT COUNT(*) FROM ended) AS done
      LEFT JOIN ended AS renewed ON renewed.id = passed.held_id
      RETURNING ${FACT_COLUMNS})
    INSERT INTO ${LIVE} (${FACT_COLUMNS}) SELECT ${FACT_COLUMNS} FROM recorded RETURNING id`;
}

/**
 * The same as steps, all or nothing: a grant whose confirming row, or whose log or live row,
 * somebody else has locked or changed is a refusal, so that these steps do not wait either. The order of each
 * join is told: left to itself, the optimizer reads (and locks) a small table whole. The limit keeps MySQL
 * from merging a derived table, which it does not allow in an update of the same table.
 */
function groupOnMysql({ table, where, set }: GrantConfirmation, drafts: ConfirmedDraft[]): SqlStep[] {
  const params = [groupParameter(drafts)];
  const rows = rowsOnMysql(SOURCE);
  const lockable = besideLocks(rows);
  const assignments = Object.entries(set(inGroup)).map(([column, value]) => `t.${column} = ${value}`);
  const byId = (of: string) => `STRAIGHT_JOIN ${of} t FORCE INDEX (PRIMARY) ON t.id`;
  const byKey = (key: string, alias = 't') =>
    `STRAIGHT_JOIN ${LOG} ${alias} FORCE INDEX (uq_weixin_grant_live_key) ON ${alias}.live_key = ${key}`;
  const free = `LIMIT ${drafts.length} FOR UPDATE SKIP LOCKED`;
  const renewedLive = `${byKey('v.row_key', 'held')} ${byId(LIVE)} = held.id`;
  return [
    {
      name: 'confirm grants',
      sql: `UPDATE (SELECT t.id, v.openid, v.granted_at FROM ${lockable} ${byId(table)} = v.confirmed_by WHERE ${where(inGroup)} ${free}) AS v
        ${byId(table)} = v.id SET ${assignments.join(', ')} WHERE ${where(inGroup)}`,
      params,
      expect: drafts.length,
    },
    {
      name: 'close renewed',
      sql: `UPDATE (SELECT t.id, v.granted_at, v.row_key FROM ${lockable} ${byKey('v.live_key')} ${free}) AS v
        ${byId(LOG)} = v.id SET ${setRenewed('v.granted_at', 'v.row_key')}`,
      params,
    },
    {
      name: 'insert grants',
      sql: `${INSERT} ${rows} LEFT JOIN (SELECT v.row_key, t.proof FROM ${lockable} ${renewedLive} ${free}) AS renewed
          ON renewed.row_key = v.row_key
        WHERE NOT EXISTS (SELECT 1 FROM ${LOG} held WHERE held.live_key = v.live_key)`,
      params: [...params, ...params],
      expect: drafts.length,
    },
    {
      name: 'end renewed',
      sql: `DELETE t FROM (SELECT t.id FROM ${lockable} ${renewedLive} ${free}) AS v ${byId(LIVE)} = v.id`,
      params,
    },
    {
      name: 'make live',
      sql: `INSERT INTO ${LIVE} (${FACT_COLUMNS}) SELECT ${FACTS.map((name) => `t.${name}`).join(', ')} FROM ${rows} ${byId(LOG)} = v.row_key
        WHERE NOT EXISTS (SELECT 1 FROM ${LOG} held JOIN ${LIVE} live ON live.id = held.id WHERE held.live_key = v.row_key)`,
      params,
      expect: drafts.length,
    },
    {
      name: 'forget renewed',
      sql: `UPDATE ${rows} ${byKey('v.row_key')} SET t.live_key = NULL`,
      params,
    },
  ];
}
