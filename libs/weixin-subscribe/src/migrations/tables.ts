import {
  type MigrationInterface,
  type QueryRunner,
  Table,
  TableColumn,
  type TableColumnOptions,
  TableIndex,
} from 'typeorm';

/**
 * Text is compared by its bytes, as SQLite does. MySQL and MariaDB would compare it without regard to case;
 * to them two openids that differ in case would be one person. PostgreSQL would order it by a language's
 * rules, which costs more, and which an upgrade of the system may change below an index
 * (docs/decisions/text-by-bytes.md).
 */
const BY_BYTES: Record<string, Partial<TableColumnOptions>> = {
  mysql: { charset: 'utf8mb4', collation: 'utf8mb4_bin' },
  mariadb: { charset: 'utf8mb4', collation: 'utf8mb4_bin' },
  postgres: { collation: 'C' },
};

/** Builds columns for the database behind `runner`. */
function columnsFor(runner: QueryRunner) {
  const { type } = runner.connection.options;
  const mysql = ['mysql', 'mariadb'].includes(type);
  const byBytes = BY_BYTES[type];
  const column = (options: TableColumnOptions) => new TableColumn(options);
  const bigint = (name: string, more: Partial<TableColumnOptions> = {}) =>
    column({ name, type: 'bigint', ...more });
  return {
    /** What `RandomSource.id` gives; see `IdColumn`. */
    id: (name: string, more: Partial<TableColumnOptions> = {}) =>
      type === 'postgres'
        ? column({ name, type: 'uuid', ...more })
        : column({ name, type: 'varchar', length: '36', ...byBytes, ...more }),
    text: (name: string, length: number, more: Partial<TableColumnOptions> = {}) =>
      column({ name, type: 'varchar', length: String(length), ...byBytes, ...more }),
    longText: (name: string, more: Partial<TableColumnOptions> = {}) =>
      column({ name, type: 'text', ...byBytes, ...more }),
    // `int` in MariaDB's words; SQLite keeps the word it is given, and the entities say `integer` there.
    int: (name: string, more: Partial<TableColumnOptions> = {}) =>
      column({ name, type: mysql ? 'int' : 'integer', ...more }),
    bigint,
    /** Milliseconds since 1970 UTC. */
    epoch: bigint,
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
