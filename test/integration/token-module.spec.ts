import type { INestApplication } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  BackgroundTasks,
  migrate,
  TokenService,
  WEIXIN_DATA_SOURCE,
  WEIXIN_TOKEN_ENTITIES,
  WEIXIN_TOKEN_MIGRATIONS,
  type WeixinTokenExtras,
  WeixinTokenModule,
  type WeixinTokenModuleOptions,
} from 'nestjs-weixin-subscribe/token';
import request from 'supertest';
import type { DataSource } from 'typeorm';
import type { WeixinSimulator } from 'weixin-simulator';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { startSimulator } from '../support/create-test-app.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';

const { appId, appSecret } = OFFICIAL;
const TABLES = ['weixin_lease', 'weixin_token', 'weixin_token_audit'];

let simulator: WeixinSimulator;
let database: TestDatabase;
/** Of the module alone. */
let own: TestDatabase | undefined;
let host: INestApplication;
const opened: INestApplication[] = [];

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
beforeEach(async () => {
  simulator.reset();
  database = await createDatabase('sqlite');
});
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
  await database.drop();
  await own?.drop();
  own = undefined;
});

const options = (more: Partial<WeixinTokenModuleOptions> = {}): WeixinTokenModuleOptions => ({
  accounts: [{ appId, appSecret, kind: 'official-account' }],
  apiBaseUrl: simulator.url,
  serviceKeys: { courses: SERVICE_KEY },
  schedule: { enabled: false },
  ...more,
});

async function start(module = WeixinTokenModule.forRoot(options())): Promise<INestApplication> {
  const built = await Test.createTestingModule({
    imports: [
      ScheduleModule.forRoot(),
      TypeOrmModule.forRoot({
        ...database.options,
        retryAttempts: 0,
        entities: WEIXIN_TOKEN_ENTITIES,
        migrations: WEIXIN_TOKEN_MIGRATIONS,
      }),
      module,
    ],
  }).compile();
  host = built.createNestApplication();
  opened.push(host);
  host.useLogger(false);
  await migrate(host.get<DataSource>(WEIXIN_DATA_SOURCE));
  await host.listen(0, '127.0.0.1');
  return host;
}

const forRoot = (given: WeixinTokenModuleOptions, extras: WeixinTokenExtras = {}) =>
  WeixinTokenModule.forRoot({ ...given, ...extras });
const forRootAsync = (given: WeixinTokenModuleOptions, extras: WeixinTokenExtras = {}) =>
  WeixinTokenModule.forRootAsync({ useFactory: () => given, ...extras });

const tablesOf = async (dataSource: DataSource): Promise<string[]> => {
  const rows: { name: string }[] = await dataSource.query(
    "SELECT name FROM sqlite_master WHERE name LIKE 'weixin%' AND type = 'table' ORDER BY name",
  );
  return rows.map(({ name }) => name);
};
const minted = () => simulator.calls().filter(({ path }) => /token/.test(path)).length;
const authorized = { Authorization: `Bearer ${SERVICE_KEY}` };

describe.each([
  ['forRoot', forRoot],
  ['forRootAsync', forRootAsync],
])('the token service alone, by %s', (_name, register) => {
  it.each(['database', 'memory'] as const)(
    'mints, gives out and refreshes tokens with the store %s, and has no ledger',
    async (store) => {
      await start(register(options({ token: { store } })));
      const { body, status } = await request(host.getHttpServer())
        .get(`/weixin/token/${appId}`)
        .set(authorized);
      expect([status, minted()]).toEqual([200, 1]);
      const tokens = host.get(TokenService);
      expect((await tokens.getToken(appId)).accessToken).toBe(body.accessToken);
      const fresh = await request(host.getHttpServer())
        .post(`/weixin/token/${appId}/refresh`)
        .set(authorized)
        .send({ accessToken: body.accessToken });
      expect(fresh.status).toBe(200);
      expect(fresh.body.accessToken).not.toBe(body.accessToken);
      expect(minted()).toBe(2);
      expect(await tablesOf(host.get<DataSource>(WEIXIN_DATA_SOURCE))).toEqual(TABLES);
    },
  );

  it('has no other routes than those of tokens', async () => {
    await start(register(options()));
    for (const path of ['messages', 'authorize', 'broadcasts', `push/${appId}`, 'history', 'templates'])
      await request(host.getHttpServer()).get(`/weixin/${path}`).set(authorized).expect(404);
    const dropIn = await request(host.getHttpServer()).get('/cgi-bin/token');
    expect(dropIn.status).toBe(404);
  });

  it('serves SDKs in WeChat’s own format where a host wants that', async () => {
    await start(register(options(), { controllers: { dropIn: true } }));
    const { body } = await request(host.getHttpServer())
      .get('/cgi-bin/token')
      .query({ grant_type: 'client_credential', appid: appId, secret: SERVICE_KEY });
    expect(body.access_token).toBe((await host.get(TokenService).getToken(appId)).accessToken);
  });

  it('makes its tables in a DataSource of its own', async () => {
    own = await createDatabase('sqlite');
    await start(register(options({ database: own.options }), { dataSource: 'own' }));
    expect(await tablesOf(host.get<DataSource>(WEIXIN_DATA_SOURCE))).toEqual(TABLES);
    await host.get(TokenService).getToken(appId);
  });

  it('runs only what concerns tokens in the background', async () => {
    await start(register(options()));
    const tasks = host.get(BackgroundTasks);
    for (const name of ['token-refresh', 'token-audit', 'token-audit-retention']) await tasks.run(name);
    await expect(async () => tasks.run('grant-expiry')).rejects.toThrow('no background task');
  });

  it('refuses options that would have no effect', async () => {
    const [account] = options().accounts;
    const given = {
      ...options(),
      accounts: [{ ...account, templates: ['t'] }],
      publicBaseUrl: 'https://remind.example.com',
      broadcast: {},
    };
    await expect(start(register(given))).rejects.toMatchObject({
      problems: [
        { option: 'publicBaseUrl', message: expect.stringMatching(/^is not known; known are accounts, /) },
        { option: 'broadcast' },
        {
          option: 'accounts[0].templates',
          message: 'is not known; known are appId, appSecret, credential, kind, tokenFamily, enabled',
        },
      ],
    });
  });

  it('names every option that is missing', async () => {
    await expect(start(register({} as WeixinTokenModuleOptions))).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_OPTIONS',
    });
  });
});
