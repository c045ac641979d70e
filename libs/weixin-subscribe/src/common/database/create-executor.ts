import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { InvalidOptionsError } from '../errors.js';
import type { RandomSource } from '../random-source.js';
import { MysqlExecutor } from './mysql-executor.js';
import { PostgresExecutor } from './postgres-executor.js';
import type { SqlExecutor } from './sql-executor.js';
import { SqliteExecutor } from './sqlite-executor.js';

/** The executor for the database behind `dataSource`: better-sqlite3, postgres, mysql or mariadb. */
export function createExecutor(dataSource: DataSource, random: RandomSource): SqlExecutor {
  // Real time, not the injected clock: what is waited for is the database, not a moment of the business.
  const pause = (attempt: number) => wait(Math.ceil(5 * 2 ** attempt * random.fraction()));
  const { type } = dataSource.options;
  switch (type) {
    case 'better-sqlite3':
      return new SqliteExecutor(dataSource);
    case 'postgres':
      return new PostgresExecutor(dataSource, pause);
    case 'mysql':
    case 'mariadb':
      return new MysqlExecutor(dataSource, pause);
    default:
      throw new InvalidOptionsError([
        {
          option: 'dataSource',
          message: `is of type "${type}"; use better-sqlite3, postgres, mysql or mariadb`,
        },
      ]);
  }
}
