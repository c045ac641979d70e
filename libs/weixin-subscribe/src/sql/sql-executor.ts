import type { EntityManager } from 'typeorm';
import { isStorable, sayUnfit, unstorableCharacter } from '../kernel/text.js';
import { DatabaseError } from './database.error.js';

export type SqlDialect = 'sqlite' | 'postgres' | 'mysql';
export type SqlValue = string | number | null;

/** One conditional statement. Written with `?` placeholders for all dialects. */
export interface SqlStep {
  sql: string;
  params: SqlValue[];
  /**
   * Unless exactly so many rows are affected, everything is rolled back and {@link AtomicResult} names this
   * step.
   */
  expect?: 'one' | number;
  name: string;
  /**
   * One of few statements that run all the time: PostgreSQL keeps its plan with the connection. Only where no
   * pooler stands between that changes connections under us.
   */
  prepared?: boolean;
}

export type AtomicResult = { applied: true; affected: number[] } | { applied: false; refusedBy: string };

/** True when the step must not have affected so many rows. */
export function refuses({ expect }: SqlStep, affected: number): boolean {
  return expect !== undefined && affected !== (expect === 'one' ? 1 : expect);
}

/**
 * Every parameter of every statement passes here, so that no text gets past the two rules for text: what goes
 * out, or tells things apart, is refused where it comes in, and what is only recorded is made
 * {@link recordable}. A text that was forgotten is refused on all three databases, with nothing written,
 * before the driver sees it: PostgreSQL would refuse it, SQLite and MariaDB would keep it, and what half a
 * surrogate pair becomes depends on the driver, so that two different keys could become one. It is not mended
 * here, because nobody could tell by then what it is for.
 *
 * Measured: 10 ns for an id, 0.2 µs for the content of a message, 0.1 µs for a list of 500 openids.
 * @throws {DatabaseError}
 */
export function storable(params: SqlValue[]): SqlValue[] {
  for (let at = 0; at < params.length; at++) {
    const value = params[at];
    if (typeof value === 'string' && !isStorable(value)) throw unstorable(`parameter ${at + 1}`, value);
  }
  return params;
}

/**
 * The same for a text that becomes part of a JSON parameter, which a statement takes apart: there its escapes
 * would hide it.
 */
export function storableText(text: string, of: string): string {
  if (!isStorable(text)) throw unstorable(of, text);
  return text;
}

function unstorable(what: string, text: string): DatabaseError {
  const unfit = unstorableCharacter(text);
  const met = unfit ? ` (${sayUnfit(unfit)})` : '';
  return new DatabaseError(`${what} of a statement is a text that not every database can keep${met}`, false);
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
  abstract readonly dialect: SqlDialect;

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
