import { type BulkColumns, rowSource, rowsParameter, type ServerDialect } from '../sql/bulk-update.js';
import type { SqlStep } from '../sql/sql-executor.js';
import { betterProof, type GrantDraft, setRenewed } from './grant.sql.js';

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

/** `renewed`: of the grant whose place it takes. */
const INSERT = `INSERT INTO weixin_grant (id, status, live_key, proof, ${NAMES.join(', ')})
      SELECT v.row_key, 'available', v.live_key, ${betterProof('v.proof', 'renewed.proof')}, ${NAMES.map((name) => `v.${name}`).join(', ')} FROM`;

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
 * Passes the gates and records the grants behind them, in one statement of PostgreSQL. It answers the `id` of
 * each grant that it recorded, and leaves the others as they were.
 *
 * Safe under races: a row that somebody else has locked is passed over with its grant, so that this neither
 * waits nor deadlocks; the UPDATE checks its condition on the newest version of the row. The count lets the
 * INSERT begin when `renewed` has given up the live keys that it takes. A live grant that was committed after
 * the statement began is a UniqueViolation of `live_key`.
 */
export function recordGroup({ table, where, set }: GrantGate): string {
  const assignments = Object.entries(set).map(([column, value]) => `${column} = ${value}`);
  return `WITH v AS MATERIALIZED (SELECT v.*, held.id AS live_id FROM ${source('postgres')}
      LEFT JOIN weixin_grant AS held ON held.live_key = v.live_key),
    live AS MATERIALIZED (SELECT t.id FROM v JOIN weixin_grant AS t ON t.id = v.live_id
      WHERE t.live_key = v.live_key FOR UPDATE OF t SKIP LOCKED),
    gate AS MATERIALIZED (SELECT t.id FROM v JOIN ${table} AS t ON t.id = v.gate_id
      WHERE ${where} AND (v.live_id IS NULL OR v.live_id IN (SELECT id FROM live)) FOR UPDATE OF t SKIP LOCKED),
    passed AS (UPDATE ${table} AS t SET ${assignments.join(', ')}
      FROM v WHERE t.id = v.gate_id AND v.gate_id IN (SELECT id FROM gate) AND ${where}
      RETURNING v.row_key, v.live_id, v.granted_at),
    renewed AS (UPDATE weixin_grant AS t SET ${setRenewed('passed.granted_at')}
      FROM passed WHERE t.id = passed.live_id
      RETURNING t.id, CASE WHEN t.claimed_by IS NULL THEN t.proof END AS proof)
    ${INSERT} v JOIN passed ON passed.row_key = v.row_key CROSS JOIN (SELECT COUNT(*) FROM renewed) AS done
      LEFT JOIN renewed ON renewed.id = passed.live_id
    RETURNING id`;
}

/**
 * The same as steps for MariaDB and MySQL, all or nothing: a grant whose gate, or whose live grant, somebody
 * else has locked or changed is a refusal, so that these steps do not wait either. The order of each join is
 * told: left to itself, the optimizer reads (and locks) a small table whole. The limit keeps MySQL from
 * merging a derived table, which it does not allow in an update of the same table.
 */
export function recordGroupSteps({ table, where, set }: GrantGate, drafts: GatedDraft[]): SqlStep[] {
  const params = [groupParameter(drafts)];
  const rows = source('mysql');
  const assignments = Object.entries(set).map(([column, value]) => `t.${column} = ${value}`);
  const byId = (of: string) => `STRAIGHT_JOIN ${of} t FORCE INDEX (PRIMARY) ON t.id`;
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
      sql: `UPDATE (SELECT t.id, v.granted_at, v.row_key FROM ${rows}
          STRAIGHT_JOIN weixin_grant t FORCE INDEX (uq_weixin_grant_live_key) ON t.live_key = v.live_key ${free}) AS v
        ${byId('weixin_grant')} = v.id SET ${setRenewed('v.granted_at', 'v.row_key')}`,
      params,
    },
    {
      name: 'insert grants',
      sql: `${INSERT} ${rows} LEFT JOIN weixin_grant renewed ON renewed.live_key = v.row_key AND renewed.claimed_by IS NULL
        WHERE NOT EXISTS (SELECT 1 FROM weixin_grant held WHERE held.live_key = v.live_key)`,
      params,
      expect: drafts.length,
    },
    {
      name: 'forget renewed',
      sql: `UPDATE ${rows} STRAIGHT_JOIN weixin_grant t FORCE INDEX (uq_weixin_grant_live_key) ON t.live_key = v.row_key SET t.live_key = NULL`,
      params,
    },
  ];
}
