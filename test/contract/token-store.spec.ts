import type { Redis } from 'ioredis';
import { describeTokenStore } from 'nestjs-weixin-subscribe/testing';
import { DataSource } from 'typeorm';
import { CryptoRandomSource } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import { createExecutor } from '../../libs/weixin-subscribe/src/sql/create-executor.js';
import { DatabaseTokenStore } from '../../libs/weixin-subscribe/src/token/store/database-token.store.js';
import { MemoryTokenStore } from '../../libs/weixin-subscribe/src/token/store/memory-token.store.js';
import { RedisTokenStore } from '../../libs/weixin-subscribe/src/token/store/redis-token.store.js';
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
