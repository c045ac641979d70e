import { assign, type Dialect, type RowsDelete, type RowsUpdate } from './dialect.js';
import { STANDARD } from './dialect.standard.js';
import type { SqlStep } from './sql-step.js';
import { stillIn } from './still-in.js';

/** One connection, within our own process and turn of the event loop; one writer at a time. */
export const SQLITE: Dialect = {
  ...STANDARD,
  name: 'sqlite',

  forShare: '',
  forUpdate: '',
  skipLocked: '',
  skipLockedOf: () => '',

  supportsChangesInWith: false,

  texts: 'SELECT value FROM json_each(?)',
  numberedTexts: (alias) => `(SELECT key + 1 AS place, value AS item FROM json_each(?)) AS ${alias}`,
  among: (column, values) => ({
    sql: `${column} IN (SELECT value FROM json_each(?))`,
    params: [JSON.stringify(values)],
  }),
  fromListed: (table, key) =>
    `FROM (SELECT value AS row_key FROM json_each(?)) AS v CROSS JOIN ${table} AS t WHERE t.${key} = v.row_key`,
  jsonRows(source, columns, alias) {
    const names = Object.keys(columns);
    return {
      from: `json_each(${source}) AS ${alias}`,
      column: (name) => `json_extract(${alias}.value, '$[${names.indexOf(name)}]')`,
    };
  },
  jsonOf: (values) => `json_group_array(json_array(${values}))`,
  jsonMapOf: (number, value) => `json_group_object(${number}, ${value})`,
  aggregating: (statement) => statement,
  madeOnce: (select) => `(${select})`,
  // SQLite reads what stands before a CROSS JOIN first; on old statistics it might do the reverse.
  joinInOrder: 'CROSS JOIN',
  byPrimaryKey: '',
  byIndex: () => '',

  asId: (text) => text,
  withHex: (text, n) => `${text} || printf('%03x', ${n})`,

  updateRows({ name, table, set, columns = {}, from, also, ...of }) {
    const names = Object.keys(columns);
    const status = from === undefined ? '' : ` AND ${stillIn(from, 't.status')}`;
    const sql = `UPDATE ${table} AS t SET ${assign([...Object.keys(set), ...names])}
      WHERE ${found(of)}${status}${also ? ` AND ${also.sql}` : ''}`;
    return eachRow(name, of, (key, row, matching) => ({
      sql,
      params: [
        ...Object.values(set),
        ...names.map((column) => row[column]),
        ...[key, ...matching, ...(also?.params ?? [])],
      ],
    }));
  },
  deleteRows({ name, table, where, ...of }) {
    const sql = `DELETE FROM ${table} AS t WHERE ${found(of)} AND ${where.sql}`;
    return eachRow(name, of, (key, _row, matching) => ({ sql, params: [key, ...matching, ...where.params] }));
  },

  // It works on the event loop: 500 stop it for 30–100 ms on a busy machine, and save little over 100.
  batchLimit: 100,
  // The same: so few keep a stop far below 50 ms.
  sweepLimit: 250,
  // It works within our own turn, so that nothing would ever wait for it.
  singlesInFlight: 0,
};

type Rows = Pick<RowsUpdate & RowsDelete, 'key' | 'keys' | 'matching' | 'rows' | 'all'>;

const found = ({ key, matching = {} }: Pick<Rows, 'key' | 'matching'>): string =>
  [key, ...Object.keys(matching)].map((column) => `t.${column} = ?`).join(' AND ');

function eachRow(
  name: string,
  { keys, matching = {}, rows, all }: Rows,
  step: (
    key: string,
    row: Record<string, SqlStep['params'][number]>,
    matching: SqlStep['params'],
  ) => Pick<SqlStep, 'sql' | 'params'>,
): SqlStep[] {
  return keys.map((key, index) => {
    const row = rows?.[index] ?? {};
    const values = Object.keys(matching).map((column) => row[column]);
    return { name, ...step(key, row, values), ...(all && { expect: 'one' as const }) };
  });
}
