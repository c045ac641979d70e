import { claimSteps } from '../../test/support/library-parts.js';
import { median } from '../support/measure.js';
import type { Claims } from './claims.js';
import type { Ledger } from './ledger.js';

const KEYS = 15;

/**
 * What one claim by key reads, the median of 15: buffers from EXPLAIN (ANALYZE, BUFFERS) on PostgreSQL, rows
 * from the handler's counters on MariaDB. Nothing is known of SQLite.
 */
export async function readsOf(ledger: Ledger, claims: Claims): Promise<number | undefined> {
  if (ledger.kind === 'sqlite') return undefined;
  const reads: number[] = [];
  for (let at = 0; at < KEYS; at++) {
    const [{ sql, params }] = claimSteps(ledger.parts, claims.nextKey(), `explain-${at}`);
    reads.push(
      ledger.kind === 'postgres'
        ? await buffers(ledger, sql, params)
        : await handlerReads(ledger, sql, params),
    );
  }
  return median(reads);
}

async function buffers({ dataSource }: Ledger, sql: string, params: unknown[]): Promise<number> {
  let position = 0;
  const numbered = sql.replace(/\?/g, () => `$${++position}`);
  const [row] = await dataSource.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${numbered}`, params);
  const { Plan: plan } = row['QUERY PLAN'][0];
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

async function handlerReads({ dataSource }: Ledger, sql: string, params: unknown[]): Promise<number> {
  await dataSource.query('FLUSH STATUS');
  await dataSource.query(sql, params);
  const rows: { Variable_name: string; Value: string }[] = await dataSource.query(
    "SHOW SESSION STATUS LIKE 'Handler_read%'",
  );
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
}
