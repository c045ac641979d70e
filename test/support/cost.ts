import type { DataSource, QueryRunner } from 'typeorm';
import type { SqlStep, SqlValue } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { askedBy } from './plans.js';
import type { DatabaseKind } from './test-databases.js';

/** What a statement cost when it ran. Its effect was undone. */
export interface Cost {
  /** The plan that ran, in the words of the database. */
  plan: string;
  /** The indexes it went through. */
  indexes: string[];
  /** Rows that were read and then thrown away by a condition. Unknown on SQLite and MySQL. */
  removed?: number;
  /** Rows that were read. Unknown on SQLite. */
  examined?: number;
  /** Pages that were read to find the rows, not those that the change itself touched. PostgreSQL only. */
  buffers?: number;
}

interface PlanNode {
  Plans?: PlanNode[];
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Rows Removed by Join Filter'?: number;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Node Type': string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

/**
 * Runs a statement inside a transaction that is rolled back; on PostgreSQL once with a plan for these values
 * and once with one for any.
 * @param before what has to be so first
 */
export async function costsOf(
  dataSource: DataSource,
  kind: DatabaseKind,
  { sql, params }: SqlStep,
  before?: string,
): Promise<Cost[]> {
  if (kind === 'sqlite') {
    const plan = JSON.stringify(await dataSource.query(`EXPLAIN QUERY PLAN ${sql}`, params));
    return [
      { plan, indexes: [...plan.matchAll(/USING (?:COVERING )?INDEX (\w+)/g)].map(([, name]) => name) },
    ];
  }
  const runner = dataSource.createQueryRunner();
  const query = (text: string, values?: unknown[]) => runner.query(text, values);
  try {
    await runner.startTransaction();
    if (before) await query(before);
    if (kind === 'mysql')
      return (await isMariaDb(query))
        ? [onMariaDb((await query(askedBy('ANALYZE FORMAT=JSON', sql), params))[0].ANALYZE)]
        : [await onMysql(query, sql, params)];
    const analyze = 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)';
    await query('SAVEPOINT before');
    const custom = await query(`${analyze} ${numbered(sql)}`, params);
    await query('ROLLBACK TO SAVEPOINT before');
    await query('SET LOCAL plan_cache_mode = force_generic_plan');
    await prepare(runner, sql);
    const generic = await query(`${analyze} EXECUTE step${literals(params)}`);
    await query('DEALLOCATE step');
    return [custom, generic].map(([row]) => onPostgres(row['QUERY PLAN'][0].Plan));
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

/**
 * PostgreSQL alone: what a statement costs by the plan that a connection has made for it before `change`, and
 * kept. Everything is undone.
 */
export async function costByOldPlan(
  dataSource: DataSource,
  { sql, params }: SqlStep,
  change: string,
): Promise<Cost> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query('SET LOCAL plan_cache_mode = force_generic_plan');
    await prepare(runner, sql);
    const execute = `EXECUTE step${literals(params)}`;
    await runner.query(`EXPLAIN ${execute}`);
    await runner.query(change);
    const [row] = await runner.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${execute}`);
    await runner.query('DEALLOCATE step');
    return onPostgres(row['QUERY PLAN'][0].Plan);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

function prepare(runner: QueryRunner, sql: string): Promise<unknown> {
  return runner.query(`PREPARE step AS ${numbered(sql)}`);
}

function numbered(sql: string): string {
  let position = 0;
  return sql.replace(/\?/g, () => `$${++position}`);
}

/** In parentheses, which PostgreSQL refuses where there are none. */
function literals(params: SqlValue[] = []): string {
  if (params.length === 0) return '';
  const all = params.map((value) =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value),
  );
  return `(${all.join(', ')})`;
}

function onPostgres(root: PlanNode): Cost {
  const nodes = [root];
  for (const node of nodes) nodes.push(...(node.Plans ?? []));
  const sum = (of: (node: PlanNode) => number) => nodes.reduce((total, node) => total + of(node), 0);
  const removed = (node: PlanNode) =>
    node['Actual Loops'] *
    ((node['Rows Removed by Filter'] ?? 0) +
      (node['Rows Removed by Index Recheck'] ?? 0) +
      (node['Rows Removed by Join Filter'] ?? 0));
  const read = (node: PlanNode) =>
    node['Node Type'].includes('Scan') && node['Relation Name']
      ? node['Actual Loops'] * node['Actual Rows'] + removed(node)
      : 0;
  return {
    plan: JSON.stringify(root),
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    removed: sum(removed),
    examined: sum(read),
    // Each node counts what is below it and what it waits for, so the largest below the change is all that
    // found its rows.
    buffers: Math.max(0, ...(root.Plans ?? []).map(buffersOf)),
  };
}

function buffersOf(node: PlanNode): number {
  return node['Shared Hit Blocks'] + node['Shared Read Blocks'];
}

interface TableNode {
  access_type: string;
  key?: string;
  r_loops?: number;
  r_rows?: number | null;
  r_filtered?: number | null;
}

type Query = (text: string, values?: unknown[]) => ReturnType<QueryRunner['query']>;

async function isMariaDb(query: Query): Promise<boolean> {
  return (await query('SELECT VERSION() AS version'))[0].version.includes('MariaDB');
}

/**
 * MySQL explains what it ran of a SELECT alone: the server counts what this connection's last statement read.
 */
async function onMysql(query: Query, sql: string, params: SqlValue[] = []): Promise<Cost> {
  const plan: { key: string | null }[] = await query(askedBy('EXPLAIN FORMAT=TRADITIONAL', sql), params);
  await query(sql, params);
  const [{ examined }] =
    await query(`SELECT ROWS_EXAMINED AS examined FROM performance_schema.events_statements_history
    WHERE THREAD_ID = PS_CURRENT_THREAD_ID() ORDER BY EVENT_ID DESC LIMIT 1`);
  return {
    plan: JSON.stringify(plan),
    indexes: plan.flatMap(({ key }) => key ?? []),
    examined: Number(examined),
  };
}

function onMariaDb(plan: string): Cost {
  const tables: TableNode[] = [];
  JSON.parse(plan, (_, value) => {
    if (typeof value?.access_type === 'string') tables.push(value);
    return value;
  });
  const read = ({ r_loops = 1, r_rows }: TableNode) => r_loops * Number(r_rows ?? 0);
  const removed = (table: TableNode) => read(table) * (1 - Number(table.r_filtered ?? 100) / 100);
  return {
    plan,
    indexes: tables.flatMap(({ key }) => key ?? []),
    examined: tables.reduce((total, table) => total + read(table), 0),
    removed: tables.reduce((total, table) => total + removed(table), 0),
  };
}
