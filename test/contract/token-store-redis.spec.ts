import { once } from 'node:events';
import net from 'node:net';
import { inspect } from 'node:util';
import type { Redis, RedisOptions } from 'ioredis';
import { DatabaseError } from 'nestjs-weixin-subscribe';
import { CryptoRandomSource } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { RedisTokenStore } from '../../libs/weixin-subscribe/src/token/store/redis-token.store.js';
import { StoredToken } from '../../libs/weixin-subscribe/src/token/store/stored-token.js';
import type { TokenLease } from '../../libs/weixin-subscribe/src/token/store/token.store.js';
import { ManualClock } from '../support/manual-clock.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { describeRedis, TestRedis } from '../support/test-redis.js';

const KEY = { appId: 'wxaba38c7f163da69b', family: 'token' } as const;
const LIMITS = { perHour: 20, perDay: 100 };
const SECRET = 'SECRET-ACCESS-TOKEN';

describeRedis('RedisTokenStore', () => {
  let clock: ManualClock;
  let redis: TestRedis;
  let client: Redis;
  beforeEach(() => {
    clock = new ManualClock();
    redis = new TestRedis();
    client = redis.connect();
  });
  afterEach(() => redis.close());

  const over = (by: Redis, prefix = redis.prefix) =>
    new RedisTokenStore(by, clock, new CryptoRandomSource(), prefix);
  const acquire = async (store: RedisTokenStore, overdue?: number): Promise<TokenLease> => {
    const lease = await store.acquireLease(KEY, 'me', overdue);
    if ('heldBy' in lease) throw new Error('the lease was not given');
    return lease;
  };
  const token = (value: string, { fence }: TokenLease) =>
    new StoredToken(value, digest(value), new Date(clock.now()), new Date(clock.now() + 7_200_000), fence);
  const failureOf = (call: Promise<unknown>): Promise<DatabaseError> =>
    call.then(
      () => Promise.reject(new Error('it did not fail')),
      (error) => error,
    );

  describe('what it keeps', () => {
    it('is one hash per account and family, whose key stays in one slot of a cluster, without an end', async () => {
      const store = over(client);
      const lease = await acquire(store);
      await store.countMint(lease, LIMITS);
      await store.write(lease, token('T1', lease));
      await store.expire(KEY, digest('T1'), clock.now());
      const name = `${redis.prefix}{wxaba38c7f163da69b:token}`;
      expect(await redis.keys()).toEqual([name]);
      expect(await client.type(name)).toBe('hash');
      expect(await client.ttl(name)).toBe(-1);
    });

    it('is under `weixin:token:` unless it is told otherwise, behind the prefix of the client', async () => {
      const prefixed = redis.connect({ keyPrefix: redis.prefix });
      const store = new RedisTokenStore(prefixed, clock, new CryptoRandomSource());
      await acquire(store);
      expect(await redis.keys()).toEqual([`${redis.prefix}weixin:token:{wxaba38c7f163da69b:token}`]);
      expect(await store.read(KEY)).toMatchObject({ lease: { heldBy: 'me' } });
    });
  });

  it.each<[string, RedisOptions]>([
    ['that answers numbers as text', { stringNumbers: true }],
    ['that gathers commands', { enableAutoPipelining: true }],
    ['that connects when first asked', { lazyConnect: true }],
  ])('works over a client %s', async (_, options) => {
    const store = over(redis.connect(options));
    const lease = await acquire(store);
    expect(await store.acquireLease(KEY, 'me')).toEqual({ heldBy: 'me', fence: lease.fence });
    expect(await Promise.all([1, 2].map(() => store.countMint(lease, { ...LIMITS, perHour: 1 })))).toEqual([
      true,
      false,
    ]);
    expect(await store.write(lease, token('T1', lease))).toBe(true);
    expect(await store.expire(KEY, digest('T1'), 5)).toBe(true);
    expect((await store.read(KEY))?.token).toMatchObject({ value: 'T1', expiresAt: new Date(0) });
  });

  it('goes on when the server forgot the scripts', async () => {
    const store = over(client);
    const lease = await acquire(store);
    await store.read(KEY);
    await client.script('FLUSH');
    expect(await store.write(lease, token('T1', lease))).toBe(true);
    expect((await store.read(KEY))?.token?.value).toBe('T1');
  });

  describe('what somebody else wrote there', () => {
    const name = () => `${redis.prefix}{wxaba38c7f163da69b:token}`;
    const FIELDS = [
      ...['access_token', 'token_digest', 'minted_at', 'expires_at', 'generation', 'fence', 'lease_holder'],
      ...['lease_call', 'mint_call', 'force_call', 'death_call', 'window_started_at', 'window_mints'],
      ...['day_started_at', 'day_mints', 'forced_at', 'forces', 'failure', 'deaths', 'nobody-knows-this'],
    ];
    const VALUES = [
      ...[
        '',
        'x',
        'NaN',
        'inf',
        '-1',
        '1.5',
        '1e400',
        '99999999999999999999',
        '\0',
        '{',
        '[1,null,{}]',
        '{"a":1}',
      ],
      ...[
        'null',
        '"x"',
        '[{"mintedAt":"x","diedAt":{},"expiresAt":[]}]',
        '['.repeat(5000),
        'x'.repeat(1_000_000),
      ],
    ];

    it.each(FIELDS)('into %s does not keep a token from being fetched, used and reported', async (field) => {
      const store = over(client);
      for (const value of VALUES) {
        await client.del(name());
        const first = await acquire(store);
        await store.countMint(first, LIMITS);
        await store.write(first, token('T1', first));
        await store.expire(KEY, digest('T1'), clock.now());
        await client.hset(name(), field, value);

        const record = await store.read(KEY);
        expect(Number.isFinite(record?.token?.expiresAt.getTime() ?? 0)).toBe(true);
        expect(record?.deaths.every(({ diedAt }) => Number.isFinite(diedAt))).toBe(true);
        expect(Number.isFinite(record?.usage.windowMints)).toBe(true);
        clock.advance(86_400_000);
        const met = await store.acquireLease(KEY, 'me', record?.lease?.fence);
        const lease = 'heldBy' in met ? await acquire(store, met.fence) : met;
        expect([field, value, await store.countMint(lease, LIMITS)]).toEqual([field, value, true]);
        expect(await store.countForce(lease)).toBe(true);
        expect(await store.write(lease, token('T2', lease))).toBe(true);
        expect((await store.read(KEY))?.token?.value).toBe('T2');
        expect(await store.expire(KEY, digest('T2'), clock.now())).toBe(true);
        await store.releaseLease(lease, { uncountMint: true });
      }
    });
  });

  describe('after Redis lost everything', () => {
    it('refuses whoever holds a lease from before, with or without a newer one', async () => {
      const store = over(client);
      const old = await acquire(store);
      await redis.flush();
      expect(await store.write(old, token('old', old))).toBe(false);
      expect(await store.countMint(old, LIMITS)).toBe(false);
      clock.advance(1000);
      const newer = await acquire(store);
      expect(newer.fence).toBeGreaterThan(old.fence);
      expect(await store.write(old, token('old', old))).toBe(false);
      await store.releaseLease(old);
      expect(await store.write(newer, token('newer', newer))).toBe(true);
      expect((await store.read(KEY))?.token?.value).toBe('newer');
    });

    it('gives a token a greater generation than any before', async () => {
      const store = over(client);
      let last = 0;
      for (let round = 0; round < 3; round++) {
        const lease = await acquire(store);
        await store.write(lease, token(`T${round}`, lease));
        expect(lease.fence).toBeGreaterThan(last);
        last = lease.fence;
        await redis.flush();
        clock.advance(1000);
      }
    });

    it('gives another fence where a failover lost the last lease only', async () => {
      const store = over(client);
      const first = await acquire(store);
      await store.releaseLease(first);
      const [name] = await redis.keys();
      const replicated = await client.hgetall(name);
      const lost = await acquire(store);
      await client.del(name);
      await client.hset(name, replicated);
      clock.advance(2000);
      const newer = await acquire(store);
      expect(newer.fence).toBeGreaterThan(lost.fence);
      expect(await store.write(lost, token('lost', lost))).toBe(false);
    });

    it('grows by one where the clock stands still or is behind', async () => {
      const store = over(client);
      const { fence } = await acquire(store);
      expect(fence).toBe(Math.floor(clock.now() / 1000));
      clock.advance(-3_600_000);
      expect((await acquire(store, fence)).fence).toBe(fence + 1);
      clock.advance(7_200_000);
      expect((await acquire(store, fence + 1)).fence).toBe(fence + 3600);
    });
  });

  describe('when the answer was lost and ioredis asks again', () => {
    let proxy: TcpProxy;
    let store: RedisTokenStore;
    beforeEach(async () => {
      const before = await TcpProxy.before(String(process.env.TEST_REDIS_URL));
      proxy = before.proxy;
      store = over(redis.connect({ retryStrategy: () => 10 }, before.url));
      await store.read(KEY);
    });
    afterEach(() => proxy.close());

    const unanswered = <T>(call: () => Promise<T>): Promise<T> => {
      proxy.swallowNextAnswer();
      return call();
    };

    it('gives a lease once, to its caller', async () => {
      const { fence } = await unanswered(() => acquire(store));
      expect(fence).toBe(Math.floor(clock.now() / 1000));
      expect(await over(client).read(KEY)).toMatchObject({ lease: { heldBy: 'me', fence } });
      const next = await unanswered(() => acquire(store, fence));
      expect(next.fence).toBe(fence + 1);
    });

    it('writes a token once', async () => {
      const lease = await acquire(store);
      expect(await unanswered(() => store.write(lease, token('T1', lease)))).toBe(true);
      expect((await over(client).read(KEY))?.token?.value).toBe('T1');
    });

    it('takes a mint back once', async () => {
      const lease = await acquire(store);
      await store.countMint(lease, LIMITS);
      await store.releaseLease(lease);
      const second = await acquire(store);
      await store.countMint(second, LIMITS);
      await unanswered(() => store.releaseLease(second, { uncountMint: true }));
      expect((await over(client).read(KEY))?.usage).toMatchObject({ windowMints: 1, dayMints: 1 });
    });

    it('counts a mint and a force once, also the last that is allowed', async () => {
      const lease = await acquire(store);
      const one = { perHour: 1, perDay: 1 };
      expect(await unanswered(() => store.countMint(lease, one))).toBe(true);
      expect(await store.countMint(lease, one)).toBe(false);
      expect(await unanswered(() => store.countForce(lease))).toBe(true);
      expect(await store.countForce(lease)).toBe(false);
      const { usage } = (await over(client).read(KEY)) ?? {};
      expect(usage).toMatchObject({ windowMints: 1, dayMints: 1, forces: 1 });
    });

    it('tells one report of a token that it was the one', async () => {
      const lease = await acquire(store);
      await store.write(lease, token('T1', lease));
      expect(await unanswered(() => store.expire(KEY, digest('T1'), 5))).toBe(true);
      expect(await store.expire(KEY, digest('T1'), 6)).toBe(false);
      expect((await over(client).read(KEY))?.deaths).toHaveLength(1);
    });
  });

  describe('an error', () => {
    let servers: net.Server[];
    beforeEach(() => {
      servers = [];
    });
    afterEach(() => servers.forEach((server) => void server.close()));
    const listen = async (answer?: string): Promise<string> => {
      const server = net.createServer((socket) => {
        socket.on('error', () => undefined);
        if (answer) socket.on('data', () => socket.write(answer));
      });
      servers.push(server);
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return `redis://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    };
    const seen = (error: unknown) => inspect(error, { depth: 9, showHidden: true });

    it('is temporary while Redis is away, and names no address', async () => {
      const { proxy, url } = await TcpProxy.before(String(process.env.TEST_REDIS_URL));
      await proxy.close();
      const { port } = new URL(url);
      const away = redis.connect({ maxRetriesPerRequest: 0, retryStrategy: () => 10 }, url);
      const error = await failureOf(over(away).acquireLease(KEY, 'me'));
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({
        temporary: true,
        message: 'the Redis of the token store is not available (MaxRetriesPerRequestError)',
      });
      expect(seen(error)).not.toContain(port);
    });

    it('is temporary when the connection was closed or Redis does not answer in time', async () => {
      const closed = redis.connect();
      await closed.quit();
      expect(await failureOf(over(closed).read(KEY))).toMatchObject({ temporary: true });
      const hasty = redis.connect({ commandTimeout: 50 }, await listen());
      const error = await failureOf(over(hasty).acquireLease(KEY, 'me'));
      expect(error).toMatchObject({
        temporary: true,
        message: 'the Redis of the token store is not available (no answer)',
      });
    });

    it('is lasting when the key holds something else, and shows nothing of it', async () => {
      const store = over(client);
      await client.set(`${redis.prefix}{wxaba38c7f163da69b:token}`, SECRET);
      const lease = { key: KEY, fence: 1 };
      for (const call of [
        store.read(KEY),
        store.acquireLease(KEY, 'me'),
        store.write(lease, token(SECRET, lease)),
        store.expire(KEY, digest(SECRET), 5),
      ]) {
        const error = await failureOf(call);
        expect(error).toMatchObject({
          code: 'WEIXIN_DATABASE',
          temporary: false,
          message: 'the Redis of the token store refused a command (WRONGTYPE)',
        });
        expect(seen(error)).not.toMatch(/SECRET|EVAL/i);
      }
    });

    it('shows nothing of a token where the server quotes what it was sent', async () => {
      const lease = { key: KEY, fence: 1 };
      // As Redis answers where EVAL was renamed, which takes a server of its own.
      const address = await listen(
        `-ERR unknown command 'evalsha', with args beginning with: '1' '${SECRET}'\r\n`,
      );
      const renamed = redis.connect({ enableReadyCheck: false, disableClientInfo: true }, address);
      const error = await failureOf(over(renamed).write(lease, token(SECRET, lease)));
      expect(error).toMatchObject({
        temporary: false,
        message: 'the Redis of the token store refused a command (ERR)',
      });
      expect(seen(error)).not.toContain('SECRET');
    });

    it('shows nothing of a token that ioredis hangs on its own error', async () => {
      const lease = { key: KEY, fence: 1 };
      // A user who may not run scripts.
      const name = redis.prefix.replaceAll(/\W/g, '');
      await client.call('ACL', 'SETUSER', name, 'on', '>password-of-a-user', '~*', '+@all', '-@scripting');
      const barred = redis.connect({ username: name, password: 'password-of-a-user' });
      try {
        const error = await failureOf(over(barred).write(lease, token(SECRET, lease)));
        expect(error).toMatchObject({
          temporary: false,
          message: 'the Redis of the token store refused a command (NOPERM)',
        });
        expect(seen(error)).not.toMatch(/SECRET|password/i);
        const raw = await failureOf(barred.eval('return 1', 1, 'key', SECRET) as Promise<unknown>);
        expect(seen(raw)).toContain(SECRET);
      } finally {
        await client.call('ACL', 'DELUSER', name);
      }
    });

    it('is lasting where the password is wrong', async () => {
      const stranger = redis.connect({ username: 'nobody', password: 'wrong-password' });
      const error = await failureOf(over(stranger).read(KEY));
      expect(error).toMatchObject({
        temporary: false,
        message: 'the Redis of the token store refused a command (WRONGPASS)',
      });
      expect(seen(error)).not.toContain('wrong-password');
    });
  });
});
