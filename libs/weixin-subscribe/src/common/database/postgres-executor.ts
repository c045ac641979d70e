import type { PoolClient } from 'pg';
import { type NativeConnection, ServerExecutor } from './server-executor.js';
import type { SqlStep, SqlValue } from './sql-executor.js';

/** READ COMMITTED: an UPDATE that waited for a row lock re-checks its condition on the newest version of the row. */
export class PostgresExecutor extends ServerExecutor {
  readonly dialect = 'postgres';
  protected readonly begin = ['BEGIN ISOLATION LEVEL READ COMMITTED'];

  /** Released by the end of the transaction. Keys that collide in 64 bits only wait for each other needlessly. */
  override lockSteps(key: string): SqlStep[] {
    return [{ name: 'lock key', sql: 'SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', params: [key] }];
  }

  protected native(connection: unknown): NativeConnection {
    const client = connection as PoolClient;
    return {
      async execute(sql: string, params: SqlValue[]) {
        const result = await client.query(numbered(sql), params);
        return { rows: result.rows, affected: result.rowCount ?? 0 };
      },
      // Its pool drops what is ending.
      discard: () => void client.end(),
    };
  }
}

const numberedSql = new Map<string, string>();

/** `?` → `$1`, `$2`, …  Our statements contain no `?` inside a literal. */
function numbered(sql: string): string {
  let text = numberedSql.get(sql);
  if (text === undefined) {
    let position = 0;
    text = sql.replace(/\?/g, () => `$${++position}`);
    numberedSql.set(sql, text);
  }
  return text;
}
