import { assign, type Dialect, type JsonColumns, match } from './dialect.js';
import { jsonParameter } from './json-parameter.js';
import { stillIn } from './still-in.js';

/** Text out of JSON: as the columns of our tables, or no index would answer a comparison with them. */
const JSON_TEXT = 'VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

const TYPES = {
  id: JSON_TEXT,
  text: JSON_TEXT,
  longtext: 'TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  int: 'INT',
  bigint: 'BIGINT',
} as const;

/** Reads {@link jsonParameter} like a table `v` of `row_key` and the columns. */
export function rowsOnMysql(columns: JsonColumns = {}): string {
  const names = Object.keys(columns);
  const paths = names.map((of) => `, ${of} ${TYPES[columns[of]]} PATH '$.${of}'`);
  const rowKey = `row_key ${JSON_TEXT} PATH '$${names.length === 0 ? '' : '.row_key'}'`;
  return `JSON_TABLE(?, '$[*]' COLUMNS (${rowKey}${paths.join('')})) AS v`;
}

/**
 * The same for a SELECT that locks rows: MySQL refuses to lock a JSON_TABLE beside them
 * (ER_DUPLICATE_TABLE_LOCK), and leaves alone what is in a derived table. MariaDB merges that.
 */
export function besideLocks(jsonTable: string): string {
  const alias = jsonTable.slice(jsonTable.lastIndexOf(' ') + 1);
  return `(SELECT ${alias}.* FROM ${jsonTable}) AS ${alias}`;
}

/** MariaDB and MySQL. */
export const MYSQL: Dialect = {
  name: 'mysql',

  orNone: '',
  orLeave: (table, key) => {
    const last = key[key.length - 1];
    return `ON DUPLICATE KEY UPDATE ${last} = ${table}.${last}`;
  },
  orChange: (table, _key, changes) => {
    const sets = changes(
      (column) => `${table}.${column}`,
      (column) => `VALUES(${column})`,
    );
    return `ON DUPLICATE KEY UPDATE ${Object.entries(sets)
      .map(([column, value]) => `${column} = ${value}`)
      .join(', ')}`;
  },

  forShare: 'LOCK IN SHARE MODE',
  forUpdate: 'FOR UPDATE',
  skipLocked: 'FOR UPDATE SKIP LOCKED',
  skipLockedOf: () => 'FOR UPDATE SKIP LOCKED',
  ofNow: 'LOCK IN SHARE MODE',

  supportsChangesInWith: false,

  texts: `SELECT one FROM JSON_TABLE(?, '$[*]' COLUMNS (one ${JSON_TEXT} PATH '$')) AS listed`,
  numberedTexts: (alias) =>
    besideLocks(
      `JSON_TABLE(?, '$[*]' COLUMNS (place FOR ORDINALITY, item ${JSON_TEXT} PATH '$')) AS ${alias}`,
    ),
  // For a list that is read as a table it would look at every row.
  among: (column, values) => ({ sql: `${column} IN (${values.map(() => '?').join(', ')})`, params: values }),
  fromListed: (table, key) =>
    `FROM ${besideLocks(rowsOnMysql())} STRAIGHT_JOIN ${table} t ON t.${key} = v.row_key WHERE 1 = 1`,
  jsonRows(source, columns, alias) {
    const paths = Object.entries(columns).map(([name, type], at) => `${name} ${TYPES[type]} PATH '$[${at}]'`);
    return {
      from: `JSON_TABLE(${source}, '$[*]' COLUMNS (${paths.join(', ')})) AS ${alias}`,
      column: (name) => `${alias}.${name}`,
    };
  },
  // A text: of MySQL's own type JSON its driver would give what it parsed.
  jsonOf: (values) => `CONCAT(JSON_ARRAYAGG(JSON_ARRAY(${values})))`,
  jsonMapOf: (number, value) => `CONCAT(JSON_OBJECTAGG(${number}, ${value}))`,
  // MariaDB cuts it at that many bytes, with an error or, outside of strict mode, without; to MySQL, which
  // does not, this is a comment. Five hundred of a batch are some 100 kB.
  aggregating: (statement) => `/*M! SET STATEMENT group_concat_max_len=16777216 FOR */ ${statement}`,
  // Without a LIMIT the server merges it into the statement around it, and makes its rows for each row there.
  madeOnce: (select) => `(${select} LIMIT 18446744073709551615)`,
  joinInOrder: 'STRAIGHT_JOIN',
  byPrimaryKey: 'FORCE INDEX (PRIMARY)',
  byIndex: (name) => `FORCE INDEX (${name})`,

  asId: (text) => text,
  withHex: (text, n) => `CONCAT(${text}, LPAD(LOWER(HEX(${n})), 3, '0'))`,
  // A comparison of rows would be read as a filter, not as a range: it is spelled out.
  after(columns, values) {
    const ways = columns.map((column, at) => {
      const same = columns.slice(0, at).map((before) => `${before} = ? AND `);
      return { sql: `(${same.join('')}${column} > ?)`, params: values.slice(0, at + 1) };
    });
    return {
      sql: `(${ways.map(({ sql }) => sql).join(' OR ')})`,
      params: ways.flatMap(({ params }) => params),
    };
  },

  updateFrom: ({ table, source, set, where }) =>
    `UPDATE ${source} JOIN ${table} t SET ${Object.entries(set)
      .map(([column, value]) => `t.${column} = ${value}`)
      .join(', ')} WHERE ${where}`,
  updateListed: ({ table, ids }, set) => ({
    sql: `UPDATE (${ids.sql}) AS listed STRAIGHT_JOIN ${table} t FORCE INDEX (PRIMARY) ON t.id = listed.id
      SET ${assign(Object.keys(set), 't.')}`,
    params: [...ids.params, ...Object.values(set)],
  }),
  deleteListed: ({ table, ids }) => ({
    sql: `DELETE t FROM (${ids.sql}) AS listed STRAIGHT_JOIN ${table} t FORCE INDEX (PRIMARY) ON t.id = listed.id`,
    params: ids.params,
  }),

  updateRows({ name, table, key, keys, from, set, columns = {}, matching = {}, rows, also, all }) {
    const assignments = [
      ...Object.keys(set).map((column) => `t.${column} = ?`),
      ...Object.keys(columns).map((column) => `t.${column} = v.${column}`),
    ].join(', ');
    const status = from === undefined ? '' : ` AND ${stillIn(from, 't.status')}`;
    return [
      {
        name,
        sql: `UPDATE ${table} t JOIN ${rowsOnMysql({ ...columns, ...matching })} ON t.${key} = v.row_key${match(Object.keys(matching))}
          SET ${assignments} WHERE 1 = 1${status}${also ? ` AND ${also.sql}` : ''}`,
        params: [jsonParameter(keys, rows), ...Object.values(set), ...(also?.params ?? [])],
        expect: all ? keys.length : undefined,
      },
    ];
  },
  deleteRows({ name, table, key, keys, matching = {}, rows, where, all }) {
    return [
      {
        name,
        // The keys first: on old statistics it would read the table, and the keys anew for each row.
        sql: `DELETE t FROM ${rowsOnMysql(matching)} STRAIGHT_JOIN ${table} t ON t.${key} = v.row_key${match(Object.keys(matching))}
          WHERE ${where.sql}`,
        params: [jsonParameter(keys, rows), ...where.params],
        expect: all ? keys.length : undefined,
      },
    ];
  },

  server: {
    trial: `SELECT t.one, ROW_NUMBER() OVER (ORDER BY t.one) AS n
      FROM (SELECT one FROM JSON_TABLE('[1]', '$[*]' COLUMNS (one INT PATH '$')) AS listed) AS t FOR UPDATE SKIP LOCKED`,
    least: 'MySQL 8.0 or MariaDB 10.6',
  },
  selectCollation: `SELECT collation_name AS name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`,

  batchLimit: 500,
  // Some 30 ms of the server for the dearest statement of a sweep.
  sweepLimit: 1000,
  // For few callers a transaction each costs less than a group.
  singlesInFlight: 2,
};
