import type { INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  BackgroundTasks,
  Clock,
  GrantRepository,
  migrate,
  ProblemDetailsFilter,
  SubscribeService,
  TokenService,
  WEIXIN_DATA_SOURCE,
  type WeixinSubscribeExtras,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSource } from 'typeorm';
import { WeixinSimulator } from 'weixin-simulator';
import { libraryAccounts, SERVICE_KEY, simulatorAccounts } from './accounts.js';
import { ManualClock } from './manual-clock.js';
import { createDatabase, type DatabaseKind, type TestDatabase, withLibrary } from './test-databases.js';

export const ADAPTERS = ['express', 'fastify'] as const;
export type AdapterKind = (typeof ADAPTERS)[number];

export interface TestAppOptions {
  database?: DatabaseKind;
  adapter?: AdapterKind;
  options?: Partial<WeixinSubscribeModuleOptions>;
  extras?: WeixinSubscribeExtras;
  imports?: ModuleMetadata['imports'];
  logger?: LoggerService | false;
  /**
   * What a host does between making the app and listening. @default registers the library's filter globally
   */
  configure?: (app: INestApplication) => void;
  /** Give one to share it between apps; it is not closed with the app then. */
  simulator?: WeixinSimulator;
  /** Likewise. */
  shared?: TestDatabase;
}

export interface TestApp {
  app: INestApplication;
  url: string;
  simulator: WeixinSimulator;
  clock: ManualClock;
  dataSource: DataSource;
  subscribe: SubscribeService;
  grants: GrantRepository;
  tokens: TokenService;
  tasks: BackgroundTasks;
  close(): Promise<void>;
}

/**
 * For hosts that meet a WeChat that never answers. Not shorter: on a busy machine an ordinary call takes more
 * than a second now and then, and would count as one without an answer.
 */
export const SHORT_TIMEOUT = { timeoutMs: 3_000 };

export const startSimulator = () =>
  WeixinSimulator.start({
    port: 0,
    accounts: simulatorAccounts(),
    people: ['xiaoming', 'xiaohong', 'xiaogang'],
  });

/**
 * A host app with the module in it, on a real port, a real database and the simulator. Nothing runs in the
 * background.
 */
export async function createTestApp(given: TestAppOptions = {}): Promise<TestApp> {
  const simulator = given.simulator ?? (await startSimulator());
  const database = given.shared ?? (await createDatabase(given.database ?? 'sqlite', 'migrated'));
  const release = async () => {
    if (!given.simulator) await simulator.close();
    if (!given.shared) await database.drop();
  };
  try {
    return await start(given, simulator, database, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function start(
  given: TestAppOptions,
  simulator: WeixinSimulator,
  database: TestDatabase,
  release: () => Promise<void>,
): Promise<TestApp> {
  const clock = new ManualClock();
  const module = await Test.createTestingModule({
    imports: [
      ScheduleModule.forRoot(),
      TypeOrmModule.forRootAsync({
        useFactory: () => ({ ...withLibrary(database.options), retryAttempts: 0 }),
      }),
      WeixinSubscribeModule.forRootAsync({
        useFactory: () => ({ ...testOptions(simulator.url), ...given.options }),
        ...given.extras,
      }),
      ...(given.imports ?? []),
    ],
  })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  const app = module.createNestApplication(
    given.adapter === 'fastify'
      ? new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } })
      : new ExpressAdapter(),
  );
  app.useLogger(given.logger ?? false);
  (given.configure ?? withProblemDetails)(app);
  const dataSource = app.get<DataSource>(WEIXIN_DATA_SOURCE);
  await migrate(dataSource);
  await app.listen(0, '127.0.0.1');
  return {
    app,
    url: await app.getUrl(),
    simulator,
    clock,
    dataSource,
    subscribe: app.get(SubscribeService),
    grants: app.get(GrantRepository),
    tokens: app.get(TokenService),
    tasks: app.get(BackgroundTasks),
    async close() {
      await app.close();
      await release();
    },
  };
}

function withProblemDetails(app: INestApplication): void {
  app.useGlobalFilters(app.get(ProblemDetailsFilter));
}

export function testOptions(weixinUrl: string): WeixinSubscribeModuleOptions {
  return {
    accounts: libraryAccounts(),
    publicBaseUrl: 'http://127.0.0.1:3000',
    apiBaseUrl: weixinUrl,
    mpBaseUrl: weixinUrl,
    openBaseUrl: weixinUrl,
    serviceKeys: { courses: SERVICE_KEY },
    rateLimit: { perMinute: 0, unprovenPerHour: 0 },
    schedule: { enabled: false },
  };
}
