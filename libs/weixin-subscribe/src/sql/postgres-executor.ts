import type { PoolClient } from 'pg';
import { digest } from '../kernel/secret.js';
import { POSTGRES } from './dialect.postgres.js';
import { type NativeConnection, ServerExecutor } from './server-executor.js';
import { type SqlStep, type SqlValue, storable } from './sql-step.js';
import { TABLE_PREFIX } from './table-prefix.js';

/** No other name in a statement begins so. */
const OUR_TABLES = new RegExp(`\\b${TABLE_PREFIX}\\w+`, 'g');

/**
 * READ COMMITTED: an UPDATE that waited for a row lock re-checks its condition on the newest version of the
 * row.
 */
export class PostgresExecutor extends ServerExecutor {
  readonly dialect = POSTGRES;
  protected readonly begin = ['BEGIN ISOLATION LEVEL READ COMMITTED'];
  private readonly texts = new Map<string, string>();
  private readonly names = new Map<string, string>();

  /**
   * Released by the end of the transaction. Keys that collide in 64 bits only wait for each other needlessly.
   */
  override lockSteps(key: string): SqlStep[] {
    return [{ name: 'lock key', sql: 'SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', params: [key] }];
  }

  /**
   * `?` → `$1`, `$2`, …, and our tables under the schema that the DataSource names. Our statements contain no
   * `?` inside a literal.
   */
  private text(sql: string): string {
    let text = this.texts.get(sql);
    if (text === undefined) {
      let position = 0;
      const { schema } = this.dataSource.options as { schema?: string };
      const at = schema ? `"${schema.replaceAll('"', '""')}".` : '';
      text = sql.replace(OUR_TABLES, (table) => at + table).replace(/\?/g, () => `$${++position}`);
      this.texts.set(sql, text);
    }
    return text;
  }

  /** The same in every process and executor: the connection may have been another's. */
  private nameOf(text: string): string {
    let name = this.names.get(text);
    if (name === undefined) {
      name = `weixin_${digest(text)}`;
      this.names.set(text, name);
    }
    return name;
  }

  protected native(connection: unknown): NativeConnection {
    const client = connection as PoolClient;
    return {
      execute: async (sql: string, params: SqlValue[], prepared = false) => {
        const text = this.text(sql);
        const values = storable(params);
        const result = await (prepared
          ? client.query({ name: this.nameOf(text), text, values })
          : client.query(text, values));
        return { rows: result.rows, affected: result.rowCount ?? 0 };
      },
      // Its pool drops what is ending.
      discard: () => void client.end(),
    };
  }
}
