import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { InvalidInputError } from '../kernel/errors.js';

/**
 * The query runner of a host's open transaction on `dataSource`.
 * @throws {InvalidInputError} the manager has no open transaction, or belongs to another DataSource
 */
export function runnerOf(manager: EntityManager, dataSource: DataSource): QueryRunner {
  if (dataSourceOf(manager) !== dataSource) {
    throw refused(
      'manager must be an EntityManager of the DataSource that this module works on (inject it with WEIXIN_DATA_SOURCE)',
    );
  }
  const { queryRunner } = manager;
  if (!queryRunner?.isTransactionActive || queryRunner.isReleased) {
    throw refused(
      'manager must have an open transaction: take the one that dataSource.transaction() gives, while it lasts',
    );
  }
  return queryRunner;
}

/** TypeORM 0.3 calls it `connection`. */
const dataSourceOf = (manager?: Partial<EntityManager> & { connection?: DataSource }) =>
  manager?.dataSource ?? manager?.connection;

const refused = (message: string) => new InvalidInputError([{ field: 'manager', message }]);
