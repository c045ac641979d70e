import { randomBytes } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';

/**
 * Registers the suite where a Redis is named in the environment; otherwise one test says by name that it was
 * skipped.
 */
export function describeRedis(title: string, suite: () => void): void {
  const missing = !process.env.TEST_REDIS_URL;
  describe(`${title} on redis`, () => {
    if (!missing) suite();
    else if (process.env.TEST_SERVERS === 'required') {
      it('needs TEST_REDIS_URL', () => {
        throw new Error('TEST_REDIS_URL is not set, and TEST_SERVERS=required');
      });
    } else it.skip('skipped: TEST_REDIS_URL is not set', () => undefined);
  });
}

/** A part of the server of one's own: keys under a prefix that no other run has. */
export class TestRedis {
  readonly prefix = `wxs_token_store_${randomBytes(6).toString('hex')}:`;
  private readonly clients: Redis[] = [];

  connect(options: RedisOptions = {}, url = String(process.env.TEST_REDIS_URL)): Redis {
    // ioredis leaves the timer of a disconnection that found the wire cut already.
    const client = new Redis(url, { disconnectTimeout: 100, ...options });
    // What went wrong is told to whoever sent a command.
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  /** The names under the prefix. */
  async keys(client = this.connect()): Promise<string[]> {
    const found: string[] = [];
    for await (const keys of client.scanStream({ match: `${this.prefix}*`, count: 1000 })) {
      found.push(...(keys as string[]));
    }
    return [...new Set(found)];
  }

  /** Forgets everything under the prefix, as FLUSHALL would. */
  async flush(): Promise<void> {
    const client = this.connect();
    const keys = await this.keys(client);
    if (keys.length) await client.del(keys);
  }

  async close(): Promise<void> {
    await this.flush();
    for (const client of this.clients) client.disconnect();
  }
}
