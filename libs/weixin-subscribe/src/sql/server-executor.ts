import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { settledWithin } from '../kernel/settled-within.js';
import type { TelemetryDuration } from '../kernel/telemetry.js';
import { DatabaseError } from './database.error.js';
import { runnerOf } from './host-transaction.js';
import { isAway, withoutRetry, withRetry } from './retry.js';
import { type AtomicResult, refuses, SqlExecutor, type SqlSession } from './sql-executor.js';
import type { SqlStep, SqlValue } from './sql-step.js';

export interface StatementResult {
  rows: unknown[];
  affected: number;
}

/** A connection of the driver beneath TypeORM, as far as we use it. */
export interface NativeConnection {
  execute(sql: string, params: SqlValue[], prepared?: boolean): Promise<StatementResult>;
  /** Closes it, so that the pool makes a new one instead. */
  discard(): void;
}

/** As long as a statement may take. */
const FREE_WITHIN_MS = 30_000;

/** What PostgreSQL and MariaDB/MySQL have in common: a pool, and transactions on one of its connections. */
export abstract class ServerExecutor extends SqlExecutor {
  constructor(
    protected readonly dataSource: DataSource,
    private readonly pause: (attempt: number) => Promise<void>,
    private readonly duration?: TelemetryDuration,
    private readonly freeWithinMs = FREE_WITHIN_MS,
  ) {
    super();
  }

  /** The driver's own connection behind a query runner. */
  protected abstract native(connection: unknown): NativeConnection;
  /** Statements that open a transaction in READ COMMITTED. */
  protected abstract readonly begin: readonly string[];

  async run(sql: string, params: SqlValue[]): Promise<number> {
    return (await this.connected((connection) => connection.execute(sql, params))).affected;
  }

  async all<Row>(sql: string, params: SqlValue[]): Promise<Row[]> {
    return (await this.connected((connection) => connection.execute(sql, params))).rows as Row[];
  }

  within(manager: EntityManager): SqlSession {
    const runner = runnerOf(manager, this.dataSource);
    const execute = (sql: string, params: SqlValue[]) =>
      withoutRetry(async () => this.native(await runner.connect()).execute(sql, params));
    return {
      run: async (sql, params) => (await execute(sql, params)).affected,
      all: async <Row>(sql: string, params: SqlValue[]) => (await execute(sql, params)).rows as Row[],
    };
  }

  atomically(steps: SqlStep[]): Promise<AtomicResult> {
    return this.connected((connection) =>
      isOneChange(steps) ? apply(connection, steps) : this.transaction(connection, steps),
    );
  }

  private async transaction(connection: NativeConnection, steps: SqlStep[]): Promise<AtomicResult> {
    for (const statement of this.begin) await connection.execute(statement, []);
    try {
      const result = await apply(connection, steps);
      await connection.execute(result.applied ? 'COMMIT' : 'ROLLBACK', []);
      return result;
    } catch (error) {
      // The first error is the one that matters. A connection that can not roll back must not carry its
      // transaction to the next caller.
      await connection.execute('ROLLBACK', []).catch(() => connection.discard());
      throw error;
    }
  }

  private async connected<T>(work: (connection: NativeConnection) => Promise<T>): Promise<T> {
    const since = performance.now();
    try {
      return await withRetry(() => this.onConnection(work), this.pause);
    } finally {
      this.duration?.record(since);
    }
  }

  /**
   * Whether a connection, or the error of one, came in time. Transactions of the host that wait for us while
   * they hold the last connections would wait for ever.
   */
  private isFree(connecting: Promise<unknown>): Promise<boolean> {
    return settledWithin(this.freeWithinMs, connecting);
  }

  private async onConnection<T>(work: (connection: NativeConnection) => Promise<T>): Promise<T> {
    const runner: QueryRunner = this.dataSource.createQueryRunner();
    const connecting = runner.connect();
    if (!(await this.isFree(connecting))) {
      // It would be lost to the pool if it were given back before it is there.
      connecting.then(() => runner.release()).catch(() => undefined);
      throw new DatabaseError(
        `no connection of the pool was free for ${this.freeWithinMs / 1000} s: raise its size ("poolSize"), and where this module is called inside a transaction of yours, pass that transaction's manager`,
        true,
      );
    }
    try {
      const connection = this.native(await connecting);
      try {
        return await work(connection);
      } catch (error) {
        if (isAway(error)) connection.discard();
        throw error;
      }
    } finally {
      await runner.release();
    }
  }
}

/** A statement that changes its one row or nothing has nothing to undo; one that refuses some of many has. */
function isOneChange(steps: SqlStep[]): boolean {
  return steps.length === 1 && typeof steps[0].expect !== 'number';
}

async function apply(connection: NativeConnection, steps: SqlStep[]): Promise<AtomicResult> {
  const affected: number[] = [];
  const rows: unknown[] = [];
  for (const step of steps) {
    const result = await connection.execute(step.sql, step.params, step.prepared);
    if (refuses(step, result.affected)) return { applied: false, refusedBy: step.name };
    affected.push(result.affected);
    if (step.returning) rows.push(...result.rows);
  }
  return { applied: true, affected, rows };
}
