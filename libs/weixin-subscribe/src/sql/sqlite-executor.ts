import type { Database, Statement } from 'better-sqlite3';
import type { DataSource, EntityManager } from 'typeorm';
import { nextTurn } from '../kernel/next-turn.js';
import type { TelemetryDuration } from '../kernel/telemetry.js';
import { DatabaseError } from './database.error.js';
import { SQLITE } from './dialect.sqlite.js';
import { runnerOf } from './host-transaction.js';
import { withoutRetry, withRetry } from './retry.js';
import { type AtomicResult, refuses, SqlExecutor, type SqlSession } from './sql-executor.js';
import { type SqlStep, type SqlValue, storable } from './sql-step.js';

/**
 * How often the end of a host's transaction is waited for: first turn by turn, then with a pause each time.
 */
const PATIENCE = { turns: 100, pauses: 1000 };

class Refused extends Error {
  constructor(readonly step: string) {
    super(step);
  }
}

/**
 * better-sqlite3 is synchronous: a whole transaction runs inside one turn of the event loop, so nobody can
 * slip in between. The connection is shared with the host, whose own transactions may span turns; writing
 * into one of those would be undone by the host's rollback, so every write first waits until none is open.
 */
export class SqliteExecutor extends SqlExecutor {
  readonly dialect = SQLITE;
  private readonly statements = new WeakMap<Database, Map<string, Statement>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly pause: () => Promise<void>,
    private readonly duration?: TelemetryDuration,
  ) {
    super();
  }

  run(sql: string, params: SqlValue[]): Promise<number> {
    return this.alone((database) => this.prepare(database, sql).run(...storable(params)).changes);
  }

  all<Row>(sql: string, params: SqlValue[]): Promise<Row[]> {
    return withRetry(() => {
      const since = performance.now();
      const rows = this.prepare(this.database(), sql).all(...storable(params)) as Row[];
      this.duration?.record(since);
      return rows;
    }, nextTurn);
  }

  override allCommitted<Row>(sql: string, params: SqlValue[]): Promise<Row[]> {
    return this.alone((database) => this.prepare(database, sql).all(...storable(params)) as Row[]);
  }

  within(manager: EntityManager): SqlSession {
    runnerOf(manager, this.dataSource);
    const statement = (sql: string) => this.prepare(this.database(), sql);
    return {
      run: (sql, params) => withoutRetry(() => statement(sql).run(...storable(params)).changes),
      all: <Row>(sql: string, params: SqlValue[]) =>
        withoutRetry(() => statement(sql).all(...storable(params)) as Row[]),
    };
  }

  atomically(steps: SqlStep[]): Promise<AtomicResult> {
    return this.alone((database) => {
      const affected: number[] = [];
      const rows: unknown[] = [];
      try {
        database
          .transaction(() => {
            for (const step of steps) {
              const statement = this.prepare(database, step.sql);
              const params = storable(step.params);
              const returned = step.returning ? statement.all(...params) : [];
              const changes = step.returning ? returned.length : statement.run(...params).changes;
              if (refuses(step, changes)) throw new Refused(step.name);
              affected.push(changes);
              rows.push(...returned);
            }
          })
          .immediate();
      } catch (error) {
        if (error instanceof Refused) return { applied: false, refusedBy: error.step };
        throw error;
      }
      return { applied: true, affected, rows };
    });
  }

  /** Outside of any transaction of the host. */
  private alone<T>(work: (database: Database) => T): Promise<T> {
    return withRetry(async () => {
      for (let look = 0; ; look++) {
        const database = this.database();
        // Nothing may come between this look and the work: in an await a host's BEGIN would slip in.
        if (!database.inTransaction) {
          const since = performance.now();
          const result = work(database);
          this.duration?.record(since);
          return result;
        }
        if (look === PATIENCE.turns + PATIENCE.pauses) throw hostNeverEnds();
        await (look < PATIENCE.turns ? nextTurn() : this.pause());
      }
    }, nextTurn);
  }

  private database(): Database {
    const { databaseConnection } = this.dataSource.driver as unknown as { databaseConnection?: Database };
    if (!this.dataSource.isInitialized || !databaseConnection?.open) {
      throw new DatabaseError('the database is not available (SQLite connection is closed)', true);
    }
    return databaseConnection;
  }

  private prepare(database: Database, sql: string): Statement {
    const known = this.statements.get(database) ?? new Map<string, Statement>();
    this.statements.set(database, known);
    // A host may have told the driver to read integers as BigInt (defaultSafeIntegers), not for JSON.
    const statement = known.get(sql) ?? database.prepare(sql).safeIntegers(false);
    known.set(sql, statement);
    return statement;
  }
}

function hostNeverEnds(): DatabaseError {
  return new DatabaseError(
    'a transaction stays open on the SQLite connection that is shared with the host; end it before calling, or give the module its own DataSource (dataSource: "own")',
    true,
  );
}
