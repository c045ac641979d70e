import { randomBytes } from 'node:crypto';
import type { WeixinSubscribeModuleOptions } from 'nestjs-weixin-subscribe';
import { createDatabase, type DatabaseKind, describeDatabase, type TestDatabase } from './test-databases.js';

/** Where tokens can be shared between processes: the database, or Redis beside one. */
export type SharedStore = DatabaseKind | 'redis';

export interface OpenStore {
  database: TestDatabase;
  /** To be merged into the module's options. */
  options: Pick<WeixinSubscribeModuleOptions, 'redis'> & { token: { store: 'database' | 'redis' } };
}

/** Registers the suite for each store that processes can share. Where a server is not named in the environment, one test says so by name. */
export function describeEachSharedStore(title: string, suite: (store: SharedStore) => void): void {
  for (const kind of ['sqlite', 'postgres', 'mysql'] as const) describeDatabase(kind, title, suite);
  describe(`${title} on redis`, () => {
    if (process.env.TEST_REDIS_URL) suite('redis');
    else if (process.env.TEST_SERVERS === 'required') {
      it('needs TEST_REDIS_URL', () => {
        throw new Error('TEST_REDIS_URL is not set, and TEST_SERVERS=required');
      });
    } else it.skip('skipped: TEST_REDIS_URL is not set', () => undefined);
  });
}

export async function openStore(store: SharedStore): Promise<OpenStore> {
  if (store !== 'redis')
    return { database: await createDatabase(store), options: { token: { store: 'database' } } };
  // ioredis takes its options from the query of an address, too.
  const redis = new URL(String(process.env.TEST_REDIS_URL));
  redis.searchParams.set('keyPrefix', `wxs_${randomBytes(6).toString('hex')}:`);
  return {
    database: await createDatabase('sqlite'),
    options: { redis: redis.href, token: { store: 'redis' } },
  };
}
