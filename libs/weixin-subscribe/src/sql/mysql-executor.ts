import type { PoolConnection, ResultSetHeader } from 'mysql2';
import { unfit } from './database.error.js';
import { MYSQL } from './dialect.mysql.js';
import { refuseUnfit } from './mysql-session.js';
import { type NativeConnection, ServerExecutor } from './server-executor.js';
import { type SqlValue, storable } from './sql-step.js';

/** mysql2 has no such option of its own; a server that stops answering would hold its callers for ever. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** Whatever a host has set for its own rows. */
const AS_USUAL = { timeout: STATEMENT_TIMEOUT_MS, typeCast: true, rowsAsArray: false };

/**
 * MariaDB and MySQL. READ COMMITTED instead of the default REPEATABLE READ: no gap locks, so concurrent
 * inserts beside an update do not deadlock, and each statement sees what is committed.
 */
export class MysqlExecutor extends ServerExecutor {
  readonly dialect = MYSQL;
  protected readonly begin = ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'START TRANSACTION'];

  /** Connections that were looked at, and suit. */
  private readonly fit = new WeakSet<PoolConnection>();

  protected native(connection: unknown): NativeConnection {
    const pooled = connection as PoolConnection;
    // `query` escapes on our side with the connection's charset; `execute` would prepare on the server, where
    // transaction control and LIMIT parameters are not allowed on all versions.
    if (typeof pooled.promise !== 'function')
      throw unfit(
        'they are of the package "mysql", and need "mysql2"; install that, and set connectorPackage: "mysql2"',
      );
    const client = pooled.promise();
    const fit = this.fit;
    return {
      async execute(sql: string, params: SqlValue[]) {
        const values = storable(params);
        if (!fit.has(pooled)) {
          await refuseUnfit(pooled, AS_USUAL);
          fit.add(pooled);
        }
        const [result] = await client.query({ sql, ...AS_USUAL }, values);
        return Array.isArray(result)
          ? { rows: result, affected: result.length }
          : { rows: [], affected: (result as ResultSetHeader).affectedRows };
      },
      discard: () => client.destroy(),
    };
  }
}
