import { ModulesContainer } from '@nestjs/core';
import { libraryAccounts, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { broadcastsOf, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';
import { describeRedis, TestRedis } from '../support/test-redis.js';

const HOOKS = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'] as const;

/** Nest 11 runs the hooks at every `app.close()`, Nest 12 at the first one only. */
async function runHooks({ app }: TestApp): Promise<number> {
  const providers = [...app.get(ModulesContainer).values()].flatMap((module) => [
    ...module.providers.values(),
  ]);
  let called = 0;
  for (const hook of HOOKS)
    for (const { instance } of providers) {
      const method = Object(instance)[hook] as (() => Promise<void>) | undefined;
      if (typeof method !== 'function') continue;
      await method.call(instance);
      called += 1;
    }
  return called;
}

describe('a second close of the app', () => {
  let host: TestApp | undefined;
  let database: TestDatabase | undefined;
  afterEach(async () => {
    await database?.drop();
    database = undefined;
  });

  const closeTwice = async (app: TestApp) => {
    await app.close();
    expect(await runHooks(app)).toBeGreaterThan(10);
  };

  it('is harmless, with calls made before', async () => {
    host = await createTestApp();
    await host.tokens.getToken(OFFICIAL.appId);
    await closeTwice(host);
  });

  it('is harmless with a DataSource of its own', async () => {
    database = await createDatabase('sqlite');
    host = await createTestApp({ options: { database: database.options }, extras: { dataSource: 'own' } });
    await host.tokens.getToken(OFFICIAL.appId);
    await closeTwice(host);
    expect(host.dataSource.isInitialized).toBe(false);
  });

  it('is harmless with a connection to a central', async () => {
    const central = await createTestApp();
    const href = new URL('/weixin', central.url).href;
    host = await createTestApp({
      simulator: central.simulator,
      options: {
        accounts: libraryAccounts().map(({ appSecret, ...account }) => account),
        token: { role: 'remote', central: { url: href, key: SERVICE_KEY } },
      },
    });
    await host.tokens.getToken(OFFICIAL.appId);
    await closeTwice(host);
    await central.close();
  });
});

describeRedis('a second close of an app with Redis', () => {
  it('is harmless with workers of BullMQ', async () => {
    const redis = new TestRedis();
    const client = redis.connect({ keyPrefix: redis.prefix });
    const host = await createTestApp({
      options: {
        redis: client,
        broadcast: { distribution: 'bullmq', ratePerSecond: 0 },
        token: { store: 'redis' },
      },
    });
    await confirmAll(
      host,
      crowd(host, 3).map((openid) => ({ openid, scene: 7 })),
    );
    const { id } = await broadcastsOf(host).start(toScene(7));
    await workUntil(host, id, 'finished');
    await host.close();
    expect(await runHooks(host)).toBeGreaterThan(10);
    await redis.close();
  });
});
