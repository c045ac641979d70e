import { toDate } from './epoch-column.js';
import type { SqlFragment, SqlValue } from './sql-step.js';

/** How one column is read and written. */
export interface Column<Stored extends SqlValue, Value, Name extends string = ''> {
  /** Of the property; empty where that is the column's name in camel case. */
  readonly name: Name;
  read(stored: Stored): Value;
  write(value: Value): SqlValue;
}

/** A text of ours may be one of few: `text<Status>()`. */
export const text = <Text extends string = string, Name extends string = ''>(
  name?: Name,
): Column<string, Text, Name> => ({
  name: (name ?? '') as Name,
  read: (stored) => stored as Text,
  write: (value) => value,
});

export const integer = (): Column<number, number> => ({
  name: '',
  read: Number,
  write: (value) => value,
});

/** As an EpochColumn keeps it; drivers may give a `bigint` as text. */
export const moment = <Name extends string = ''>(name?: Name): Column<number | string, Date, Name> => ({
  name: (name ?? '') as Name,
  read: toDate,
  write: (value) => value.getTime(),
});

export const json = <Value>(): Column<string, Value> => ({
  name: '',
  read: (stored) => JSON.parse(stored) as Value,
  write: (value) => JSON.stringify(value),
});

/**
 * Words with a comma between them, which they must not hold; none of them: empty.
 * @param length of the column: words that do not fit are left out @default none is
 */
export const words = (length?: number): Column<string, string[]> => ({
  name: '',
  read: (stored) => (stored === '' ? [] : stored.split(',')),
  write: (value) => {
    const joined = value.join(',');
    if (length === undefined || joined.length <= length) return joined;
    // Half a word would be another one.
    return joined.slice(0, Math.max(0, joined.lastIndexOf(',', length)));
  },
});

/** A column of a key that is never NULL: empty where the property is undefined. */
export const orEmpty = <Value, Name extends string>({
  name,
  read,
  write,
}: Column<string, Value, Name>): Column<string, Value | undefined, Name> => ({
  name,
  read: (stored) => (stored === '' ? undefined : read(stored)),
  write: (value) => (value === undefined ? '' : write(value)),
});

/** A column that may be NULL, whose property is undefined then. */
export const optional = <Stored extends SqlValue, Value, Name extends string>({
  name,
  read,
  write,
}: Column<Stored, Value, Name>): Column<Stored | null, Value | undefined, Name> => ({
  name,
  read: (stored) => (stored === null ? undefined : read(stored)),
  write: (value) => (value === undefined ? null : write(value)),
});

type Columns = Record<string, Column<never, unknown, string>>;

type CamelCase<Snake> = Snake extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Snake;

type Property<Name, One> =
  One extends Column<never, unknown, infer Own> ? (Own extends '' ? CamelCase<Name> & string : Own) : never;

type ValueOf<One> = One extends { read(stored: never): infer Value } ? Value : never;

type Values<C> = {
  [Name in keyof C as undefined extends ValueOf<C[Name]> ? never : Property<Name, C[Name]>]: ValueOf<C[Name]>;
} & {
  [Name in keyof C as undefined extends ValueOf<C[Name]> ? Property<Name, C[Name]> : never]?: ValueOf<
    C[Name]
  >;
};

/** A row of a table as the drivers give it. */
export type RowOf<Of> =
  Of extends Table<infer C>
    ? { [Name in keyof C]: C[Name] extends { read(stored: infer Stored): unknown } ? Stored : never }
    : never;

/** A row of a table as the code sees it. */
export type RecordOf<Of> = Of extends Table<infer C> ? Values<C> : never;

/** The columns of a table, said once: for the type of its row, its SELECT, its INSERT and its record. */
export class Table<C> {
  /** `id, app_id, …` */
  readonly list: string;
  /** `SELECT id, app_id, … FROM …` */
  readonly select: string;
  private readonly columns: [column: string, property: string, Column<SqlValue, unknown, string>][];

  constructor(
    readonly name: string,
    columns: C,
  ) {
    this.columns = Object.entries(columns as Columns).map(([column, how]) => [
      column,
      how.name || camelCase(column),
      how as unknown as Column<SqlValue, unknown, string>,
    ]);
    this.list = this.columns.map(([column]) => column).join(', ');
    this.select = `SELECT ${this.list} FROM ${name}`;
  }

  read(row: RowOf<Table<C>>): Values<C> {
    const stored = row as Record<string, SqlValue>;
    const values: Record<string, unknown> = {};
    for (const [column, property, how] of this.columns) values[property] = how.read(stored[column]);
    return values as Values<C>;
  }

  /** An INSERT of whole rows. */
  insert(records: Values<C>[]): SqlFragment {
    const places = `(${this.columns.map(() => '?').join(', ')})`;
    return {
      sql: `INSERT INTO ${this.name} (${this.list}) VALUES ${records.map(() => places).join(', ')}`,
      params: records.flatMap((record) => {
        const values = record as Record<string, unknown>;
        return this.columns.map(([, property, how]) => how.write(values[property]));
      }),
    };
  }

  /** `UPDATE … SET …` of the properties that `changed` has, up to its WHERE. One that is undefined: NULL. */
  update(changed: Partial<Values<C>>): SqlFragment {
    const values = changed as Record<string, unknown>;
    const set = this.columns.filter(([, property]) => Object.hasOwn(values, property));
    return {
      sql: `UPDATE ${this.name} SET ${set.map(([column]) => `${column} = ?`).join(', ')}`,
      params: set.map(([, property, how]) => how.write(values[property])),
    };
  }
}

/** The column gets this value, as a parameter. */
export interface Bound {
  readonly bound: SqlValue;
}

export const bound = (value: SqlValue): Bound => ({ bound: value });

/**
 * `INSERT INTO … (…) SELECT …`, up to its FROM: each column beside what it gets, a value or an expression
 * without parameters.
 */
export function insertSelect(table: string, columns: Record<string, Bound | string>): SqlFragment {
  const given = Object.values(columns);
  const selected = given.map((each) => (typeof each === 'string' ? each : '?'));
  return {
    sql: `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT ${selected.join(', ')}`,
    params: given.flatMap((each) => (typeof each === 'string' ? [] : [each.bound])),
  };
}

const camelCase = (column: string): string =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
