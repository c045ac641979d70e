import { type BulkColumns, rowSource, rowsParameter, type ServerDialect } from '../sql/bulk-update.js';
import type { SqlStep } from '../sql/sql-executor.js';
import { betterProof, FACT_COLUMNS, type GrantDraft, LIVE, LOG, setRenewed } from './grant.sql.js';

/**
 * What earns the grants of a group: for each a row `t` of one table, changed where a condition holds.
 * Literals of ours; `v.openid` and `v.granted_at` are the grant's.
 */
export interface GrantGate {
  table: string;
  where: string;
  set: Record<string, string>;
}

export interface GatedDraft extends GrantDraft {
  /** The id of the row that earns it. */
  gateId: string;
}

/** What differs from grant to grant while it is new. */
const COLUMNS = {
  app_id: 'text',
  openid: 'text',
  template_id: 'text',
  scene: 'int',
  channel: 'text',
  source: 'text',
  subject: 'text',
  granted_at: 'bigint',
  expires_at: 'bigint',
} satisfies BulkColumns;
const NAMES = Object.keys(COLUMNS);

/** `renewed`: of the live grant whose place it takes. */
const INSERT = `INSERT INTO ${LOG} (id, live_key, proof, ${NAMES.join(', ')})
      SELECT v.row_key, v.live_key, ${betterProof('v.proof', 'renewed.proof')}, ${NAMES.map((name) => `v.${name}`).join(', ')} FROM`;

const source = (dialect: ServerDialect) =>
  rowSource(dialect, { ...COLUMNS, proof: 'text', live_key: 'text', gate_id: 'text' }, 'v');

/**
 * The drafts as {@link recordGroup} and {@link recordGroupSteps} read them. No two have the same `gateId`,
 * nor the same live key.
 */
export function groupParameter(drafts: GatedDraft[]): string {
  return rowsParameter({
    keys: drafts.map(({ row }) => row.id),
    rows: drafts.map(({ row, liveKey, gateId }) => ({ ...row, live_key: liveKey, gate_id: gateId })),
  });
}

/**
 * Passes the gates and records the grants behind them, in one statement of PostgreSQL. It returns the `id` of
 * each grant that it recorded, and leaves the others as they were.
 *
 * Safe under races: a row that somebody else has locked is passed over with its grant, so that this neither
 * waits nor deadlocks; the UPDATE checks its condition on the newest version of the row. The counts let each
 * INSERT begin when the live keys that it takes are given up. A confirm, or a grant given back, that was
 * committed after the statement began is a UniqueViolation of `live_key`.
 */
export function recordGroup({ table, where, set }: GrantGate): string {
  const assignments = Object.entries(set).map(([column, value]) => `${column} = ${value}`);
  const columns = FACT_COLUMNS.split(', ');
  return `WITH v AS MATERIALIZED (SELECT v.*, held.id AS held_id FROM ${source('postgres')}
      LEFT JOIN ${LOG} AS held ON held.live_key = v.live_key),
    held AS MATERIALIZED (SELECT t.id FROM v JOIN ${LOG} AS t ON t.id = v.held_id
      WHERE t.live_key = v.live_key FOR UPDATE OF t SKIP LOCKED),
    gate AS MATERIALIZED (SELECT t.id FROM v JOIN ${table} AS t ON t.id = v.gate_id
      WHERE ${where} AND (v.held_id IS NULL OR v.held_id IN (SELECT id FROM held)) FOR UPDATE OF t SKIP LOCKED),
    passed AS (UPDATE ${table} AS t SET ${assignments.join(', ')}
      FROM v WHERE t.id = v.gate_id AND v.gate_id IN (SELECT id FROM gate) AND ${where}
      RETURNING v.row_key, v.held_id, v.granted_at),
    renewed AS (UPDATE ${LOG} AS t SET ${setRenewed('passed.granted_at')}
      FROM passed WHERE t.id = passed.held_id RETURNING t.id),
    ended AS (DELETE FROM ${LIVE} AS t WHERE t.id = ANY(ARRAY(SELECT id FROM renewed)) RETURNING t.id, t.proof),
    recorded AS (${INSERT} v JOIN passed ON passed.row_key = v.row_key CROSS JOIN (SELECT COUNT(*) FROM ended) AS done
      LEFT JOIN ended AS renewed ON renewed.id = passed.held_id
      RETURNING ${FACT_COLUMNS})
    INSERT INTO ${LIVE} (${FACT_COLUMNS}) SELECT ${columns.join(', ')} FROM recorded RETURNING id`;
}

/**
 * The same as steps for MariaDB and MySQL, all or nothing: a grant whose gate, or whose log or live row,
 * somebody else has locked or changed is a refusal, so that these steps do not wait either. The order of each
 * join is told: left to itself, the optimizer reads (and locks) a small table whole. The limit keeps MySQL
 * from merging a derived table, which it does not allow in an update of the same table.
 */
export function recordGroupSteps({ table, where, set }: GrantGate, drafts: GatedDraft[]): SqlStep[] {
  const params = [groupParameter(drafts)];
  const rows = source('mysql');
  const assignments = Object.entries(set).map(([column, value]) => `t.${column} = ${value}`);
  const byId = (of: string) => `STRAIGHT_JOIN ${of} t FORCE INDEX (PRIMARY) ON t.id`;
  const byKey = (of: string, key: string) =>
    `STRAIGHT_JOIN ${of} t FORCE INDEX (uq_${of}_live_key) ON t.live_key = ${key}`;
  const free = `LIMIT ${drafts.length} FOR UPDATE SKIP LOCKED`;
  return [
    {
      name: 'pass gates',
      sql: `UPDATE (SELECT t.id, v.openid, v.granted_at FROM ${rows} ${byId(table)} = v.gate_id WHERE ${where} ${free}) AS v
        ${byId(table)} = v.id SET ${assignments.join(', ')} WHERE ${where}`,
      params,
      expect: drafts.length,
    },
    {
      name: 'close renewed',
      sql: `UPDATE (SELECT t.id, v.granted_at, v.row_key FROM ${rows} ${byKey(LOG, 'v.live_key')} ${free}) AS v
        ${byId(LOG)} = v.id SET ${setRenewed('v.granted_at', 'v.row_key')}`,
      params,
    },
    {
      name: 'insert grants',
      sql: `${INSERT} ${rows} LEFT JOIN (SELECT t.live_key, t.proof FROM ${rows} ${byKey(LIVE, 'v.live_key')} ${free}) AS renewed
          ON renewed.live_key = v.live_key
        WHERE NOT EXISTS (SELECT 1 FROM ${LOG} held WHERE held.live_key = v.live_key)`,
      params: [...params, ...params],
      expect: drafts.length,
    },
    {
      name: 'end renewed',
      sql: `DELETE t FROM (SELECT t.id FROM ${rows} ${byKey(LIVE, 'v.live_key')} ${free}) AS v ${byId(LIVE)} = v.id`,
      params,
    },
    {
      name: 'make live',
      sql: `INSERT INTO ${LIVE} (${FACT_COLUMNS}) SELECT ${columnsOf('t')} FROM ${rows} ${byId(LOG)} = v.row_key`,
      params,
      expect: drafts.length,
    },
    {
      name: 'forget renewed',
      sql: `UPDATE ${rows} ${byKey(LOG, 'v.row_key')} SET t.live_key = NULL`,
      params,
    },
  ];
}

const columnsOf = (table: string) =>
  FACT_COLUMNS.split(', ')
    .map((name) => `${table}.${name}`)
    .join(', ');
