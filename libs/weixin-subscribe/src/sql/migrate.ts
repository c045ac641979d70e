import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { DatabaseError } from './database.error.js';

const LOCK = 'weixin-subscribe-migrations';
/** Two 32-bit halves of a name in PostgreSQL's space of advisory locks. */
const LOCK_KEY = [0x77786d70, 0x73756273];
const LOOK_EVERY_MS = 50;
const LOOKS = 2400;

/**
 * What lets one process migrate at a time. It is asked for again and again, so that no statement waits for
 * long.
 */
interface MigrationLock {
  /** `false` while somebody else has it. */
  take(): Promise<boolean>;
  release(succeeded: boolean): Promise<void>;
}

const running = new WeakMap<DataSource, Promise<void>>();

/**
 * Runs the pending migrations of a DataSource, once, however many processes start together: the first takes a
 * lock in the database, the others wait for it and find nothing left to do. TypeORM's own `runMigrations`
 * takes no lock. On SQLite all pending migrations are one transaction, which is the lock; a migration that
 * sets `transaction = true` can not run within it. On PostgreSQL they are one transaction, too, so that it
 * works through a pooler in transaction mode; only where a pending migration sets `transaction = false`
 * (CREATE INDEX CONCURRENTLY) the lock is the session's and each migration its own transaction: connect
 * directly then.
 * @throws {DatabaseError} when the lock is not free within two minutes
 */
export function migrate(dataSource: DataSource): Promise<void> {
  let run = running.get(dataSource);
  if (!run) {
    run = start(dataSource).finally(() => running.delete(dataSource));
    running.set(dataSource, run);
  }
  return run;
}

async function start(dataSource: DataSource): Promise<void> {
  // The one connection that has the lock also migrates: a second one might not be had from a small pool.
  const runner = dataSource.createQueryRunner();
  const executor = new MigrationExecutor(dataSource, runner);
  try {
    switch (dataSource.options.type) {
      case 'postgres':
        return await onPostgres(executor, runner);
      case 'mysql':
      case 'mariadb':
        executor.transaction = 'each';
        return await underLock(mysqlLock(runner), executor, runner);
      default:
        executor.transaction = 'none';
        return await underLock(sqliteLock((await runner.connect()) as Database), executor, runner);
    }
  } finally {
    await runner.release();
  }
}

async function onPostgres(executor: MigrationExecutor, runner: QueryRunner): Promise<void> {
  // Before the transaction, which an error would end.
  await makeMigrationsTable(executor, runner);
  const pending = await executor.getPendingMigrations();
  if (pending.length === 0) return;
  const isOneTransaction = pending.every(({ instance }) => instance?.transaction !== false);
  executor.transaction = isOneTransaction ? 'none' : 'each';
  await underLock(
    isOneTransaction ? postgresTransactionLock(runner) : postgresSessionLock(runner),
    executor,
    runner,
  );
}

async function underLock(
  lock: MigrationLock,
  executor: MigrationExecutor,
  runner: QueryRunner,
): Promise<void> {
  for (let look = 1; !(await lock.take()); look++) {
    if (look === LOOKS) throw new DatabaseError('another process has been migrating for two minutes', true);
    await wait(LOOK_EVERY_MS);
  }
  try {
    await makeMigrationsTable(executor, runner);
    await executor.executePendingMigrations();
  } catch (error) {
    // The first error is the one that matters.
    await lock.release(false).catch(() => undefined);
    throw error;
  }
  await lock.release(true);
}

/** The part of TypeORM's executor that makes the table of what has run. */
type TableMaker = { createMigrationsTableIfNotExist(runner: QueryRunner): Promise<void> };

/**
 * A host's `migrationsRun` takes no lock, and may make this table between our look and our CREATE: what
 * counts is that it is there.
 */
async function makeMigrationsTable(executor: MigrationExecutor, runner: QueryRunner): Promise<void> {
  const maker = executor as unknown as TableMaker;
  try {
    await maker.createMigrationsTableIfNotExist(runner);
  } catch {
    await maker.createMigrationsTableIfNotExist(runner);
  }
}

/**
 * Held to the end of the transaction that migrates. A pooler in transaction mode keeps the connection for
 * that long, and gives it to somebody else between two statements of a session.
 */
function postgresTransactionLock(runner: QueryRunner): MigrationLock {
  return {
    async take() {
      // A host's default may be one snapshot for the transaction. Taken before the lock, it would not show
      // what another process migrated until then.
      await runner.startTransaction('READ COMMITTED');
      let isOurs = false;
      try {
        const [{ taken }] = await runner.query('SELECT pg_try_advisory_xact_lock($1, $2) AS taken', LOCK_KEY);
        isOurs = taken === true;
      } finally {
        if (!isOurs) await runner.rollbackTransaction();
      }
      return isOurs;
    },
    release: (succeeded) => (succeeded ? runner.commitTransaction() : runner.rollbackTransaction()),
  };
}

function postgresSessionLock(runner: QueryRunner): MigrationLock {
  return {
    async take() {
      const [{ taken }] = await runner.query('SELECT pg_try_advisory_lock($1, $2) AS taken', LOCK_KEY);
      return taken === true;
    },
    async release() {
      await runner.query('SELECT pg_advisory_unlock($1, $2)', LOCK_KEY);
    },
  };
}

/**
 * Its locks are the whole server's, so the name tells the database, within the 64 characters that MySQL
 * allows. MySQL 9.6 has no MD5 any more.
 */
function mysqlLock(runner: QueryRunner): MigrationLock {
  const name = `CONCAT('${LOCK}:', LEFT(SHA2(DATABASE(), 256), 32))`;
  return {
    async take() {
      const [{ taken }] = await runner.query(`SELECT GET_LOCK(${name}, 0) AS taken`);
      return Number(taken) === 1;
    },
    async release() {
      await runner.query(`SELECT RELEASE_LOCK(${name})`);
    },
  };
}

/** The write transaction itself, on the driver's single connection. */
function sqliteLock(database: Database): MigrationLock {
  const enforced = Number(database.pragma('foreign_keys', { simple: true }));
  const timeout = Number(database.pragma('busy_timeout', { simple: true }));
  const enforce = () => database.pragma(`foreign_keys = ${enforced}`);
  return {
    async take() {
      if (database.inTransaction) return false;
      // Can not be changed inside a transaction. While it is on, a migration that rebuilds a table would
      // delete what refers to it.
      database.pragma('foreign_keys = OFF');
      // Waiting in the driver would stop this process, and with it the one that may have the lock, if it is
      // another DataSource here.
      database.pragma('busy_timeout = 0');
      try {
        database.exec('BEGIN IMMEDIATE');
        return true;
      } catch (error) {
        enforce();
        if (String((error as { code?: string }).code).startsWith('SQLITE_BUSY')) return false;
        throw error;
      } finally {
        database.pragma(`busy_timeout = ${timeout}`);
      }
    },
    async release(succeeded) {
      try {
        database.exec(succeeded ? 'COMMIT' : 'ROLLBACK');
      } finally {
        if (database.inTransaction) database.exec('ROLLBACK');
        enforce();
      }
    },
  };
}
