import { assign, type Dialect, type JsonColumns, match, type RowKey } from './dialect.js';
import { STANDARD } from './dialect.standard.js';
import { jsonParameter } from './json-parameter.js';
import { stillIn } from './still-in.js';

const TYPES = { id: 'uuid', text: 'varchar', longtext: 'text', int: 'int', bigint: 'bigint' };

const asId = (value: string) => `CAST(${value} AS uuid)`;

const CASTS: Record<JsonColumns[string], (value: string) => string> = {
  id: asId,
  text: (value) => `(${value})`,
  longtext: (value) => `(${value})`,
  int: (value) => `CAST(${value} AS int)`,
  bigint: (value) => `CAST(${value} AS bigint)`,
};

const LISTED = 'json_array_elements_text(CAST(? AS json))';
const TEXTS = `SELECT ${LISTED}`;

/**
 * Of a list, each key is one look into its index. Of a join, PostgreSQL may read that index from one end to
 * the other instead, when its statistics are from before the key was set in most rows: then each hundred
 * messages of a broadcast cost as much as all that were sent before.
 */
const LISTS = { id: `ARRAY(SELECT ${asId(LISTED)})`, text: `ARRAY(${TEXTS})` };

const isListed = (column: string, type: RowKey['keyType'] = 'text') => `${column} = ANY(${LISTS[type]})`;

/**
 * Reads {@link jsonParameter} like a table `v` of `row_key` and the columns. An array, of which the planner
 * expects few rows: it looks them up by their key, and does not read a table of medium size whole.
 */
export function rowsOnPostgres(columns: JsonColumns, keyType: RowKey['keyType'] = 'text'): string {
  const types = Object.entries(columns).map(([name, type]) => `, ${name} ${TYPES[type]}`);
  return `(SELECT columns.* FROM unnest(ARRAY(SELECT json_array_elements(CAST(? AS json)))) AS element(json),
        json_to_record(element.json) AS columns(row_key ${TYPES[keyType]}${types.join('')})) AS v`;
}

export const POSTGRES: Dialect = {
  ...STANDARD,
  name: 'postgres',

  forShare: 'FOR SHARE',
  forUpdate: 'FOR UPDATE',
  skipLocked: 'FOR UPDATE SKIP LOCKED',
  skipLockedOf: (alias) => `FOR UPDATE OF ${alias} SKIP LOCKED`,

  supportsChangesInWith: true,

  texts: TEXTS,
  numberedTexts: (alias) =>
    `json_array_elements_text(CAST(? AS json)) WITH ORDINALITY AS ${alias}(item, place)`,
  among: (column, values, type) => ({ sql: isListed(column, type), params: [JSON.stringify(values)] }),
  fromListed: (table, key, keyType) => `FROM ${table} AS t WHERE ${isListed(`t.${key}`, keyType)}`,
  jsonRows(source, columns, alias) {
    const names = Object.keys(columns);
    return {
      from: `jsonb_array_elements(CAST(${source} AS jsonb)) AS ${alias}(value)`,
      column: (name) => CASTS[columns[name]](`${alias}.value ->> ${names.indexOf(name)}`),
    };
  },
  jsonOf: (values) => `CAST(json_agg(json_build_array(${values})) AS text)`,
  jsonMapOf: (number, value) => `CAST(json_object_agg(${number}, ${value}) AS text)`,
  aggregating: (statement) => statement,
  madeOnce: (select) => `(WITH once AS MATERIALIZED (${select}) SELECT * FROM once)`,
  joinInOrder: 'CROSS JOIN',
  byPrimaryKey: '',
  byIndex: () => '',

  asId,
  withHex: (text, n) => `${text} || lpad(to_hex(${n}), 3, '0')`,

  // Lists, for the same reason.
  updateListed: ({ table, ids }, set) => ({
    sql: `UPDATE ${table} SET ${assign(Object.keys(set))} WHERE id = ANY(ARRAY(${ids.sql}))`,
    params: [...Object.values(set), ...ids.params],
  }),

  updateRows({ name, table, key, keyType, keys, from, set, columns = {}, matching = {}, rows, also, all }) {
    const status = from === undefined ? '' : ` AND ${stillIn(from, 't.status')}`;
    const where = `${isListed(`t.${key}`, keyType)}${status}${also ? ` AND ${also.sql}` : ''}`;
    const values = Object.values(set);
    const params = [JSON.stringify(keys), ...(also?.params ?? [])];
    const expect = all ? keys.length : undefined;
    if (rows === undefined) {
      const sql = `UPDATE ${table} AS t SET ${assign(Object.keys(set))} WHERE ${where}`;
      return [{ name, sql, params: [...values, ...params], expect }];
    }
    const assignments = [
      ...Object.keys(set).map((column) => `${column} = ?`),
      ...Object.keys(columns).map((column) => `${column} = v.${column}`),
    ].join(', ');
    const sql = `UPDATE ${table} AS t SET ${assignments} FROM ${rowsOnPostgres({ ...columns, ...matching }, keyType)}
      WHERE t.${key} = v.row_key${match(Object.keys(matching))} AND ${where}`;
    return [{ name, sql, params: [...values, jsonParameter(keys, rows), ...params], expect }];
  },
  deleteRows({ name, table, key, keyType, keys, matching, rows, where, all }) {
    const expect = all ? keys.length : undefined;
    const params = [jsonParameter(keys, rows), ...where.params];
    const sql =
      matching === undefined
        ? `DELETE FROM ${table} AS t WHERE ${isListed(`t.${key}`, keyType)} AND ${where.sql}`
        : `DELETE FROM ${table} AS t USING ${rowsOnPostgres(matching, keyType)}
            WHERE t.${key} = v.row_key${match(Object.keys(matching))} AND ${where.sql}`;
    return [{ name, sql, params, expect }];
  },

  server: { trial: 'WITH t AS MATERIALIZED (SELECT 1 AS one) SELECT one FROM t', least: 'PostgreSQL 13' },

  batchLimit: 500,
  // Some 30 ms of the server for the dearest statement of a sweep.
  sweepLimit: 1000,
  // For few callers a transaction each costs less than a group.
  singlesInFlight: 2,
};
