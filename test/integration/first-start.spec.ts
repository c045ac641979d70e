import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import {
  GrantRepository,
  migrate,
  SubscribeService,
  WEIXIN_DATA_SOURCE,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WEIXIN_SUBSCRIBE_MIGRATIONS,
  WeixinSubscribeModule,
} from 'nestjs-weixin-subscribe';
import { WeixinTokenModule } from 'nestjs-weixin-subscribe/token';
import request from 'supertest';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { WeixinSimulator } from 'weixin-simulator';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { startSimulator, testOptions } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import {
  createDatabase,
  describeEachDatabase,
  type TestDatabase,
  withLibrary,
} from '../support/test-databases.js';

const ALL = WEIXIN_SUBSCRIBE_ENTITIES.length;
const MIGRATIONS = WEIXIN_SUBSCRIBE_MIGRATIONS.map(({ name }) => name);

describeEachDatabase('the first start', (kind) => {
  let simulator: WeixinSimulator;
  let database: TestDatabase;
  let close: (() => Promise<void>)[];
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator?.close());
  beforeEach(async () => {
    close = [];
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    for (const one of close.reverse()) await one();
    await database?.drop();
  });

  async function start(imports: Parameters<typeof Test.createTestingModule>[0]['imports']) {
    const logger = new CaptureLogger();
    const module = await Test.createTestingModule({ imports: [ScheduleModule.forRoot(), ...(imports ?? [])] })
      .setLogger(logger)
      .compile();
    const app = module.createNestApplication();
    app.useLogger(logger);
    close.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    return { app, url: await app.getUrl(), lines: logger.lines };
  }
  const host = (more: object = {}) =>
    TypeOrmModule.forRoot({
      ...withLibrary(database.options),
      retryAttempts: 0,
      ...more,
    } as TypeOrmModuleOptions);
  const onHost = (more: object = {}) =>
    start([host(more), WeixinSubscribeModule.forRoot(testOptions(simulator.url))]);
  const onOwn = (more: object = {}) =>
    start([
      WeixinSubscribeModule.forRoot({
        ...testOptions(simulator.url),
        dataSource: 'own',
        database: { ...database.options, ...more } as DataSourceOptions,
      }),
    ]);
  const aboutTables = (lines: string[]) => lines.filter((line) => line.includes('tables are missing'));
  const sourceOf = ({ app }: Awaited<ReturnType<typeof start>>) =>
    app.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
  const ran = async (source: DataSource, table = 'migrations') =>
    (await source.query(`SELECT name FROM ${table} ORDER BY id`)).map(({ name }: { name: string }) => name);

  let sends = 0;
  async function sendOne({ app }: Awaited<ReturnType<typeof start>>): Promise<void> {
    const openid = simulator.openid('xiaoming', OFFICIAL.appId);
    simulator.confirm({ openid, scene: 1000 });
    const source = `first-start-${++sends}`;
    await app
      .get(GrantRepository, { strict: false })
      .record({ ...OFFICIAL_KEY, openid, scene: 1000, source });
    const sent = await app.get(SubscribeService, { strict: false }).send(message(openid));
    expect(sent.status).toBe('sent');
  }

  it('without a DataSource names the option, and what to do', async () => {
    const alone = (more: object) =>
      start([WeixinSubscribeModule.forRoot({ ...testOptions(simulator.url), ...more })]);
    await expect(alone({})).rejects.toThrow(
      'option "dataSource" names no DataSource of this application: there is no "default". Import TypeOrmModule.forRoot()',
    );
    await expect(alone({ dataSource: 'second' })).rejects.toThrow('there is no "second"');
    await expect(alone({ database: database.options })).rejects.toThrow(
      'option "database" is used only with the static dataSource: "own"; set that, or leave this out',
    );
  });

  it('without tables names all of them, and three ways to make them', async () => {
    const started = await onHost();
    const [line, ...more] = aboutTables(started.lines);
    expect(more).toEqual([]);
    expect(line).toMatch(
      new RegExp(
        `${ALL} of ${ALL} tables are missing in the database of the DataSource "default": .*weixin_grant`,
      ),
    );
    for (const way of [
      'migrations: [...WEIXIN_SUBSCRIBE_MIGRATIONS]',
      'migrate(dataSource)',
      'migrationsRun: true',
      "dataSource: 'own'",
      'the table "migrations"',
    ])
      expect(line).toContain(way);
  });

  it('without tables has requests end with the name of one, and with what to do', async () => {
    const { url, lines } = await onHost();
    const { status, body } = await request(url)
      .get('/weixin/grants')
      .query({ ...OFFICIAL_KEY, openid: 'o1' })
      .set('Authorization', `Bearer ${SERVICE_KEY}`);
    expect([status, body]).toMatchObject([
      500,
      {
        code: 'WEIXIN_DATABASE',
        detail: 'the table weixin_live_grant does not exist',
        remedy: expect.stringMatching(/^Run the library's migrations on this database/),
      },
    ]);
    expect(JSON.stringify([body, lines])).not.toContain(OFFICIAL.appSecret);
  });

  it('without some of the tables names those', async () => {
    const started = await onHost();
    await migrate(sourceOf(started));
    await sourceOf(started).query('DROP TABLE weixin_scene');
    await started.app.close();
    const [line] = aboutTables((await onHost()).lines);
    expect(line).toMatch(
      new RegExp(
        `^1 of ${ALL} tables are missing in the database of the DataSource "default": weixin_scene\\. `,
      ),
    );
  });

  it('of the token service alone names its own three', async () => {
    const { accounts, apiBaseUrl } = testOptions(simulator.url);
    const { lines } = await start([
      host({ name: 'tokens' }),
      WeixinTokenModule.forRoot({
        accounts: (accounts ?? []).map(({ appId, appSecret, kind }) => ({ appId, appSecret, kind })),
        apiBaseUrl,
        schedule: { enabled: false },
        dataSource: 'tokens',
      }),
    ]);
    const [line] = aboutTables(lines);
    expect(line).toMatch(/3 of 3 tables are missing in the database of the DataSource "tokens": weixin_/);
    expect(line).toContain('[...WEIXIN_TOKEN_MIGRATIONS]');
  });

  it.each([
    ["the host's migrations", () => onHost({ migrationsRun: true }), 'DataSource "default" of the host'],
    ['a DataSource of its own', () => onOwn(), 'of the module, migrated'],
  ])('with %s says nothing of tables but where they are, and sends', async (_way, begin, owner) => {
    const started = await begin();
    expect(aboutTables(started.lines)).toEqual([]);
    const [line, ...more] = started.lines.filter((one) => one.startsWith('database: '));
    expect(more).toEqual([]);
    expect(line).toContain(`(${owner}); WeChat: ${simulator.url}; `);
    expect(line).toMatch(/^database: (better-sqlite3 "|(postgres|mysql|mariadb) at [\w.]+:\d+ \()/);
    await sendOne(started);
    expect(await ran(sourceOf(started))).toEqual(MIGRATIONS);
  });

  it.each([
    ["from the host's DataSource to one of its own", () => onHost({ migrationsRun: true }), () => onOwn()],
    ["from one of its own to the host's", () => onOwn(), () => onHost({ migrationsRun: true })],
    [
      "from the host's, with a table of its own name, to one of its own",
      () => onHost({ migrationsRun: true, migrationsTableName: 'what_has_run' }),
      () => onOwn({ migrationsTableName: 'what_has_run' }),
    ],
  ])('after a change %s keeps the ledger, and sends', async (_change, before, after) => {
    const first = await before();
    await sendOne(first);
    await first.app.close();
    const second = await after();
    await sendOne(second);
    const source = sourceOf(second);
    expect(await ran(source, source.options.migrationsTableName)).toEqual(MIGRATIONS);
    const [{ n }] = await source.query('SELECT COUNT(*) AS n FROM weixin_message');
    expect(Number(n)).toBe(2);
  });

  it('with both on one database, which begin together, leaves what the host has alone', async () => {
    class HostTable1700000000000 {
      name = 'HostTable1700000000000';
      up = (runner: { query(sql: string): Promise<void> }) =>
        runner.query('CREATE TABLE host_table (id int)');
      down = async () => {};
    }
    const both = await start([
      TypeOrmModule.forRoot({
        ...database.options,
        migrations: [HostTable1700000000000],
        migrationsRun: true,
        retryDelay: 50,
      } as TypeOrmModuleOptions),
      WeixinSubscribeModule.forRoot({
        ...testOptions(simulator.url),
        dataSource: 'own',
        database: database.options,
      }),
    ]);
    await sendOne(both);
    expect((await ran(sourceOf(both))).sort()).toEqual([...MIGRATIONS, 'HostTable1700000000000'].sort());
  });
});
