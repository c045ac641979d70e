import type { SqlDialect, SqlFragment, SqlStep, SqlValue } from './sql-step.js';

/** Column → its type, for rows that travel as JSON. */
export type JsonColumns = Record<string, JsonType>;

/** `id`: of an `IdColumn`. */
export type JsonType = 'id' | 'text' | 'longtext' | 'int' | 'bigint';

/** A column that finds a row, and whether it is an `IdColumn`. */
export interface RowKey {
  key: string;
  /** @default 'text' */
  keyType?: Extract<JsonType, 'id' | 'text'>;
}

/** An array of arrays in JSON, to read from like a table. */
export interface JsonRows {
  /** To be joined after whatever its source is a column of. */
  from: string;
  /** The expression for a column. */
  column: (name: string) => string;
}

/** By the id, of a table whose own id is an `IdColumn`. */
export const BY_ID = { key: 'id', keyType: 'id' } as const;

export interface RowsUpdate extends RowKey {
  name: string;
  table: string;
  /** One value for each row. */
  keys: string[];
  /** The status that a row must have; any other is left alone. A literal of ours. @default any */
  from?: string;
  /** What is the same for all. */
  set: Record<string, SqlValue>;
  /** What is set in each row to the value that `rows` has for its key. */
  columns?: JsonColumns;
  /** What must have that value in each row already. */
  matching?: JsonColumns;
  /** A row for each key. */
  rows?: Record<string, SqlValue>[];
  /** What else must hold of a row, `t`. */
  also?: SqlFragment;
  /** All of them, or none. */
  all?: boolean;
}

export interface RowsDelete extends RowKey {
  name: string;
  table: string;
  /** One value for each row. */
  keys: string[];
  /** The other columns of the key, where it has several. */
  matching?: JsonColumns;
  /** A row for each key. */
  rows?: Record<string, SqlValue>[];
  /** What must hold of a row, `t`, besides. */
  where: SqlFragment;
  /** All of them, or none. */
  all?: boolean;
}

/** Rows of a table `t`, of which `id` is the primary key, by a SELECT of `id` that lists them. */
export interface ListedRows {
  table: string;
  ids: SqlFragment;
}

/**
 * What repositories ask of a database for their statements. None of them asks which one it is: what differs
 * is a member here, or, where a whole transition differs, a table of {@link SqlDialect} in one file.
 */
export interface Dialect {
  readonly name: SqlDialect;

  /**
   * Ends an INSERT that violates a unique index: it affects no row. On PostgreSQL a violated index would
   * spoil the whole transaction. MariaDB undoes the statement alone and says so by an error: IGNORE there
   * would also let through what does not fit its column.
   */
  readonly orNone: string;
  /** Ends an INSERT of rows of which some are there already, by the unique key: they stay as they are. */
  orLeave(table: string, key: readonly [string, ...string[]]): string;
  /**
   * Ends an INSERT of a row that may be there already, by the unique key: then its columns change.
   * @param changes column → expression, of the columns as they are kept and as they were given
   */
  orChange(
    table: string,
    key: readonly string[],
    changes: (kept: ColumnExpression, given: ColumnExpression) => Record<string, string>,
  ): string;

  /** Ends a SELECT within a statement: the row stays as it is until the transaction ends. */
  readonly forShare: string;
  /** The same, and nobody else may change it, or read it so. */
  readonly forUpdate: string;
  /** The same for rows that nobody else has locked; the others are passed over. */
  readonly skipLocked: string;
  /** The same of one table of a join, by its alias. */
  skipLockedOf(alias: string): string;
  /**
   * Ends a SELECT that is to see the newest version of a row, in a transaction whose reads are otherwise of
   * the moment when it began: that of MariaDB.
   */
  readonly ofNow: string;

  /**
   * Whether one statement may change rows and read what it changed, `WITH … AS (DELETE … RETURNING …)`: a
   * transaction of several statements is one round trip then.
   */
  readonly supportsChangesInWith: boolean;

  /** A JSON array of texts, one parameter, as a SELECT of one column. */
  readonly texts: string;
  /** The same to read from: each text is an `item`, its `place` counts from 1. */
  numberedTexts(alias: string): string;
  /** The condition that a column has one of these values; each is one look into the column's index. */
  among(column: string, values: string[], type?: RowKey['keyType']): SqlFragment;
  /**
   * Reads the rows `t` whose key a JSON array lists, one parameter; from FROM on into its conditions. Each is
   * one look into the key's index.
   */
  fromListed(table: string, key: string, keyType?: RowKey['keyType']): string;
  /**
   * Columns by their places in each array: what a name of an object costs is saved, and what is missing at
   * the end is NULL.
   * @param source an expression of SQL: a column, or a parameter
   */
  jsonRows(source: string, columns: JsonColumns, alias: string): JsonRows;
  /**
   * An aggregate: the rows as a JSON array of arrays of these expressions, a text; in no order. Only in a
   * statement that {@link aggregating} has made.
   */
  jsonOf(values: string): string;
  /** An aggregate: a JSON object of a number and what is known of it, a text. No number is there twice. */
  jsonMapOf(number: string, value: string): string;
  /** A whole statement with {@link jsonOf} in it, which a setting of the server must not cut short. */
  aggregating(statement: string): string;
  /**
   * A table to read from that is made once for the whole statement, not for each row that is joined with it.
   * @param select a SELECT that knows nothing of the rows around it
   */
  madeOnce(select: string): string;
  /** Joins what the planner must not read before what stands in front of it. */
  readonly joinInOrder: string;
  /** Behind the name of a table whose rows are to be found by `id`, where the planner has to be told. */
  readonly byPrimaryKey: string;
  /** The same by an index of that name. */
  byIndex(name: string): string;

  /** An expression of text, or NULL, as an `IdColumn` has it; of a bare parameter, too. */
  asId(text: string): string;
  /** A text with a number behind it, in three hexadecimal digits of lower case. */
  withHex(text: string, n: string): string;
  /** The condition that a row comes after the place that these values give, in the order of these columns. */
  after(columns: readonly string[], values: SqlValue[]): SqlFragment;

  /** `set` assigns expressions of ours; parameters come in the order of source and where. */
  updateFrom(update: { table: string; source: string; set: Record<string, string>; where: string }): string;
  updateListed(rows: ListedRows, set: Record<string, SqlValue>): SqlFragment;
  deleteListed(rows: ListedRows): SqlFragment;
  /**
   * Changes many rows where they are still as they should be. Across a network that is one statement whose
   * rows travel as one JSON parameter, so that its text stays the same whatever their number: drivers and
   * caches see one statement, not five hundred. On SQLite it is a step for each row: many small steps cost it
   * as little, and its planner may, on old statistics, read the table and read the parameter anew for each
   * row.
   * @throws {DatabaseError} a text of `rows` is none that every database can keep
   */
  updateRows(update: RowsUpdate): SqlStep[];
  /**
   * Deletes rows by their keys where they are still as they should be; in as many statements as
   * {@link updateRows}.
   *
   * By keys that were read before, and not by a range: a DELETE of a range locks what it reads on its way, on
   * MariaDB also the gaps between, and claims and sends beside it wait or fail. A key locks its row alone.
   * The condition is asked again of the newest version of each row: PostgreSQL waits for whoever changes it
   * and re-checks, MariaDB reads what it locks, SQLite has one writer.
   */
  deleteRows(remove: RowsDelete): SqlStep[];

  /**
   * A statement with what only later versions of the server understand, and which these are. Undefined where
   * the driver brings its database along.
   */
  readonly server?: { trial: string; least: string };

  /**
   * Reads the `name` of the collation of a column where columns differ in it; parameters: table and column.
   * Undefined where all text is compared byte by byte.
   */
  readonly selectCollation?: string;

  /** The most rows that should be claimed or ended in one transaction. */
  readonly batchLimit: number;
  /** The most rows that should be swept in one transaction. */
  readonly sweepLimit: number;
  /** How many transactions run at once before what comes is committed in groups. */
  readonly singlesInFlight: number;
}

export type ColumnExpression = (column: string) => string;

/** `a = ?, b = ?` */
export const assign = (columns: string[], of = ''): string =>
  columns.map((name) => `${of}${name} = ?`).join(', ');

/** `t.a = v.a AND t.b = v.b` */
export const match = (columns: string[]): string =>
  columns.map((name) => ` AND t.${name} = v.${name}`).join('');
