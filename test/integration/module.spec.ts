import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  type DynamicModule,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  ValidationPipe,
} from '@nestjs/common';
import { APP_PIPE, LazyModuleLoader } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import {
  AuthorizationService,
  BackgroundTasks,
  BroadcastService,
  CardService,
  DeliveryHealthIndicator,
  DriftService,
  FormIdService,
  GrantRepository,
  HistoryService,
  migrate,
  PersonalDataService,
  ProblemDetailsFilter,
  PushEventService,
  SceneRegistry,
  SubscribeService,
  TemplateDriftService,
  TemplateHealthIndicator,
  TemplateService,
  TokenAudit,
  TokenHealthIndicator,
  TokenService,
  WEIXIN_DATA_SOURCE,
  WEIXIN_HTTP_SERVICE,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeConfig,
  type WeixinSubscribeExtras,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
  type WeixinSubscribeOptionsFactory,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import type { DataSource } from 'typeorm';
import type { WeixinSimulator } from 'weixin-simulator';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { compiled } from '../support/compiled.js';
import {
  ADAPTERS,
  createTestApp,
  startSimulator,
  type TestApp,
  testOptions,
} from '../support/create-test-app.js';
import { askInBrowser, message, OFFICIAL_KEY, subscribe, tap } from '../support/flows.js';
import { countRows } from '../support/ledger.js';
import {
  createDatabase,
  describeDatabase,
  type TestDatabase,
  withLibrary,
} from '../support/test-databases.js';

/** What hosts may inject. */
const EXPORTED = [
  WeixinSubscribeConfig,
  WEIXIN_DATA_SOURCE,
  WEIXIN_HTTP_SERVICE,
  TokenService,
  TokenHealthIndicator,
  TokenAudit,
  GrantRepository,
  FormIdService,
  SceneRegistry,
  AuthorizationService,
  SubscribeService,
  BroadcastService,
  PushEventService,
  HistoryService,
  DriftService,
  TemplateService,
  DeliveryHealthIndicator,
  PersonalDataService,
  BackgroundTasks,
  ProblemDetailsFilter,
];

let simulator: WeixinSimulator;
let database: TestDatabase;
let app: INestApplication | undefined;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
beforeEach(async () => {
  simulator.reset();
  database = await createDatabase('sqlite');
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await database.drop();
});

const hostDataSource = (name?: string) =>
  TypeOrmModule.forRoot({ ...withLibrary(database.options), name, retryAttempts: 0 });

async function start(
  imports: ModuleMetadata['imports'],
  more: ModuleMetadata = {},
): Promise<INestApplication> {
  const module = await Test.createTestingModule({ ...more, imports })
    .setLogger(new CaptureLogger())
    .compile();
  app = module.createNestApplication();
  await app.init();
  return app;
}

let sends = 0;

/** A grant, as a confirm would have given it, and the message for it. */
async function sendOne(host: INestApplication): Promise<void> {
  const dataSource = host.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
  await migrate(dataSource);
  const openid = simulator.openid('xiaoming', OFFICIAL.appId);
  simulator.confirm({ openid, scene: 1000 });
  await host
    .get(GrantRepository, { strict: false })
    .record({ ...OFFICIAL_KEY, openid, scene: 1000, source: `test-${++sends}` });
  const sent = await host.get(SubscribeService, { strict: false }).send(message(openid));
  expect(sent.status).toBe('sent');
}

class SimulatorUrl {
  readonly url = simulator.url;
}

@Module({ providers: [SimulatorUrl], exports: [SimulatorUrl] })
class SettingsModule {}

@Injectable()
class OptionsFromSettings implements WeixinSubscribeOptionsFactory {
  constructor(@Inject(SimulatorUrl) private readonly settings: SimulatorUrl) {}

  async createWeixinSubscribeOptions(): Promise<WeixinSubscribeModuleOptions> {
    return testOptions(this.settings.url);
  }
}

@Module({ imports: [SettingsModule], providers: [OptionsFromSettings], exports: [OptionsFromSettings] })
class OptionsModule {}

const REGISTRATIONS: [how: string, register: (extras: WeixinSubscribeExtras) => DynamicModule][] = [
  ['forRoot', (extras) => WeixinSubscribeModule.forRoot({ ...testOptions(simulator.url), ...extras })],
  [
    'forRootAsync with useFactory',
    (extras) =>
      WeixinSubscribeModule.forRootAsync({
        ...extras,
        imports: [SettingsModule],
        inject: [SimulatorUrl],
        useFactory: async ({ url }: SimulatorUrl) => testOptions(url),
      }),
  ],
  [
    'forRootAsync with useClass',
    (extras) =>
      WeixinSubscribeModule.forRootAsync({
        ...extras,
        imports: [SettingsModule],
        useClass: OptionsFromSettings,
      }),
  ],
  [
    'forRootAsync with useExisting',
    (extras) =>
      WeixinSubscribeModule.forRootAsync({
        ...extras,
        imports: [OptionsModule],
        useExisting: OptionsFromSettings,
      }),
  ],
];

describe.each(REGISTRATIONS)('%s', (_how, register) => {
  it("works on the host's default DataSource", async () => {
    const host = await start([hostDataSource(), register({})]);
    await sendOne(host);
    expect(host.get(WEIXIN_DATA_SOURCE, { strict: false })).toBe(
      host.get(getDataSourceToken(), { strict: false }),
    );
  });

  it("works on a named DataSource of the host's", async () => {
    const host = await start([hostDataSource('ledger'), register({ dataSource: 'ledger' })]);
    await sendOne(host);
    expect(host.get(WEIXIN_DATA_SOURCE, { strict: false })).toBe(
      host.get(getDataSourceToken('ledger'), { strict: false }),
    );
  });

  it('is where a DataSource with autoLoadEntities finds its entities', async () => {
    const auto = { name: 'auto', autoLoadEntities: true, retryAttempts: 0 };
    const host = await start([
      TypeOrmModule.forRoot({ ...database.options, ...auto }),
      register({ dataSource: 'auto' }),
    ]);
    const { entityMetadatas } = host.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
    expect(entityMetadatas.map(({ target }) => target)).toEqual(
      expect.arrayContaining(WEIXIN_SUBSCRIBE_ENTITIES),
    );
  });

  it('lets its importer inject everything it exports, and nobody else', async () => {
    const host = await start([hostDataSource(), register({})], {
      providers: [{ provide: 'everything', useFactory: (...all) => all, inject: EXPORTED }],
    });
    const everything = host.get<unknown[]>('everything');
    expect(everything).toHaveLength(EXPORTED.length);
    for (const one of everything) expect(one).toBeDefined();
    await host.close();

    @Module({ providers: [{ provide: 'other', useFactory: (tokens) => tokens, inject: [TokenService] }] })
    class OtherModule {}
    await expect(start([hostDataSource(), register({}), OtherModule])).rejects.toThrow(/TokenService/);
  });

  it('is there for every module with isGlobal', async () => {
    @Module({ providers: [{ provide: 'other', useFactory: (...all) => all, inject: EXPORTED }] })
    class OtherModule {}
    const host = await start([hostDataSource(), register({ isGlobal: true }), OtherModule]);
    expect(host.get<unknown[]>('other', { strict: false })).toHaveLength(EXPORTED.length);
  });
});

describe('a DataSource of its own', () => {
  const own = (more: object = {}) =>
    WeixinSubscribeModule.forRoot({
      ...testOptions(simulator.url),
      dataSource: 'own',
      database: database.options,
      ...more,
    });

  it('is opened and migrated at start, and closed with the app', async () => {
    const host = await start([own()]);
    const dataSource = host.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
    const tables = await dataSource.query(
      "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' AND type = 'table' ORDER BY name",
    );
    expect(tables.map(({ name }: { name: string }) => name)).toEqual([
      'migrations',
      'weixin_account',
      'weixin_account_change',
      'weixin_audit',
      'weixin_authorizer',
      'weixin_batch_content',
      'weixin_broadcast',
      'weixin_broadcast_event',
      'weixin_broadcast_occurrence',
      'weixin_broadcast_recipient',
      'weixin_card',
      'weixin_card_update',
      'weixin_component_ticket',
      'weixin_grant',
      'weixin_intent',
      'weixin_lease',
      'weixin_live_grant',
      'weixin_message',
      'weixin_message_batch',
      'weixin_push_event',
      'weixin_recurring_broadcast',
      'weixin_scene',
      'weixin_send_pause',
      'weixin_template',
      'weixin_token',
      'weixin_token_audit',
    ]);
    await sendOne(host);
    await host.close();
    expect(dataSource.isInitialized).toBe(false);
  });

  it('stands beside one of the host, and leaves that alone', async () => {
    const other = await createDatabase('sqlite');
    const host = await start([TypeOrmModule.forRoot({ ...other.options, retryAttempts: 0 }), own()]);
    await sendOne(host);
    const ofHost = host.get<DataSource>(getDataSourceToken(), { strict: false });
    expect(await ofHost.query('SELECT name FROM sqlite_master')).toEqual([]);
    await host.close();
    await other.drop();
  });

  it('takes nothing of the host but the place: no synchronize, no foreign entities', async () => {
    class Foreign {}
    const host = await start([
      own({
        database: {
          ...database.options,
          synchronize: true,
          entities: [Foreign],
          migrations: ['nowhere/*.js'],
        },
      }),
    ]);
    await sendOne(host);
  });

  it('keeps its ledger where options of a development database were copied', async () => {
    const copied = { ...database.options, dropSchema: true, migrationsRun: true };
    await sendOne(await start([own({ database: copied })]));
    await app?.close();
    const host = await start([own({ database: copied })]);
    const dataSource = host.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
    expect(await countRows(dataSource, 'weixin_message')).toBe(1);
    // TypeORM's own run takes no lock: of two processes that start together one would fail.
    expect(dataSource.options.migrationsRun).toBe(false);
  });

  it.each([undefined, '', 'undefined'])('is not opened somewhere else where its url is %p', async (url) => {
    await expect(start([own({ database: { type: 'postgres', url } })])).rejects.toThrow(
      'option "database.url" is not set (it is ',
    );
  });

  it('needs the option that says where', async () => {
    await expect(start([own({ database: undefined })])).rejects.toThrow(
      'WeixinSubscribeModule: option "database" is required with dataSource: "own"',
    );
  });
});

describeDatabase('mysql', 'tables that compare without regard to case', (kind) => {
  let server: TestDatabase;
  beforeEach(async () => {
    server = await createDatabase(kind);
  });
  afterEach(async () => {
    // Closed first: the database can not be dropped while it is in use.
    await app?.close();
    app = undefined;
    await server.drop();
  });
  const startOn = (more: object) =>
    start([
      TypeOrmModule.forRoot({ ...withLibrary(server.options), retryAttempts: 0, ...more }),
      WeixinSubscribeModule.forRoot(testOptions(simulator.url)),
    ]);

  it('stop the start: to them two openids that differ in case are one person', async () => {
    await expect(startOn({ synchronize: true })).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_OPTIONS',
      problems: [
        { option: 'dataSource', message: expect.stringMatching(/weixin_grant.*migrations.*synchronize/) },
      ],
    });
  });

  it('are not what the migrations make', async () => {
    await expect(startOn({ migrationsRun: true })).resolves.toBeDefined();
  });

  it('may not be there yet', async () => {
    await expect(startOn({})).resolves.toBeDefined();
  });
});

describe('wrong options', () => {
  it.each([
    ['forRoot', () => WeixinSubscribeModule.forRoot({ ...testOptions(simulator.url), accounts: [] })],
    [
      'forRootAsync',
      () =>
        WeixinSubscribeModule.forRootAsync({
          useFactory: () => ({ ...testOptions(simulator.url), accounts: [] }),
        }),
    ],
  ])('of %s stop the start and are named', async (_how, register) => {
    await expect(start([hostDataSource(), register()])).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_OPTIONS',
      problems: [{ option: 'accounts', message: 'must list at least one account' }],
    });
  });

  it('stop the start when a factory answers nothing', async () => {
    const register = WeixinSubscribeModule.forRootAsync({
      useFactory: () => undefined as unknown as WeixinSubscribeModuleOptions,
    });
    await expect(start([hostDataSource(), register])).rejects.toThrow('option "options" is missing');
  });

  it('can not be made of right ones later: they are frozen', async () => {
    const host = await start([hostDataSource(), WeixinSubscribeModule.forRoot(testOptions(simulator.url))]);
    expect(Object.isFrozen(host.get(WeixinSubscribeConfig, { strict: false }))).toBe(true);
  });
});

describe('the schedule', () => {
  const scheduled = (enabled: boolean) =>
    WeixinSubscribeModule.forRoot({
      ...testOptions(simulator.url),
      schedule: { enabled },
      dataSource: 'own',
      database: database.options,
    });
  const NAMES = [
    'account-change-retention',
    'audit-retention',
    'broadcast-retention',
    'broadcasts',
    'card-expiry',
    'card-retention',
    'card-updates',
    'grant-expiry',
    'grant-retention',
    'intent-expiry',
    'intent-retention',
    'message-dispatch',
    'message-recovery',
    'message-retention',
    'occurrence-retention',
    'push-event-retention',
    'push-events',
    'recurring-broadcasts',
    'send-pauses',
    'template-drift',
    'ticket-refresh',
    'token-audit',
    'token-audit-retention',
    'token-refresh',
    'used-grant-retention',
  ];

  it('needs ScheduleModule, and says what to import where', async () => {
    await expect(start([scheduled(true)])).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_OPTIONS',
      message:
        'WeixinSubscribeModule: option "schedule.enabled" needs ScheduleModule.forRoot() of @nestjs/schedule among the imports of the host; add it, or set this option to false',
    });
  });

  it('can do without it when it is off', async () => {
    const host = await start([scheduled(false)]);
    await expect(host.get(BackgroundTasks, { strict: false }).run('intent-expiry')).resolves.toBeUndefined();
  });

  it("is shown in the host's registry, and gone from there when the app closes", async () => {
    const host = await start([ScheduleModule.forRoot(), scheduled(true)]);
    const registry = host.get(SchedulerRegistry, { strict: false });
    expect(registry.getIntervals().sort()).toEqual(NAMES.map((name) => `weixin-subscribe:${name}`));
    await host.close();
    expect(registry.getIntervals()).toEqual([]);
  });

  it('runs for one instance: a second one in the application is told that one serves many accounts', async () => {
    const second = WeixinSubscribeModule.forRoot({
      ...testOptions(simulator.url),
      schedule: { enabled: true },
    });
    const imports = [ScheduleModule.forRoot(), hostDataSource(), scheduled(true), second];
    await expect(start(imports)).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_OPTIONS',
      problems: [
        { option: 'accounts', message: expect.stringContaining('one instance serves many accounts') },
      ],
    });
    expect(app?.get(SchedulerRegistry, { strict: false }).getIntervals()).toEqual([]);
  });

  it('runs for one instance beside another that has none', async () => {
    const second = WeixinSubscribeModule.forRoot(testOptions(simulator.url));
    const host = await start([ScheduleModule.forRoot(), hostDataSource(), scheduled(true), second]);
    expect(host.get(SchedulerRegistry, { strict: false }).getIntervals()).toHaveLength(NAMES.length);
  });

  it('runs at start: the token is there before anybody asks for it', async () => {
    const host = await start([ScheduleModule.forRoot(), scheduled(true)]);
    await host.get(BackgroundTasks, { strict: false }).run('token-refresh');
    expect(simulator.counters().mints).toEqual({
      [`${OFFICIAL.appId}:token`]: 1,
      [`${MOBILE.appId}:token`]: 1,
    });
  });

  it('leaves nothing open that would keep the process alive', async () => {
    const child = spawn(process.execPath, [compiled('test/support/short-lived-host.ts')]);
    const killed = setTimeout(() => child.kill('SIGKILL'), 50_000);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        printed += chunk;
      });
    }
    const [code, signal] = await once(child, 'exit');
    clearTimeout(killed);
    expect({ code, signal, printed }).toEqual({ code: 0, signal: null, printed: '302 sent closed\n' });
  }, 120_000);
});

describe('intents that nobody answered', () => {
  const DAY = 86_400_000;

  it('are kept for the days of the retention after their end, and then deleted', async () => {
    const host = await createTestApp({ simulator, options: { retention: { intentsDays: 3 } } });
    const questions = async () => (await host.dataSource.query('SELECT status FROM weixin_intent')).length;
    await askInBrowser(host);
    host.clock.advance(DAY);
    await host.tasks.run('intent-expiry');
    host.clock.advance(2 * DAY);
    await host.tasks.run('intent-retention');
    expect(await questions()).toBe(1);
    host.clock.advance(DAY);
    await host.tasks.run('intent-expiry');
    expect(await questions()).toBe(1);
    await host.tasks.run('intent-retention');
    expect(await questions()).toBe(0);
    await host.close();
  });
});

describe('the memory token store', () => {
  it('writes no token down', async () => {
    const options = { ...testOptions(simulator.url), token: { store: 'memory' as const } };
    const host = await start([hostDataSource(), WeixinSubscribeModule.forRoot(options)]);
    await sendOne(host);
    const dataSource = host.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
    expect(await dataSource.query('SELECT * FROM weixin_token')).toEqual([]);
    expect(simulator.counters().mints).toEqual({ [`${OFFICIAL.appId}:token`]: 1 });
  });

  it('differs in that from the database store', async () => {
    const host = await start([hostDataSource(), WeixinSubscribeModule.forRoot(testOptions(simulator.url))]);
    await sendOne(host);
    const dataSource = host.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
    expect(await dataSource.query('SELECT app_id FROM weixin_token')).toEqual([{ app_id: OFFICIAL.appId }]);
  });
});

describe('the HttpService', () => {
  interface Http {
    axiosRef: { interceptors: { request: { use(intercept: (config: { url?: string }) => object): void } } };
  }

  it("runs the host's interceptors, unless the pool is used alone", async () => {
    const seen: string[] = [];
    for (const transport of ['axios', 'undici'] as const) {
      const options = { ...testOptions(simulator.url), http: { transport } };
      const host = await start([hostDataSource(), WeixinSubscribeModule.forRoot(options)]);
      const service = host.get<Http | undefined>(WEIXIN_HTTP_SERVICE, { strict: false });
      expect(service === undefined).toBe(transport === 'undici');
      service?.axiosRef.interceptors.request.use((config) => {
        seen.push(`${transport} ${new URL(String(config.url)).pathname}`);
        return config;
      });
      await sendOne(host);
      await host.close();
    }
    expect(seen).toEqual(['axios /cgi-bin/token', 'axios /cgi-bin/message/template/subscribe']);
  });
});

describe.each(ADAPTERS)('in a host with pipes of its own on %s', (adapter) => {
  let host: TestApp;
  beforeAll(async () => {
    const strict = new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true });
    @Module({ providers: [{ provide: APP_PIPE, useValue: strict }] })
    class StrictModule {}
    host = await createTestApp({ adapter, simulator, imports: [StrictModule] });
  });
  afterAll(() => host?.close());

  it('does its work', async () => {
    const { openid, back } = await subscribe(host, 1);
    expect(back.headers.location).toContain('subscribe=confirmed');
    await expect(host.subscribe.send(message(openid, 1))).resolves.toMatchObject({ status: 'sent' });
  });

  it('takes the way back with a parameter that WeChat may add one day', async () => {
    const { browser, confirmUrl } = await askInBrowser(host, 2);
    const back = await browser.get(`${tap(host, confirmUrl)}&added_by_weixin=1`);
    expect([back.status, back.headers.location]).toEqual([
      302,
      expect.stringContaining('/courses/1?subscribe=confirmed'),
    ]);
  });

  it('says itself what is wrong with the way back', async () => {
    const { status, text } = await request(host.url).get('/weixin/callback').query({ scene: 'abc' });
    expect([status, text]).toEqual([400, expect.stringContaining('scene must be a whole number')]);
    expect(text).toContain('WEIXIN_INVALID_INPUT');
  });

  it('names the field that is wrong, as in any host', async () => {
    const { status, body } = await request(host.url).get('/weixin/authorize').query({ scene: 'abc' });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: {
        code: 'WEIXIN_INVALID_INPUT',
        errors: expect.arrayContaining([
          { field: 'scene', message: expect.stringContaining('scene must be a whole number') },
        ]),
      },
    });
  });
});

describe('a DataSource that nobody has opened', () => {
  it('stops the start, and is named', async () => {
    const host = TypeOrmModule.forRoot({ ...withLibrary(database.options), manualInitialization: true });
    await expect(start([host, WeixinSubscribeModule.forRoot(testOptions(simulator.url))])).rejects.toThrow(
      'option "dataSource" names a DataSource that is not initialized',
    );
  });
});

describe('a module that is loaded lazily', () => {
  const lazily = (host: INestApplication, more: object) =>
    host
      .get(LazyModuleLoader)
      .load(() => WeixinSubscribeModule.forRoot({ ...testOptions(simulator.url), ...more }));

  it.each([
    {},
    { isGlobal: true },
    { dataSource: 'own', database: { type: 'better-sqlite3', database: ':memory:' } },
  ])('is refused, since Nest gives it no routes and starts no work in the background: %j', async (more) => {
    const host = await start([hostDataSource()]);
    await expect(lazily(host, more)).rejects.toThrow(/LazyModuleLoader.*imports/);
  });

  it('may be imported already by the application that loads others', async () => {
    const registered = WeixinSubscribeModule.forRoot({ ...testOptions(simulator.url), isGlobal: true });
    @Module({ providers: [{ provide: 'user', useFactory: (own) => own, inject: [SubscribeService] }] })
    class LateModule {}
    const host = await start([hostDataSource(), registered]);
    const late = await host.get(LazyModuleLoader).load(() => LateModule);
    expect(late.get('user')).toBe(host.get(SubscribeService, { strict: false }));
  });
});

describe('a host that replaces a service in its tests', () => {
  // What its own classes call. What lies beneath (database, clock, randomness, ledger) is no service to them.
  const SERVICES = [
    AuthorizationService,
    BroadcastService,
    CardService,
    DeliveryHealthIndicator,
    DriftService,
    FormIdService,
    HistoryService,
    PushEventService,
    SceneRegistry,
    SubscribeService,
    TemplateDriftService,
    TemplateHealthIndicator,
    TemplateService,
    TokenAudit,
    TokenHealthIndicator,
    TokenService,
  ];

  it('starts with a fake that has only what the test calls', async () => {
    const fake = { send: () => 'faked' };
    const build = Test.createTestingModule({
      imports: [hostDataSource(), WeixinSubscribeModule.forRoot(testOptions(simulator.url))],
    }).setLogger(new CaptureLogger());
    for (const service of SERVICES) build.overrideProvider(service).useValue(fake);
    app = (await build.compile()).createNestApplication();
    await app.init();
    expect(app.get(SubscribeService, { strict: false }).send({} as never)).toBe('faked');
  });
});

describe('two hosts in one process', () => {
  it('keep accounts, ledgers and tokens apart', async () => {
    const [first, second] = [
      await createTestApp({ simulator }),
      await createTestApp({
        simulator,
        options: { accounts: [{ ...MOBILE, templates: [...MOBILE.templates] }] },
      }),
    ];
    const { openid } = await subscribe(first, 1);
    expect(await second.grants.list({ appId: OFFICIAL.appId, openid })).toEqual([]);
    await expect(second.subscribe.send(message(openid, 1))).rejects.toMatchObject({
      code: 'WEIXIN_UNKNOWN_ACCOUNT',
    });
    await expect(first.subscribe.send(message(openid, 1))).resolves.toMatchObject({ status: 'sent' });
    await second.close();
    await first.close();
  });
});
