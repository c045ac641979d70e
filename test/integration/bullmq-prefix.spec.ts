import { Redis } from 'ioredis';
import { broadcastsOf, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { describeRedis, TestRedis } from '../support/test-redis.js';
import { until } from '../support/until.js';

/** BullMQ itself refuses a client that puts a prefix before its keys. */
describeRedis("broadcasts over BullMQ, on a host's client with a keyPrefix", () => {
  let redis: TestRedis;
  let client: Redis;
  let host: TestApp;
  beforeAll(async () => {
    redis = new TestRedis();
    client = redis.connect({ keyPrefix: redis.prefix, connectionName: redis.prefix });
    host = await createTestApp({
      options: {
        redis: client,
        broadcast: { distribution: 'bullmq', ratePerSecond: 0 },
        token: { store: 'redis' },
      },
    });
  });
  afterAll(() => redis?.close());

  it('reach everybody once, keep every key under that prefix, and leave the client as it was', async () => {
    const openids = crowd(host, 40);
    await confirmAll(
      host,
      openids.map((openid) => ({ openid, scene: 7 })),
    );
    const { id } = await broadcastsOf(host).start(toScene(7));
    expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 40, unknown: 0, failed: 0 });
    expect(host.simulator.counters().maxDeliveriesPerGrant).toBe(1);
    const kinds = (await redis.keys()).map((key) => key.slice(redis.prefix.length).split(':')[0]);
    expect(new Set(kinds)).toEqual(new Set(['bull', 'weixin']));
    expect(client.options.keyPrefix).toBe(redis.prefix);
  });

  it('leave no connection behind when the app closes, and the client open', async () => {
    const connections = async () =>
      String(await client.client('LIST')).split(`name=${redis.prefix} `).length - 1;
    expect(await connections()).toBeGreaterThan(1);
    await host.close();
    await until(async () => (await connections()) === 1, 'one connection, the client');
    expect(await client.ping()).toBe('PONG');
  });
});
