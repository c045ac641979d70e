import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type DataSourceOptions, type EntityTarget } from 'typeorm';
import { InvalidOptionsError } from '../kernel/errors.js';
import { unset } from '../kernel/option-checks.js';
import { DatabaseError } from './database.error.js';
import { withTimeouts } from './driver-timeouts.js';
import { migrate } from './migrate.js';

/**
 * A DataSource that only this module uses: opened and migrated at start, closed after the application's
 * endpoints.
 */
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
    const { url, host } = database as { url?: unknown; host?: unknown };
    const missing = Object.hasOwn(database, 'url') && host === undefined && unset(url);
    // The driver would go to its default, which is on this machine.
    if (missing) throw new InvalidOptionsError([{ option: 'database.url', message: missing }]);
    const dataSource = new DataSource({
      ...withTimeouts(database),
      entities,
      migrations,
      // As on a DataSource of the host, so that a host may change from one to the other on its database.
      migrationsTableName: database.migrationsTableName,
      synchronize: false,
      migrationsRun: false,
      dropSchema: false,
    } as DataSourceOptions);
    try {
      await dataSource.initialize();
    } catch (error) {
      const { code = 'no code' } = error as { code?: string };
      const problem = `the module's own database (option "database": ${placeOf(database)}) can not be opened (${code})`;
      throw new DatabaseError(problem, true, error);
    }
    await migrate(dataSource);
    return new OwnDataSource(dataSource);
  }

  async onApplicationShutdown(): Promise<void> {
    // Nest 11 runs the hooks at every `app.close()`.
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/** Where a database is, without the credentials. */
export function placeOf(options: DataSourceOptions): string {
  const { url, host, port, database } = options as {
    url?: string;
    host?: string;
    port?: number;
    database?: unknown;
  };
  if (url !== undefined && URL.canParse(url)) return `${options.type} at ${new URL(url).host}`;
  if (host === undefined && database === undefined) return options.type;
  return host === undefined
    ? `${options.type} "${database}"`
    : `${options.type} at ${host}:${port ?? 'its usual port'}`;
}
