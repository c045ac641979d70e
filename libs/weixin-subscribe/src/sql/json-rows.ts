import { type BulkColumns, JSON_TEXT } from './bulk-update.js';
import type { SqlDialect } from './sql-executor.js';

/** An array of arrays in JSON, to read from like a table. */
export interface JsonRows {
  /** To be joined after whatever its source is a column of. */
  from: string;
  /** The expression for a column. */
  column: (name: string) => string;
}

const CASTS: Record<BulkColumns[string], (value: string) => string> = {
  text: (value) => `(${value})`,
  longtext: (value) => `(${value})`,
  int: (value) => `CAST(${value} AS int)`,
  bigint: (value) => `CAST(${value} AS bigint)`,
};

const TYPES = {
  text: JSON_TEXT,
  longtext: 'TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  int: 'INT',
  bigint: 'BIGINT',
} as const;

/**
 * Columns by their places in each array: what a name of an object costs is saved, and what is missing at the
 * end is NULL.
 * @param source an expression of SQL: a column, or a parameter
 */
export function jsonRows(dialect: SqlDialect, source: string, columns: BulkColumns, alias: string): JsonRows {
  const names = Object.keys(columns);
  switch (dialect) {
    case 'postgres':
      return {
        from: `jsonb_array_elements(CAST(${source} AS jsonb)) AS ${alias}(value)`,
        column: (name) => CASTS[columns[name]](`${alias}.value ->> ${names.indexOf(name)}`),
      };
    case 'mysql': {
      const paths = names.map((name, at) => `${name} ${TYPES[columns[name]]} PATH '$[${at}]'`);
      return {
        from: `JSON_TABLE(${source}, '$[*]' COLUMNS (${paths.join(', ')})) AS ${alias}`,
        column: (name) => `${alias}.${name}`,
      };
    }
    case 'sqlite':
      return {
        from: `json_each(${source}) AS ${alias}`,
        column: (name) => `json_extract(${alias}.value, '$[${names.indexOf(name)}]')`,
      };
    default:
      return dialect satisfies never;
  }
}
