import type { SqlDialect, SqlStep, SqlValue } from './sql-executor.js';

export type BulkColumns = Record<string, 'text' | 'int' | 'bigint'>;
export type BulkRow = Record<string, SqlValue>;

const TYPES = {
  postgres: { text: 'varchar', int: 'int', bigint: 'bigint' },
  // As the columns of our tables, or no index would answer a comparison with them.
  mysql: { text: 'VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', int: 'INT', bigint: 'BIGINT' },
};

/**
 * Many rows as one JSON parameter, to be read like a table: the statement's text stays the same whatever their number, so drivers and caches
 * see one statement, not five hundred.
 */
export function rowSource(dialect: SqlDialect, columns: BulkColumns, alias: string): string {
  const names = Object.keys(columns);
  switch (dialect) {
    case 'postgres': {
      const types = names.map((name) => `${name} ${TYPES.postgres[columns[name]]}`);
      return `json_to_recordset(CAST(? AS json)) AS ${alias}(${types.join(', ')})`;
    }
    case 'mysql': {
      const paths = names.map((name) => `${name} ${TYPES.mysql[columns[name]]} PATH '$.${name}'`);
      return `JSON_TABLE(?, '$[*]' COLUMNS (${paths.join(', ')})) AS ${alias}`;
    }
    case 'sqlite': {
      const fields = names.map((name) => `value ->> '${name}' AS ${name}`);
      return `(SELECT ${fields.join(', ')} FROM json_each(?)) AS ${alias}`;
    }
    default:
      return dialect satisfies never;
  }
}

export interface BulkUpdate {
  name: string;
  table: string;
  columns: BulkColumns;
  rows: BulkRow[];
  /** Column → expression; `v` is the row of {@link rows} that `on` finds, `t` the table's own. No parameters: what varies is in the rows. */
  set: Record<string, string>;
  on: string;
  /** What else must hold of `t`, with its parameters. */
  where: string;
  params?: SqlValue[];
  expect?: SqlStep['expect'];
}

/** One UPDATE of many rows, each with values of its own. */
export function bulkUpdate(
  dialect: SqlDialect,
  { name, table, columns, rows, set, on, where, params = [], expect }: BulkUpdate,
): SqlStep {
  const source = rowSource(dialect, columns, 'v');
  const mysql = dialect === 'mysql';
  const assignments = Object.entries(set)
    .map(([column, value]) => `${mysql ? 't.' : ''}${column} = ${value}`)
    .join(', ');
  const sql = mysql
    ? `UPDATE ${table} t JOIN ${source} ON ${on} SET ${assignments} WHERE ${where}`
    : `UPDATE ${table} AS t SET ${assignments} FROM ${source} WHERE ${on} AND ${where}`;
  return { name, sql, params: [JSON.stringify(rows), ...params], expect };
}
