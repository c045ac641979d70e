import type { CustomTypesConfig, PoolClient } from 'pg';
import { digest } from '../kernel/secret.js';
import { unfit } from './database.error.js';
import { POSTGRES } from './dialect.postgres.js';
import { type NativeConnection, ServerExecutor } from './server-executor.js';
import { type SqlStep, type SqlValue, storable } from './sql-step.js';
import { TABLE_PREFIX } from './table-prefix.js';

/** No other name in a statement begins so. */
const OUR_TABLES = new RegExp(`\\b${TABLE_PREFIX}\\w+`, 'g');

/** The driver's own way with the types that our statements return: 64 bits and decimals stay text. */
const PARSERS: Record<number, ((text: string) => unknown) | undefined> = {
  16: (text) => text === 't',
  20: String,
  21: Number,
  23: Number,
  25: String,
  1043: String,
  1700: String,
  2950: String,
};

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
    const client = connection as PoolClient & { binary?: boolean };
    // A parser for each type would have to know both ways. TypeORM's own reads as wrongly.
    if (client.binary) throw unfit('they give rows in binary; take "binary" out of "extra"');
    // A host may have told the driver to read numbers in another way, for the whole process: as BigInt, which
    // JSON can not hold.
    const types = {
      getTypeParser: (oid: number, format: 'text') =>
        (format === 'text' && PARSERS[oid]) || client.getTypeParser(oid, format),
    } as CustomTypesConfig;
    return {
      execute: async (sql: string, params: SqlValue[], prepared = false) => {
        const text = this.text(sql);
        const values = storable(params);
        const name = prepared ? this.nameOf(text) : undefined;
        const result = await client.query({ name, text, values, types });
        return { rows: result.rows, affected: result.rowCount ?? 0 };
      },
      // Its pool drops what is ending.
      discard: () => void client.end(),
    };
  }
}
