import type { DataSource } from 'typeorm';

/** What one message wrote to PostgreSQL's write-ahead log, without images of whole pages. */
export interface Written {
  bytes: number;
  heapRecords: number;
  indexEntries: number;
}

/**
 * Reads the log itself, of this database alone, since others write to the same server: with the extension
 * pg_walinspect of PostgreSQL 15. `undefined` where that is not there, or may not be made.
 */
export async function writtenBy(
  dataSource: DataSource,
  work: () => Promise<number>,
): Promise<Written | undefined> {
  try {
    await dataSource.query('CREATE EXTENSION IF NOT EXISTS pg_walinspect');
  } catch {
    return undefined;
  }
  const [{ lsn: start }] = await dataSource.query('SELECT pg_current_wal_insert_lsn() AS lsn');
  const n = await work();
  const [{ lsn: end }] = await dataSource.query('SELECT pg_current_wal_flush_lsn() AS lsn');
  const [row] = await dataSource.query(
    `SELECT COALESCE(SUM(record_length - fpi_length), 0) AS bytes, COUNT(*) FILTER (WHERE resource_manager LIKE 'Heap%') AS heap,
        COUNT(*) FILTER (WHERE resource_manager = 'Btree' AND record_type LIKE 'INSERT_LEAF%') AS leaves
      FROM pg_get_wal_records_info($1, $2)
      WHERE block_ref LIKE '%/' || (SELECT oid FROM pg_database WHERE datname = current_database()) || '/%'`,
    [start, end],
  );
  const per = (value: string | number) => Number(value) / n;
  return { bytes: per(row.bytes), heapRecords: per(row.heap), indexEntries: per(row.leaves) };
}
