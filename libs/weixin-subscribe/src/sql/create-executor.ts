import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { InvalidOptionsError } from '../kernel/errors.js';
import type { RandomSource } from '../kernel/random-source.js';
import type { TelemetryDuration } from '../kernel/telemetry.js';
import { MysqlExecutor } from './mysql-executor.js';
import { PostgresExecutor } from './postgres-executor.js';
import type { SqlExecutor } from './sql-executor.js';
import { SqliteExecutor } from './sqlite-executor.js';

/**
 * A thousand of them, five seconds, are waited for a transaction of the host on SQLite: as long as its driver
 * waits for other processes.
 */
const HOST_TRANSACTION_PAUSE_MS = 5;

/**
 * The executor for the database behind `dataSource`: better-sqlite3, postgres, mysql or mariadb.
 * @param duration of each statement or transaction
 */
export function createExecutor(
  dataSource: DataSource,
  random: RandomSource,
  duration?: TelemetryDuration,
): SqlExecutor {
  // Real time, not the injected clock: what is waited for is the database, not a moment of the business.
  // Up to a third of a second: fifty confirms of one key deadlock each other on MariaDB for that long.
  const pause = (attempt: number) => wait(Math.ceil(5 * 2 ** Math.min(attempt, 6) * random.fraction()));
  const { options } = dataSource;
  if (options.entityPrefix)
    throw refused(
      `has the entityPrefix "${options.entityPrefix}"; the tables of this library have fixed names, so give it a DataSource without one`,
    );
  switch (options.type) {
    case 'better-sqlite3':
      if (options.readonly)
        throw refused(
          'is opened with "readonly: true"; this library writes down what it sends, so leave that out',
        );
      return new SqliteExecutor(dataSource, () => wait(HOST_TRANSACTION_PAUSE_MS), duration);
    case 'postgres':
      return new PostgresExecutor(dataSource, pause, duration);
    case 'mysql':
    case 'mariadb':
      return new MysqlExecutor(dataSource, pause, duration);
    default:
      throw refused(`is of type "${options.type}"; use better-sqlite3, postgres, mysql or mariadb`);
  }
}

const refused = (message: string) => new InvalidOptionsError([{ option: 'dataSource', message }]);
