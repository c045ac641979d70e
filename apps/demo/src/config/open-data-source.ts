import { migrate } from 'nestjs-weixin-subscribe';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** The database that `DATABASE_URL` names can not be used. */
export class DatabaseStartError extends Error {
  override readonly name = 'DatabaseStartError';

  constructor(cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(`DATABASE_URL names a database that can not be opened: ${message || code}`, { cause });
  }
}

/**
 * Connects and brings the tables up to date; of replicas that start together one migrates and the others wait
 * for it.
 * @throws {DatabaseStartError}
 */
export async function openDataSource(options?: DataSourceOptions): Promise<DataSource> {
  const dataSource = new DataSource(options as DataSourceOptions);
  try {
    await dataSource.initialize();
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw new DatabaseStartError(error);
  }
}
