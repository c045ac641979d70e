import {
  type MigrationInterface,
  type QueryRunner,
  Table,
  TableColumn,
  type TableColumnOptions,
  TableIndex,
} from 'typeorm';

/**
 * MySQL and MariaDB compare text without regard to case by default; to them two openids that differ in case
 * would be one person.
 */
const CASE_SENSITIVE = { charset: 'utf8mb4', collation: 'utf8mb4_bin' };

/** Builds columns for the database behind `runner`. */
function columnsFor(runner: QueryRunner) {
  const mysql = ['mysql', 'mariadb'].includes(runner.connection.options.type);
  const column = (options: TableColumnOptions) => new TableColumn(options);
  return {
    text: (name: string, length: number, more: Partial<TableColumnOptions> = {}) =>
      column({ name, type: 'varchar', length: String(length), ...(mysql && CASE_SENSITIVE), ...more }),
    longText: (name: string, more: Partial<TableColumnOptions> = {}) =>
      column({ name, type: 'text', ...(mysql && CASE_SENSITIVE), ...more }),
    // `int` in MariaDB's words; SQLite keeps the word it is given, and the entities say `integer` there.
    int: (name: string, more: Partial<TableColumnOptions> = {}) =>
      column({ name, type: mysql ? 'int' : 'integer', ...more }),
    /** Milliseconds since 1970 UTC. */
    epoch: (name: string, more: Partial<TableColumnOptions> = {}) =>
      column({ name, type: 'bigint', ...more }),
  };
}

export type Columns = ReturnType<typeof columnsFor>;

export const nullable = { isNullable: true };
export const primary = { isPrimary: true };
export const none = { default: 0 };

export interface NewTable {
  name: string;
  columns: TableColumn[];
  indices?: TableIndex[];
}

/** A unique one is named `uq_…`. */
export function index(name: string, columnNames: string[], where?: string): TableIndex {
  return new TableIndex({ name, columnNames, isUnique: name.startsWith('uq_'), where });
}

/** A migration that creates tables, in the order in which it lists them, and drops them in the opposite. */
export abstract class TablesMigration implements MigrationInterface {
  /** TypeORM's name of it: its class name, which a bundler may change. */
  abstract readonly name: string;

  protected abstract tables(columns: Columns): NewTable[];

  async up(runner: QueryRunner): Promise<void> {
    for (const table of this.tables(columnsFor(runner))) await runner.createTable(new Table(table));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of this.tables(columnsFor(runner)).reverse()) await runner.dropTable(name);
  }
}
