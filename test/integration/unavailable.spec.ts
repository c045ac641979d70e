import { ExpressAdapter } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import type { DataSourceOptions } from 'typeorm';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { Browser } from '../support/browser.js';
import { CaptureLogger } from '../support/capture-logger.js';
import {
  ADAPTERS,
  type AdapterKind,
  createTestApp,
  type TestApp,
  testOptions,
} from '../support/create-test-app.js';
import { askInBrowser, MOBILE_KEY, message, OFFICIAL_KEY, subscribe, tap } from '../support/flows.js';
import { expectNoSecret, expectRefusal, ledgerOf, secretsOf } from '../support/refusals.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import {
  createDatabase,
  type DatabaseKind,
  describeDatabase,
  describeEachDatabase,
  type TestDatabase,
  withLibrary,
} from '../support/test-databases.js';

const service = { Authorization: `Bearer ${SERVICE_KEY}` };

describe.each(ADAPTERS)('a wrong account secret on %s', (adapter) => {
  let host: TestApp;
  beforeEach(async () => {
    host = await createTestApp({ adapter });
    host.simulator.updateAccount(OFFICIAL.appId, { appSecret: 'changed-in-the-console-0000' });
  });
  afterEach(() => host?.close());

  it('sends nothing, leaves the permission, and says what WeChat said', async () => {
    const { openid } = await subscribe(host);
    const { body } = await expectRefusal(
      host,
      () => request(host.url).post('/weixin/messages').set(service).send(message(openid)),
      { status: 503, code: 'WEIXIN_TOKEN_UNAVAILABLE', calls: 1 },
    );
    expect(body).toMatchObject({
      errcode: 40125,
      errmsg: expect.any(String),
      remedy: expect.stringContaining('appSecret'),
    });
    expect(await host.grants.countAvailable({ ...OFFICIAL_KEY, openid, scene: 1000 })).toBe(1);
  });

  it('gives no token, and asks no second time at once', async () => {
    const token = () => request(host.url).get(`/weixin/token/${OFFICIAL.appId}`).set(service);
    const unavailable = { status: 503, code: 'WEIXIN_TOKEN_UNAVAILABLE' };
    await expectRefusal(host, token, { ...unavailable, calls: 1 });
    await expectRefusal(host, token, { ...unavailable, calls: 0 });
    expect((await request(host.url).get(`/weixin/token/${MOBILE.appId}`).set(service)).status).toBe(200);
  });
});

describe.each(ADAPTERS)('WeChat out of reach on %s', (adapter) => {
  let host: TestApp;
  beforeEach(async () => {
    host = await createTestApp({ adapter });
  });
  afterEach(() => host?.close());

  it.each(['status', 'html', 'empty', 'reset-before'] as const)(
    'sends nothing without a token (%s)',
    async (kind) => {
      const { openid } = await subscribe(host);
      host.simulator.fault({ kind, path: '/cgi-bin/token' });
      await expectRefusal(
        host,
        () => request(host.url).post('/weixin/messages').set(service).send(message(openid)),
        {
          status: 503,
          code: 'WEIXIN_TOKEN_UNAVAILABLE',
          calls: 1,
        },
      );
      expect(await host.grants.countAvailable({ ...OFFICIAL_KEY, openid, scene: 1000 })).toBe(1);
    },
  );
});

interface Away {
  host: TestApp;
  logger: CaptureLogger;
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A host whose database can be taken away: SQLite by closing its connection, a server by cutting the wire to
 * it.
 */
async function hostThatCanLoseItsDatabase(kind: DatabaseKind, adapter: AdapterKind): Promise<Away> {
  const logger = new CaptureLogger();
  if (kind === 'sqlite') {
    const host = await createTestApp({ adapter, logger });
    return {
      host,
      logger,
      cut: () => host.dataSource.destroy(),
      mend: async () => void (await host.dataSource.initialize()),
      close: () => host.close(),
    };
  }
  const database = await createDatabase(kind);
  const { proxy, url } = await TcpProxy.before((database.options as { url: string }).url);
  const shared = { options: { ...database.options, url } as DataSourceOptions } as TestDatabase;
  const host = await createTestApp({ adapter, logger, shared });
  return {
    host,
    logger,
    cut: () => proxy.close(),
    mend: () => proxy.open(),
    async close() {
      await host.close();
      await proxy.close();
      await database.drop();
    },
  };
}

function databaseGoesAway(kind: DatabaseKind, adapter: AdapterKind): void {
  let away: Away;
  let host: TestApp;
  beforeEach(async () => {
    away = await hostThatCanLoseItsDatabase(kind, adapter);
    host = away.host;
  });
  afterEach(() => away?.close());

  it('answers 503 at every endpoint meanwhile, writes nothing, asks WeChat nothing, and serves again afterwards', async () => {
    const { openid } = await subscribe(host);
    await host.tokens.getToken(OFFICIAL.appId);
    const { browser, confirmUrl } = await askInBrowser(host, 1001);
    const callback = tap(host, confirmUrl);
    const state = String(new URL(confirmUrl).searchParams.get('reserved'));
    const app = new Browser(host.url);
    const { reserved } = (await app.post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 })).body;
    const { templateId } = MOBILE_KEY;
    const endpoints: Record<string, () => Promise<request.Response>> = {
      authorize: async () =>
        request(host.url)
          .get('/weixin/authorize')
          .query({ ...OFFICIAL_KEY, scene: 1, returnTo: '/' }),
      callback: () => browser.get(callback),
      'app intents': () => app.post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 }),
      'app results': () =>
        app.post('/weixin/app/results', { reserved, action: 'cancel', templateId, scene: 1 }),
      'POST messages': async () =>
        request(host.url).post('/weixin/messages').set(service).send(message(openid)),
      'GET messages': async () =>
        request(host.url).get('/weixin/messages/019ab000-0000-7000-8000-000000000000').set(service),
      grants: async () =>
        request(host.url)
          .get('/weixin/grants')
          .set(service)
          .query({ ...OFFICIAL_KEY, openid, scene: 1000 }),
      // The token of the other account is still in memory and still served.
      token: async () => request(host.url).get(`/weixin/token/${MOBILE.appId}`).set(service),
    };
    const before = await ledgerOf(host);
    const called = host.simulator.calls().length;

    await away.cut();

    for (const [endpoint, call] of Object.entries(endpoints)) {
      const response = await call();
      expect({ endpoint, status: response.status, type: response.type, body: response.body }).toMatchObject({
        endpoint,
        status: 503,
        type: 'application/problem+json',
        body: { code: 'WEIXIN_DATABASE', detail: expect.stringContaining('the database is not available') },
      });
      expect(response.headers['set-cookie']).toBeUndefined();
      expectNoSecret(response, [
        ...secretsOf(host),
        state,
        reserved,
        'postgres://',
        'mysql://',
        'SELECT',
        'INSERT',
      ]);
    }
    expect((await request(host.url).get(`/weixin/token/${OFFICIAL.appId}`).set(service)).status).toBe(200);
    expect(host.simulator.calls().length).toBe(called);

    await away.mend();

    expect(await ledgerOf(host)).toEqual(before);
    expect((await endpoints.callback()).headers.location).toContain('subscribe=confirmed');
    expect((await endpoints['app results']()).body).toMatchObject({ status: 'cancelled' });
    expect((await endpoints['POST messages']()).body).toMatchObject({ status: 'sent' });
    expect(host.simulator.inbox(openid)).toHaveLength(1);
    const log = away.logger.lines.join('\n');
    for (const secret of [...secretsOf(host), state, reserved]) expect(log).not.toContain(secret);
  });
}

describeEachDatabase('a database that goes away under Express', (kind) => databaseGoesAway(kind, 'express'));
describeDatabase('sqlite', 'a database that goes away under Fastify', (kind) =>
  databaseGoesAway(kind, 'fastify'),
);

describe('a database that is away when the process starts', () => {
  const compile = (imports: unknown[], extras: object, database?: DataSourceOptions) =>
    Test.createTestingModule({
      imports: [
        ScheduleModule.forRoot(),
        ...(imports as []),
        WeixinSubscribeModule.forRoot({ ...testOptions('http://127.0.0.1:1'), database, ...extras }),
      ],
    })
      .setLogger(new CaptureLogger())
      .compile();
  const nobody = (type: 'postgres' | 'mariadb') =>
    ({
      type,
      host: '127.0.0.1',
      port: 1,
      username: 'u',
      password: 'p4ssw0rd',
      database: 'ledger',
    }) as DataSourceOptions;

  it.each([
    ['PostgreSQL', nobody('postgres'), 'postgres at 127.0.0.1:1'],
    [
      'PostgreSQL by URL',
      { type: 'postgres', url: 'postgres://u:p4ssw0rd@127.0.0.1:1/ledger' } as const,
      'postgres at 127.0.0.1:1',
    ],
    ['MariaDB', nobody('mariadb'), 'mariadb at 127.0.0.1:1'],
    [
      'SQLite',
      { type: 'better-sqlite3', database: '/dev/null/ledger.sqlite' } as const,
      '/dev/null/ledger.sqlite',
    ],
  ])('fails the start and names the option and the place: own %s', async (_what, database, place) => {
    const error = await compile([], { dataSource: 'own' }, database).catch((failure) => failure);
    expect(error).toMatchObject({ code: 'WEIXIN_DATABASE' });
    expect(error.message).toContain('"database"');
    expect(error.message).toContain(place);
    expect(`${error.message} ${error.stack} ${error.cause?.message}`).not.toContain('p4ssw0rd');
  });

  it.each([
    ['PostgreSQL', nobody('postgres')],
    ['MariaDB', nobody('mariadb')],
  ])("fails the start with the driver's reason: the host's %s", async (_what, database) => {
    const host = TypeOrmModule.forRoot({ ...withLibrary(database), retryAttempts: 0 });
    await expect(compile([host], {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('names what is missing when the host has no DataSource at all', async () => {
    await expect(compile([], {})).rejects.toThrow(/DataSource/);
  });

  it('refuses a kind of database that it does not know', async () => {
    const host = TypeOrmModule.forRoot({
      type: 'sqljs',
      entities: withLibrary({ type: 'sqljs' }).entities,
      retryAttempts: 0,
    });
    await expect(compile([host], {})).rejects.toThrow(/sqljs|sql\.js/i);
  });

  it('starts on a database without our tables, and says at the first use that it can not', async () => {
    const database = await createDatabase('sqlite');
    const module = await compile(
      [TypeOrmModule.forRoot({ ...withLibrary(database.options), retryAttempts: 0 })],
      {},
    );
    const app = module.createNestApplication(new ExpressAdapter());
    app.useLogger(false);
    await app.listen(0, '127.0.0.1');
    const { status, body } = await request(await app.getUrl())
      .get('/weixin/authorize')
      .query({ ...OFFICIAL_KEY, scene: 1, returnTo: '/' });
    expect({ status, body }).toMatchObject({ status: 500, body: { code: 'WEIXIN_DATABASE' } });
    await app.close();
    await database.drop();
  });
});
