import { DataSource } from 'typeorm';
import { broadcastsOf, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';
import { describeRedis, TestRedis } from '../support/test-redis.js';
import { until } from '../support/until.js';

describeRedis('the close of an app whose broadcasts are spread by BullMQ', () => {
  let redis: TestRedis;
  let proxy: TcpProxy;
  let database: TestDatabase;
  let host: TestApp;
  beforeEach(async () => {
    redis = new TestRedis();
    database = await createDatabase('sqlite');
    const through = await TcpProxy.before(String(process.env.TEST_REDIS_URL));
    proxy = through.proxy;
    // As the connection that the library opens itself, beside the prefix.
    const options = { keyPrefix: redis.prefix, maxRetriesPerRequest: 1, commandTimeout: 5000 };
    host = await createTestApp({
      shared: database,
      options: {
        redis: redis.connect(options, through.url),
        broadcast: { distribution: 'bullmq', ratePerSecond: 0 },
      },
    });
    await confirmAll(
      host,
      crowd(host, 40).map((openid) => ({ openid, scene: 7 })),
    );
  });
  afterEach(async () => {
    await proxy?.close();
    await redis?.close();
    await database?.drop();
  });

  it('ends while Redis does not answer', async () => {
    const { id } = await broadcastsOf(host).start(toScene(7));
    await workUntil(host, id, 'finished');
    proxy.hold();
    await host.close();
    expect(host.dataSource.isInitialized).toBe(false);
  });

  it('ends while Redis is gone, and settles what was being posted', async () => {
    await broadcastsOf(host).start(toScene(7));
    await host.tasks.run('broadcasts');
    await until(() => host.simulator.counters().maxDeliveriesPerGrant > 0, 'a message');
    await proxy.close();
    await host.close();
    const dataSource = await new DataSource(database.options).initialize();
    const written = await dataSource.query(
      'SELECT status, COUNT(*) AS n FROM weixin_message GROUP BY status',
    );
    const delivered = Object.keys(host.simulator.counters().deliveriesPerGrant).length;
    expect(written).toEqual([{ status: 'sent', n: delivered }]);
    await dataSource.destroy();
  });
});
