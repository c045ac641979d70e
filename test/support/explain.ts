import type { DataSource } from 'typeorm';

/** The plan of a statement, in the words of the database. */
export async function explain(dataSource: DataSource, sql: string): Promise<{ text: string }> {
  const { type } = dataSource.options;
  // Small tables would be read whole; what matters is whether the index can serve.
  const runner = dataSource.createQueryRunner();
  try {
    if (type === 'postgres') await runner.query('SET enable_seqscan = off');
    const rows = await runner.query(`${type === 'better-sqlite3' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN'} ${sql}`);
    return { text: JSON.stringify(rows) };
  } finally {
    if (type === 'postgres') await runner.query('SET enable_seqscan = on');
    await runner.release();
  }
}
