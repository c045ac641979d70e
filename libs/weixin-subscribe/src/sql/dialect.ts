import { JSON_TEXT } from './bulk-update.js';
import type { SqlDialect } from './sql-executor.js';

/** What repositories ask of a dialect for their statements, in place of asking which one it is. */
export interface Dialect {
  /**
   * Ends an INSERT that violates a unique index: it affects no row. On PostgreSQL a violated index would
   * spoil the whole transaction. MariaDB undoes the statement alone and says so by an error: IGNORE there
   * would also let through what does not fit its column.
   */
  readonly orNone: string;
  /** Ends an INSERT of rows of which some are there already, by the unique key: they stay as they are. */
  orLeave(table: string, key: readonly [string, ...string[]]): string;
  /** Ends a SELECT within a statement: the row stays as it is until the transaction ends. */
  readonly forShare: string;
  /** The same, and nobody else may change it, or read it so. */
  readonly forUpdate: string;
  /** The same for rows that nobody else has locked; the others are passed over. */
  readonly skipLocked: string;
  /**
   * Ends a SELECT that is to see the newest version of a row, in a transaction whose reads are otherwise of
   * the moment when it began: that of MariaDB.
   */
  readonly ofNow: string;
  /** A JSON array of texts, one parameter, as a SELECT of one column. */
  readonly texts: string;
}

const STANDARD = {
  orNone: 'ON CONFLICT DO NOTHING',
  orLeave: (_table: string, key: readonly string[]) => `ON CONFLICT (${key.join(', ')}) DO NOTHING`,
  ofNow: '',
};

const DIALECTS: Record<SqlDialect, Dialect> = {
  postgres: {
    ...STANDARD,
    forShare: 'FOR SHARE',
    forUpdate: 'FOR UPDATE',
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    texts: 'SELECT json_array_elements_text(CAST(? AS json))',
  },
  mysql: {
    orNone: '',
    orLeave: (table, key) => {
      const last = key[key.length - 1];
      return `ON DUPLICATE KEY UPDATE ${last} = ${table}.${last}`;
    },
    forShare: 'LOCK IN SHARE MODE',
    forUpdate: 'FOR UPDATE',
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    ofNow: 'LOCK IN SHARE MODE',
    texts: `SELECT one FROM JSON_TABLE(?, '$[*]' COLUMNS (one ${JSON_TEXT} PATH '$')) AS listed`,
  },
  sqlite: {
    ...STANDARD,
    forShare: '',
    forUpdate: '',
    skipLocked: '',
    texts: 'SELECT value FROM json_each(?)',
  },
};

export const dialectOf = (name: SqlDialect): Dialect => DIALECTS[name];
