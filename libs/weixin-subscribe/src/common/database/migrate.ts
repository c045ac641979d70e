import type { DataSource, QueryRunner } from 'typeorm';
import { DatabaseError } from '../errors.js';

const LOCK = 'weixin-subscribe-migrations';
/** Two 32-bit halves of a name in PostgreSQL's space of advisory locks. */
const LOCK_KEY = [0x77786d70, 0x73756273];
const WAIT_SECONDS = 120;

/**
 * Runs the pending migrations of a DataSource, once, however many processes start together: the first takes a lock in the database, the
 * others wait for it and find nothing left to do. TypeORM's own `runMigrations` takes no lock.
 * @throws {DatabaseError} when the lock is not free within two minutes
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  switch (dataSource.options.type) {
    case 'postgres':
      return withLock(
        dataSource,
        (runner) => runner.query('SELECT pg_advisory_lock($1, $2)', LOCK_KEY),
        (runner) => runner.query('SELECT pg_advisory_unlock($1, $2)', LOCK_KEY),
      );
    case 'mysql':
    case 'mariadb':
      return withLock(
        dataSource,
        async (runner) => {
          const [row] = await runner.query('SELECT GET_LOCK(?, ?) AS taken', [LOCK, WAIT_SECONDS]);
          if (Number(row.taken) !== 1)
            throw new DatabaseError('another process has been migrating for two minutes', true);
        },
        (runner) => runner.query('SELECT RELEASE_LOCK(?)', [LOCK]),
      );
    default:
      return migrateSqlite(dataSource);
  }
}

async function withLock(
  dataSource: DataSource,
  lock: (runner: QueryRunner) => Promise<unknown>,
  unlock: (runner: QueryRunner) => Promise<unknown>,
): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await lock(runner);
    try {
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await unlock(runner);
    }
  } finally {
    await runner.release();
  }
}

/** SQLite's lock is the write transaction itself; the driver's single connection carries it and the migrations. */
async function migrateSqlite(dataSource: DataSource): Promise<void> {
  await dataSource.query('BEGIN IMMEDIATE');
  try {
    await dataSource.runMigrations({ transaction: 'none' });
    await dataSource.query('COMMIT');
  } catch (error) {
    await dataSource.query('ROLLBACK');
    throw error;
  }
}
