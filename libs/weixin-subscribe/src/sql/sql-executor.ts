import type { EntityManager } from 'typeorm';
import type { Dialect } from './dialect.js';
import type { SqlStep, SqlValue } from './sql-step.js';

export type AtomicResult =
  | {
      applied: true;
      /** Of each step. */
      affected: number[];
      /** What the steps that are `returning` returned, in their order. */
      rows: unknown[];
    }
  | { applied: false; refusedBy: string };

/** True when the step must not have affected so many rows. */
export function refuses({ expect }: SqlStep, affected: number): boolean {
  return expect !== undefined && affected !== (expect === 'one' ? 1 : expect);
}

/** A unique index refused a row. {@link concerns} tells which, whatever the database calls it. */
export class UniqueViolation extends Error {
  constructor(private readonly constraint: string) {
    super('a row with this unique value exists');
    this.name = 'UniqueViolation';
  }

  /** True when the violated index covers `column` (our index names contain their column's name). */
  concerns(column: string): boolean {
    return this.constraint.includes(column);
  }
}

/** Where single statements run: on a connection of the pool, or on that of a host's open transaction. */
export interface SqlSession {
  /** Answers the number of affected rows. @throws {UniqueViolation} {@link DatabaseError} */
  run(sql: string, params: SqlValue[]): Promise<number>;
  /** @throws {DatabaseError} */
  all<Row>(sql: string, params: SqlValue[]): Promise<Row[]>;
}

/**
 * Runs hand-written SQL on the connection that TypeORM owns, beside TypeORM's own query path. Two reasons:
 * the statements carry access_tokens and hashes, which TypeORM would put into its query log and into
 * `QueryFailedError.parameters`; and a transaction on SQLite must not be held across an await, because the
 * driver has a single connection that everybody shares.
 *
 * Deadlocks, serialization failures and busy databases are retried a few times: a statement or batch that
 * failed that way has left nothing behind.
 */
export abstract class SqlExecutor implements SqlSession {
  /** What its statements need to know of the database. */
  abstract readonly dialect: Dialect;

  /**
   * Runs one statement. Answers the number of affected rows.
   * @throws {UniqueViolation} {@link DatabaseError}
   */
  abstract run(sql: string, params: SqlValue[]): Promise<number>;

  /**
   * Reads rows.
   * @throws {DatabaseError}
   */
  abstract all<Row>(sql: string, params: SqlValue[]): Promise<Row[]>;

  /**
   * Reads rows that are committed. The same as {@link all}, but for SQLite: there the connection is shared
   * with the host, and what an open transaction of its own has written would be read as a fact.
   * @throws {DatabaseError}
   */
  allCommitted<Row>(sql: string, params: SqlValue[]): Promise<Row[]> {
    return this.all(sql, params);
  }

  /**
   * Statements within an open transaction of the host: they are committed with it, or undone. Nothing is
   * retried, because what fails there is the whole transaction's to repeat.
   * @throws {InvalidInputError} the manager has no open transaction, or belongs to another DataSource
   */
  abstract within(manager: EntityManager): SqlSession;

  /**
   * Runs the steps as one transaction: all are applied, or none. A single step needs no transaction and gets
   * none, unless it expects a number of rows.
   * @throws {UniqueViolation} {@link DatabaseError}
   */
  abstract atomically(steps: SqlStep[]): Promise<AtomicResult>;

  /**
   * What makes transactions with the same `key` wait for each other, to be put first. Needed on PostgreSQL
   * only: a statement there does not see rows that were committed after it began to wait for a lock; SQLite
   * has one writer and MariaDB's updates read the newest rows.
   */
  lockSteps(_key: string): SqlStep[] {
    return [];
  }
}
