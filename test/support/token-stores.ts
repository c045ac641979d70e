import type { WeixinSubscribeModuleOptions } from 'nestjs-weixin-subscribe';
import { createDatabase, type DatabaseKind, describeDatabase, type TestDatabase } from './test-databases.js';
import { describeRedis, TestRedis } from './test-redis.js';

/** Where tokens can be shared between processes: the database, or Redis beside one. */
export type SharedStore = DatabaseKind | 'redis';

export interface OpenStore {
  database: TestDatabase;
  /** To be merged into the module's options. */
  options: Pick<WeixinSubscribeModuleOptions, 'redis'> & { token: { store: 'database' | 'redis' } };
}

/**
 * Registers the suite for each store that processes can share. Where a server is not named in the
 * environment, one test says so by name.
 */
export function describeEachSharedStore(title: string, suite: (store: SharedStore) => void): void {
  for (const kind of ['sqlite', 'postgres', 'mysql'] as const) describeDatabase(kind, title, suite);
  describeRedis(title, () => suite('redis'));
}

/** Dropping its database empties the Redis beside it, too. */
export async function openStore(store: SharedStore): Promise<OpenStore> {
  if (store !== 'redis')
    return { database: await createDatabase(store), options: { token: { store: 'database' } } };
  const redis = new TestRedis();
  const database = await createDatabase('sqlite');
  // ioredis takes its options from the query of an address, too.
  const address = new URL(String(process.env.TEST_REDIS_URL));
  address.searchParams.set('keyPrefix', redis.prefix);
  return {
    database: {
      ...database,
      async drop() {
        await redis.close();
        await database.drop();
      },
    },
    options: { redis: address.href, token: { store: 'redis' } },
  };
}
