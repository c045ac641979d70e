import type { Redis } from 'ioredis';
import { describeTokenStore } from 'nestjs-weixin-subscribe/testing';
import { DataSource } from 'typeorm';
import { CryptoRandomSource } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import { createExecutor } from '../../libs/weixin-subscribe/src/sql/create-executor.js';
import { DatabaseTokenStore } from '../../libs/weixin-subscribe/src/token/store/database-token.store.js';
import { MemoryTokenStore } from '../../libs/weixin-subscribe/src/token/store/memory-token.store.js';
import { RedisTokenStore } from '../../libs/weixin-subscribe/src/token/store/redis-token.store.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';
import { describeRedis, TestRedis } from '../support/test-redis.js';

const random = new CryptoRandomSource();

describeTokenStore('MemoryTokenStore', ({ clock }) => ({ store: new MemoryTokenStore(clock) }));

describeEachDatabase('by two connections', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    second = await new DataSource(withLibrary(opened.database.options)).initialize();
  });
  afterAll(async () => {
    await second?.destroy();
    await opened?.close();
  });

  describeTokenStore('DatabaseTokenStore', ({ clock }) => ({
    store: new DatabaseTokenStore(createExecutor(opened.dataSource, random), clock),
    other: new DatabaseTokenStore(createExecutor(second, random), clock),
  }));
});

describeRedis('by two connections', () => {
  const redis = new TestRedis();
  let clients: [Redis, Redis];
  beforeAll(() => {
    clients = [redis.connect(), redis.connect()];
  });
  afterAll(() => redis.close());

  describeTokenStore('RedisTokenStore', ({ clock }) => ({
    store: new RedisTokenStore(clients[0], clock, random, redis.prefix),
    other: new RedisTokenStore(clients[1], clock, random, redis.prefix),
  }));
});

describeEachDatabase('DatabaseTokenStore', (kind) => {
  it('takes a token without a generation, which somebody else wrote, for none', async () => {
    const opened = await openDatabase(kind);
    try {
      const store = new DatabaseTokenStore(createExecutor(opened.dataSource, random), new ManualClock());
      await opened.dataSource.query(
        `INSERT INTO weixin_token (app_id, family, access_token, token_digest, minted_at, expires_at, fence,
          window_mints, day_mints, forces) VALUES ('wx1', 'token', 'T', 'D', 1, 2, 3, 0, 0, 0)`,
      );
      const key = { appId: 'wx1', family: 'token' } as const;
      expect((await store.read(key))?.token).toBeUndefined();
      expect(await store.expire(key, 'D', 1)).toBe(false);
    } finally {
      await opened.close();
    }
  });
});
