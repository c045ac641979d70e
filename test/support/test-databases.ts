import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { migrate, WEIXIN_SUBSCRIBE_ENTITIES, WEIXIN_SUBSCRIBE_MIGRATIONS } from 'nestjs-weixin-subscribe';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { refusedSoFar, watchMysql } from './mysql-rules.js';

export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql';

export interface TestDatabase {
  options: DataSourceOptions;
  drop(): Promise<unknown>;
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

/** What a database begins with: nothing, or the library's tables where a copy of them can be had. */
type Tables = 'empty' | 'migrated';

/**
 * A fresh database of its own. On a server, one that begins with the tables is a copy: to migrate each anew
 * took the suites minutes. The caller calls `migrate` all the same.
 */
export async function createDatabase(kind: DatabaseKind, tables: Tables = 'empty'): Promise<TestDatabase> {
  const name = `wxs_${randomBytes(6).toString('hex')}`;
  switch (kind) {
    case 'sqlite':
      return sqlite(name);
    case 'postgres':
      return postgres(name, String(process.env.TEST_POSTGRES_URL), tables);
    case 'mysql':
      return mysql(name, String(process.env.TEST_MYSQL_URL), tables);
  }
}

/** The same with the library's tables in it, and a connection. */
export async function openDatabase(
  kind: DatabaseKind,
): Promise<{ dataSource: DataSource; database: TestDatabase; close(): Promise<void> }> {
  const database = await createDatabase(kind, 'migrated');
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

async function postgres(name: string, serverUrl: string, tables: Tables): Promise<TestDatabase> {
  const admin = async (sql: string) => {
    const client = new Client(serverUrl);
    await client.connect();
    return client.query(sql).finally(() => client.end());
  };
  const options = (database: string) =>
    ({ type: 'postgres', url: addressOf(serverUrl, database), poolSize: 20 }) as const;
  const exists = async () =>
    (await admin(`SELECT 1 FROM pg_database WHERE datname = '${TEMPLATE}'`)).rowCount === 1;
  // A pooler keeps its connections to the template open, and PostgreSQL copies none that is in use.
  const template =
    tables === 'empty' || !HAS_TEMPLATE || process.env.TEST_POSTGRES_POOLED
      ? 'template1'
      : await templateOf('postgres', exists, async (unfinished) => {
          await admin(`CREATE DATABASE ${unfinished}`);
          await migrated(options(unfinished));
          await admin(`ALTER DATABASE ${unfinished} RENAME TO ${TEMPLATE}`);
        });
  await admin(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    options: options(name),
    drop: () => admin(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function mysql(name: string, serverUrl: string, tables: Tables): Promise<TestDatabase> {
  const admin = async (sql: string) => {
    const connection = await createConnection({ uri: serverUrl, multipleStatements: true });
    const [rows] = await connection.query(sql).finally(() => connection.end());
    return rows as Record<string, string>[];
  };
  const options = (database: string) =>
    ({ type: 'mariadb', url: addressOf(serverUrl, database), poolSize: 20 }) as const;
  const tablesOf = (database: string) =>
    admin(
      `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database}' ORDER BY TABLE_NAME`,
    );
  await admin(`CREATE DATABASE ${name}`);
  if (tables === 'migrated' && HAS_TEMPLATE) {
    const exists = async () => (await tablesOf(`${TEMPLATE}_ready`)).length > 0;
    await templateOf('mysql', exists, async (unfinished) => {
      await admin(`CREATE DATABASE ${unfinished}`);
      await migrated(options(unfinished));
      // There is no renaming of a database: this one says that the other is complete.
      await admin(`CREATE DATABASE ${TEMPLATE}_ready; CREATE TABLE ${TEMPLATE}_ready.ready (id INT)`);
    });
    const copies = (await tablesOf(`${TEMPLATE}_new`)).map(({ name: table }) =>
      [
        `CREATE TABLE ${name}.${table} LIKE ${TEMPLATE}_new.${table};`,
        table.includes('migrations')
          ? `INSERT INTO ${name}.${table} SELECT * FROM ${TEMPLATE}_new.${table};`
          : '',
      ].join(''),
    );
    await admin(copies.join(''));
  }
  return {
    options: options(name),
    async drop() {
      await admin(`DROP DATABASE ${name}`);
      if (refusedSoFar.size > 0) throw new Error([...refusedSoFar].join('\n'));
    },
  };
}

/** Of this run: what migrations make may be another thing in the next. See drop-templates.mjs. */
const TEMPLATE = `wxs_template_${process.env.TEST_RUN}`;
/** A benchmark is no run of the tests: nobody would drop its template, so it migrates each database. */
const HAS_TEMPLATE = process.env.TEST_RUN !== undefined;
const known: Record<string, Promise<string> | undefined> = {};

/** The name of the database to copy, made by the first test file of a run that asks for it. */
function templateOf(
  server: 'postgres' | 'mysql',
  exists: () => Promise<boolean>,
  make: (unfinished: string) => Promise<void>,
): Promise<string> {
  known[server] ??= (async () => {
    // Other workers may be at it: a file is the one thing that they all can make only once.
    const mark = join(tmpdir(), `${TEMPLATE}.${server}`);
    const isFirst = await open(mark, 'wx').then(
      (file) => file.close().then(() => true),
      () => false,
    );
    if (isFirst) await make(`${TEMPLATE}_new`);
    for (let look = 0; !(await exists()); look++) {
      if (look === 1800) throw new Error(`${TEMPLATE} was not made within three minutes`);
      await wait(100);
    }
    return TEMPLATE;
  })();
  return known[server];
}

// A benchmark pays for no look at its statements.
if (HAS_TEMPLATE) watchMysql();

async function migrated(options: DataSourceOptions): Promise<void> {
  const dataSource = await new DataSource(withLibrary(options)).initialize();
  await migrate(dataSource).finally(() => dataSource.destroy());
}

function addressOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
