import { WEIXIN_SUBSCRIBE_ENTITIES, WEIXIN_SUBSCRIBE_MIGRATIONS } from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';

/** How long a statement waits for another process that writes to the same SQLite file. */
const SQLITE_BUSY_MS = 10_000;

const tables = {
  entities: WEIXIN_SUBSCRIBE_ENTITIES,
  migrations: WEIXIN_SUBSCRIBE_MIGRATIONS,
  synchronize: false,
};

/** The DataSource that `DATABASE_URL` names, with the library's tables in it. */
export function dataSourceOptions(databaseUrl: string): DataSourceOptions {
  const file = sqliteFile(databaseUrl);
  if (file !== undefined) {
    return { type: 'better-sqlite3', database: file, enableWAL: true, timeout: SQLITE_BUSY_MS, ...tables };
  }
  return { type: serverType(databaseUrl), url: databaseUrl, ...tables };
}

/**
 * TypeORM tells MariaDB and MySQL apart where it compares entities with tables; everything else works under
 * either name.
 */
function serverType(databaseUrl: string): 'postgres' | 'mariadb' | 'mysql' {
  if (databaseUrl.startsWith('postgres')) return 'postgres';
  return databaseUrl.startsWith('mariadb') ? 'mariadb' : 'mysql';
}

/** For people: which database it is, without user and password. */
export function databaseName(databaseUrl: string): string {
  const file = sqliteFile(databaseUrl);
  if (file !== undefined) return `SQLite ${file}`;
  if (!URL.canParse(databaseUrl)) return 'database';
  const { protocol, host, pathname } = new URL(databaseUrl);
  return `${protocol}//${host}${pathname}`;
}

function sqliteFile(databaseUrl: string): string | undefined {
  return /^sqlite:(?:\/\/)?(.+)$/s.exec(databaseUrl)?.[1];
}
