import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { migrate, WEIXIN_SUBSCRIBE_ENTITIES, WEIXIN_SUBSCRIBE_MIGRATIONS } from 'nestjs-weixin-subscribe';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql';

export interface TestDatabase {
  options: DataSourceOptions;
  drop(): Promise<void>;
}

const SERVERS = { postgres: 'TEST_POSTGRES_URL', mysql: 'TEST_MYSQL_URL' } as const;

/**
 * Registers the suite for each database. Where a server is not named in the environment, one test says by
 * name that it was skipped.
 */
export function describeEachDatabase(title: string, suite: (kind: DatabaseKind) => void): void {
  for (const kind of ['sqlite', 'postgres', 'mysql'] as const) {
    describeDatabase(kind, title, suite);
  }
}

export function describeDatabase(
  kind: DatabaseKind,
  title: string,
  suite: (kind: DatabaseKind) => void,
): void {
  const variable = kind === 'sqlite' ? undefined : SERVERS[kind];
  const missing = variable !== undefined && !process.env[variable];
  describe(`${title} on ${kind}`, () => {
    if (!missing) suite(kind);
    else if (process.env.TEST_SERVERS === 'required') {
      it(`needs ${variable}`, () => {
        throw new Error(`${variable} is not set, and TEST_SERVERS=required`);
      });
    } else it.skip(`skipped: ${variable} is not set`, () => undefined);
  });
}

/** A fresh, empty database of its own. */
export async function createDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const name = `wxs_${randomBytes(6).toString('hex')}`;
  switch (kind) {
    case 'sqlite':
      return sqlite(name);
    case 'postgres':
      return postgres(name, String(process.env.TEST_POSTGRES_URL));
    case 'mysql':
      return mysql(name, String(process.env.TEST_MYSQL_URL));
  }
}

/** The same with the library's tables in it, and a connection. */
export async function openDatabase(
  kind: DatabaseKind,
): Promise<{ dataSource: DataSource; database: TestDatabase; close(): Promise<void> }> {
  const database = await createDatabase(kind);
  const dataSource = await new DataSource(withLibrary(database.options)).initialize();
  await migrate(dataSource);
  return {
    dataSource,
    database,
    async close() {
      if (dataSource.isInitialized) await dataSource.destroy();
      await database.drop();
    },
  };
}

export function withLibrary(options: DataSourceOptions): DataSourceOptions {
  return {
    ...options,
    entities: WEIXIN_SUBSCRIBE_ENTITIES,
    migrations: WEIXIN_SUBSCRIBE_MIGRATIONS,
  } as DataSourceOptions;
}

async function sqlite(name: string): Promise<TestDatabase> {
  const file = join(tmpdir(), `${name}.sqlite`);
  return {
    options: { type: 'better-sqlite3', database: file, enableWAL: true, timeout: 10_000 },
    async drop() {
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    },
  };
}

async function postgres(name: string, serverUrl: string): Promise<TestDatabase> {
  const admin = async (sql: string) => {
    const client = new Client(serverUrl);
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    options: { type: 'postgres', url: url.href, poolSize: 20 },
    drop: () => admin(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function mysql(name: string, serverUrl: string): Promise<TestDatabase> {
  const admin = async (sql: string) => {
    const connection = await createConnection(serverUrl);
    await connection.query(sql).finally(() => connection.end());
  };
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    options: { type: 'mariadb', url: url.href, poolSize: 20 },
    drop: () => admin(`DROP DATABASE ${name}`),
  };
}
