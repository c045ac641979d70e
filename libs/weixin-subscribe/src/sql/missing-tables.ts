import type { OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource, EntityTarget } from 'typeorm';
import { LibraryLogger } from '../kernel/library-logger.js';
import { DatabaseError } from './database.error.js';
import type { SqlExecutor } from './sql-executor.js';

/**
 * Looks, when a host starts on a DataSource of its own, whether the tables are there. It only tells: a host
 * may well migrate after its start.
 */
export class MissingTables implements OnApplicationBootstrap {
  private readonly logger = new LibraryLogger('Tables');

  /**
   * @param name of the DataSource
   * @param migrations name of our list of migrations that makes these tables
   */
  constructor(
    private readonly sql: SqlExecutor,
    private readonly dataSource: DataSource,
    private readonly name: string,
    private readonly entities: EntityTarget<object>[],
    private readonly migrations: string,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const missing = await this.missing();
    if (missing.length === 0) return;
    const { migrationsTableName: table = 'migrations' } = this.dataSource.options;
    this.logger.error(
      `${missing.length} of ${this.entities.length} tables are missing in the database of the DataSource "${this.name}": ` +
        `${missing.join(', ')}. ${waysToMake(this.migrations)} What has run is in the table "${table}".`,
    );
  }

  /** All tables are asked for in one statement, which reads no row; only when it fails, one by one. */
  private async missing(): Promise<string[]> {
    const names = this.entities.map((entity) => String(this.dataSource.getMetadata(entity).givenTableName));
    const look = (tables: string[]) =>
      this.sql.all(tables.map((name) => `SELECT 1 FROM ${name} WHERE 1 = 0`).join(' UNION ALL '), []).then(
        () => false,
        (error) => error instanceof DatabaseError && error.missingTable !== undefined,
      );
    if (!(await look(names))) return [];
    const missing: string[] = [];
    for (const name of names) if (await look([name])) missing.push(name);
    return missing;
  }
}

function waysToMake(migrations: string): string {
  return (
    `Make them in one of three ways. 1: give this DataSource "migrations: [...${migrations}]" and run them ` +
    'with your own, by "typeorm migration:run", or by migrate(dataSource) of this library before app.listen(), ' +
    'which takes a lock. 2: set "migrationsRun: true" as well, with one process only. 3: let the module keep a ' +
    'DataSource of its own, which it migrates at start: the static "dataSource: \'own\'" and the option "database".'
  );
}
