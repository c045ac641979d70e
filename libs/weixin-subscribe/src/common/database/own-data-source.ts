import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type DataSourceOptions, type EntityTarget } from 'typeorm';
import { InvalidOptionsError } from '../errors.js';
import { migrate } from './migrate.js';
import { TABLE_PREFIX } from './table-prefix.js';

/** A DataSource that only this module uses: opened and migrated at start, closed after the application's doors. */
@Injectable()
export class OwnDataSource implements OnApplicationShutdown {
  constructor(readonly dataSource: DataSource) {}

  static async open(
    database: DataSourceOptions | undefined,
    entities: EntityTarget<object>[],
    migrations: (new () => object)[],
  ): Promise<OwnDataSource> {
    if (!database) {
      throw new InvalidOptionsError([{ option: 'database', message: 'is required with dataSource: "own"' }]);
    }
    const dataSource = new DataSource({
      ...database,
      entities,
      migrations,
      migrationsTableName: `${TABLE_PREFIX}migrations`,
      synchronize: false,
    } as DataSourceOptions);
    await dataSource.initialize();
    await migrate(dataSource);
    return new OwnDataSource(dataSource);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}
