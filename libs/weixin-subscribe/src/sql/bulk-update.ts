import { type SqlDialect, type SqlStep, type SqlValue, storableText } from './sql-executor.js';
import { stillIn } from './still-in.js';

export type ServerDialect = Exclude<SqlDialect, 'sqlite'>;

/** Column → its type; the columns of a {@link BulkUpdate} that differ from row to row. */
export type BulkColumns = Record<string, 'text' | 'longtext' | 'int' | 'bigint'>;

/**
 * Text out of JSON for MariaDB and MySQL: as the columns of our tables, or no index would answer a comparison
 * with them.
 */
export const JSON_TEXT = 'VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

const TYPES = {
  postgres: { text: 'varchar', longtext: 'text', int: 'int', bigint: 'bigint' },
  mysql: {
    text: JSON_TEXT,
    longtext: 'TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    int: 'INT',
    bigint: 'BIGINT',
  },
};

export interface BulkUpdate {
  name: string;
  table: string;
  /** The column that finds a row: one value for each row. */
  key: string;
  keys: string[];
  /** The status that a row must have; any other is left alone. A literal of ours. @default any */
  from?: string;
  /** What is the same for all. */
  set: Record<string, SqlValue>;
  /** What differs: a row for each key. */
  columns?: BulkColumns;
  rows?: Record<string, SqlValue>[];
  /** What else must hold of `t`, or of what differs, `v`, with its parameters. */
  also?: { sql: string; params: SqlValue[] };
  expect?: SqlStep['expect'];
}

/**
 * One UPDATE of many rows, for databases across a network. The rows travel as one JSON parameter, so that the
 * statement's text stays the same whatever their number: drivers and caches see one statement, not five
 * hundred. Not for SQLite: many small steps cost it as little, and its planner may, on old statistics, read
 * the table and read the parameter anew for each row.
 */
export function bulkUpdate(dialect: ServerDialect, update: BulkUpdate): SqlStep {
  const { name, table, key, from, set, columns = {}, also, expect } = update;
  const mysql = dialect === 'mysql';
  const column = (of: string) => (mysql ? `t.${of}` : of);
  const assignments = [
    ...Object.keys(set).map((of) => `${column(of)} = ?`),
    ...Object.keys(columns).map((of) => `${column(of)} = v.${of}`),
  ].join(', ');
  const source = rowSource(dialect, columns, 'v');
  const conditions = [
    ...(from === undefined ? [] : [stillIn(from, 't.status')]),
    ...(also ? [also.sql] : []),
  ];
  const status = conditions.join(' AND ') || '1 = 1';
  const found = `t.${key} = v.row_key`;
  const rows = rowsParameter(update);
  const extra = also?.params ?? [];
  if (mysql)
    return {
      name,
      sql: `UPDATE ${table} t JOIN ${source} ON ${found} SET ${assignments} WHERE ${status}`,
      params: [rows, ...Object.values(set), ...extra],
      expect,
    };
  const values = Object.values(set);
  const listed = `t.${key} = ANY(${KEYS_ON_POSTGRES})`;
  const keys = JSON.stringify(update.keys);
  return Object.keys(columns).length === 0
    ? {
        name,
        sql: `UPDATE ${table} AS t SET ${assignments} WHERE ${listed} AND ${status}`,
        params: [...values, keys, ...extra],
        expect,
      }
    : {
        name,
        sql: `UPDATE ${table} AS t SET ${assignments} FROM ${source} WHERE ${found} AND ${listed} AND ${status}`,
        params: [...values, rows, keys, ...extra],
        expect,
      };
}

/**
 * Of a list, each key is one look into its index. Of a join, PostgreSQL may read that index from one end to
 * the other instead, when its statistics are from before the key was set in most rows: then each hundred
 * messages of a broadcast cost as much as all that were sent before.
 */
export const KEYS_ON_POSTGRES = 'ARRAY(SELECT json_array_elements_text(CAST(? AS json)))';

/**
 * The keys alone, or each with its columns.
 * @throws {DatabaseError} a text of them is none that every database can keep
 */
export function rowsParameter({ keys, rows }: Pick<BulkUpdate, 'keys' | 'rows'>): string {
  for (const row of rows ?? [])
    for (const [column, value] of Object.entries(row))
      if (typeof value === 'string') storableText(value, column);
  return JSON.stringify(rows ? keys.map((row_key, index) => ({ row_key, ...rows[index] })) : keys);
}

/** Reads {@link rowsParameter} like a table of `row_key` and the columns. */
export function rowSource(dialect: ServerDialect, columns: BulkColumns, alias: string): string {
  const names = Object.keys(columns);
  const keyAlone = names.length === 0;
  switch (dialect) {
    case 'postgres': {
      // An array, of which the planner expects few rows: it looks them up by their key, and does not read a
      // table of medium size whole.
      if (keyAlone) return `unnest(${KEYS_ON_POSTGRES}) AS ${alias}(row_key)`;
      const types = names.map((of) => `, ${of} ${TYPES.postgres[columns[of]]}`);
      return `(SELECT columns.* FROM unnest(ARRAY(SELECT json_array_elements(CAST(? AS json)))) AS element(json),
        json_to_record(element.json) AS columns(row_key varchar${types.join('')})) AS ${alias}`;
    }
    case 'mysql': {
      const paths = names.map((of) => `, ${of} ${TYPES.mysql[columns[of]]} PATH '$.${of}'`);
      const rowKey = `row_key ${TYPES.mysql.text} PATH '$${keyAlone ? '' : '.row_key'}'`;
      return `JSON_TABLE(?, '$[*]' COLUMNS (${rowKey}${paths.join('')})) AS ${alias}`;
    }
    default:
      return dialect satisfies never;
  }
}
