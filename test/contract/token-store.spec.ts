import { inspect } from 'node:util';
import { AccessToken } from 'nestjs-weixin-subscribe';
import { DataSource } from 'typeorm';
import { createExecutor } from '../../libs/weixin-subscribe/src/common/database/create-executor.js';
import { CryptoRandomSource } from '../../libs/weixin-subscribe/src/common/random-source.js';
import { DatabaseTokenStore } from '../../libs/weixin-subscribe/src/token/stores/database-token.store.js';
import { MemoryTokenStore } from '../../libs/weixin-subscribe/src/token/stores/memory-token.store.js';
import type { TokenLease, TokenStore } from '../../libs/weixin-subscribe/src/token/token.store.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { emptyLedger } from '../support/ledger.js';
import { atOnce } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';

const KEY = { appId: OFFICIAL.appId, family: 'token' } as const;
const TTL = 30_000;

/** Two handles on one store. Of the memory store, which serves one process, both are the same. */
type Stores = [TokenStore, TokenStore];

describe('MemoryTokenStore', () => {
  contract(async (clock) => {
    const store = new MemoryTokenStore(clock);
    return [store, store];
  });
});

describeEachDatabase('DatabaseTokenStore', (kind) => {
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

  contract(async (clock) => {
    await emptyLedger(opened.dataSource);
    const random = new CryptoRandomSource();
    const over = (dataSource: DataSource) =>
      new DatabaseTokenStore(createExecutor(dataSource, random), clock, random);
    return [over(opened.dataSource), over(second)];
  });
});

function contract(open: (clock: ManualClock) => Promise<Stores>): void {
  let clock: ManualClock;
  let store: TokenStore;
  let other: TokenStore;
  beforeEach(async () => {
    clock = new ManualClock();
    [store, other] = await open(clock);
  });

  const acquire = async (by = store, key: TokenLease['key'] = KEY): Promise<TokenLease> => {
    const lease = await by.acquireLease(key, TTL);
    if (!lease) throw new Error('the lease was not given');
    return lease;
  };
  const token = (text: string, { fence }: TokenLease) =>
    new AccessToken(text, new Date(clock.now()), new Date(clock.now() + 7_200_000), fence);
  const mint = async (text: string, key: TokenLease['key'] = KEY) => {
    const lease = await acquire(store, key);
    expect(await store.write(lease, token(text, lease))).toBe(true);
  };
  const read = async (by = store, key: TokenLease['key'] = KEY) => (await by.read(key))?.accessToken;

  describe('read', () => {
    it('answers nothing before the first token, also while somebody mints it', async () => {
      expect(await store.read(KEY)).toBeUndefined();
      await acquire();
      expect(await store.read(KEY)).toBeUndefined();
    });

    it('answers the token as it was written, to both handles', async () => {
      const lease = await acquire();
      await store.write(lease, token('T1', lease));
      for (const by of [store, other]) {
        expect(await by.read(KEY)).toMatchObject({
          accessToken: 'T1',
          mintedAt: new Date(clock.now()),
          expiresAt: new Date(clock.now() + 7_200_000),
          generation: lease.fence,
        });
      }
    });

    it('answers a token of 600 characters whole', async () => {
      const long = Array.from({ length: 600 }, (_, index) => String.fromCharCode(33 + (index % 94))).join('');
      await mint(long);
      expect(await read(other)).toBe(long);
    });

    it('answers a token that has run out: who reads decides', async () => {
      await mint('T1');
      clock.advance(7_200_000);
      expect(await read()).toBe('T1');
    });

    it('answers a token whose text shows nowhere but in its own field', async () => {
      await mint('SECRET-TOKEN');
      expect(inspect(await store.read(KEY), { depth: 9 })).not.toContain('SECRET-TOKEN');
      expect(JSON.stringify(await store.read(KEY))).not.toContain('SECRET-TOKEN');
    });
  });

  describe('a lease', () => {
    it('is given to one at a time', async () => {
      await acquire();
      expect(await store.acquireLease(KEY, TTL)).toBeUndefined();
      expect(await other.acquireLease(KEY, TTL)).toBeUndefined();
    });

    it('ends when its time is over, to the millisecond', async () => {
      await acquire();
      clock.advance(TTL - 1);
      expect(await other.acquireLease(KEY, TTL)).toBeUndefined();
      clock.advance(1);
      expect(await other.acquireLease(KEY, TTL)).toBeDefined();
    });

    it('ends with the token that is written under it', async () => {
      await mint('T1');
      expect(await other.acquireLease(KEY, TTL)).toBeDefined();
    });

    it('ends when it is released, and leaves the token as it was', async () => {
      await mint('T1');
      await store.releaseLease(await acquire());
      expect(await other.acquireLease(KEY, TTL)).toBeDefined();
      expect(await read()).toBe('T1');
    });

    it('does not end by the release of an older one', async () => {
      const old = await acquire();
      clock.advance(TTL);
      await acquire(other);
      await store.releaseLease(old);
      expect(await store.acquireLease(KEY, TTL)).toBeUndefined();
    });

    it('has a greater fence than every one before it', async () => {
      const fences = [];
      for (let round = 0; round < 4; round++) {
        const lease = await acquire(round % 2 ? store : other);
        fences.push(lease.fence);
        if (round === 0) await store.releaseLease(lease);
        else if (round === 1) await store.write(lease, token('T1', lease));
        else clock.advance(TTL);
      }
      expect([...fences].sort((a, b) => a - b)).toEqual(fences);
      expect(new Set(fences).size).toBe(4);
    });

    it('is given to one of 50 that ask at once, for an account never seen before', async () => {
      const leases = await atOnce(50, (index) => (index % 2 ? store : other).acquireLease(KEY, TTL));
      expect(leases.filter(Boolean)).toHaveLength(1);
    });

    it('is given to one of 50 that ask at once after the holder vanished', async () => {
      await mint('T1');
      await acquire();
      clock.advance(TTL);
      const leases = await atOnce(50, (index) => (index % 2 ? store : other).acquireLease(KEY, TTL));
      expect(leases.filter(Boolean)).toHaveLength(1);
      expect(await read()).toBe('T1');
    });
  });

  describe('a lease under clocks that differ', () => {
    it('is free again after the clock was set back', async () => {
      await acquire();
      clock.advance(-3_600_000);
      expect(await other.acquireLease(KEY, TTL)).toBeDefined();
    });

    it('is not taken from a holder whose clock is half a minute ahead', async () => {
      await acquire();
      clock.advance(-TTL);
      expect(await other.acquireLease(KEY, TTL)).toBeUndefined();
    });
  });

  describe('the count of mints', () => {
    const count = async (by = store, perHour = 3) => {
      const lease = await acquire(by);
      const counted = await by.countMint(lease, perHour);
      await by.releaseLease(lease);
      return counted;
    };
    const counts = async (times: number) => {
      const all: boolean[] = [];
      for (let mint = 0; mint < times; mint++) all.push(await count(mint % 2 ? store : other));
      return all;
    };

    it('is nothing for an account never seen', async () => {
      expect(await store.usage(KEY)).toEqual({ windowMints: 0, forces: 0 });
    });

    it('ends at the limit, for both handles, and begins anew with the hour', async () => {
      clock.advance(1_800_000);
      expect(await counts(5)).toEqual([true, true, true, false, false]);
      expect(await other.usage(KEY)).toMatchObject({
        windowStartedAt: clock.now() - 1_800_000,
        windowMints: 3,
      });
      clock.advance(1_800_000 - 1);
      expect(await count()).toBe(false);
      clock.advance(1);
      expect(await counts(4)).toEqual([true, true, true, false]);
    });

    it('goes on in the window of a process whose clock is ahead', async () => {
      clock.advance(3_600_000);
      expect(await counts(2)).toEqual([true, true]);
      clock.advance(-5000);
      expect(await counts(2)).toEqual([true, false]);
    });

    it('begins anew when the clock was set back', async () => {
      await counts(4);
      clock.advance(-7_200_000);
      expect(await counts(4)).toEqual([true, true, true, false]);
    });

    it('stays with the token that is written, and through its report', async () => {
      const lease = await acquire();
      await store.countMint(lease, 3);
      await store.write(lease, token('T1', lease));
      await store.expire(KEY, 'T1');
      expect((await other.usage(KEY)).windowMints).toBe(1);
    });

    it('is taken back with the lease where no token was made', async () => {
      const lease = await acquire();
      await store.countMint(lease, 3);
      await store.releaseLease(lease, true);
      expect((await store.usage(KEY)).windowMints).toBe(0);
    });

    it('is neither raised nor taken back by an older lease', async () => {
      const old = await acquire();
      await store.countMint(old, 3);
      clock.advance(TTL);
      await acquire(other);
      expect(await store.countMint(old, 3)).toBe(false);
      await store.releaseLease(old, true);
      expect((await store.usage(KEY)).windowMints).toBe(1);
    });

    it('is kept apart for families', async () => {
      await counts(4);
      const stable = { appId: OFFICIAL.appId, family: 'stable' } as const;
      expect(await store.countMint(await acquire(store, stable), 3)).toBe(true);
    });
  });

  describe('the count of forces', () => {
    const force = async (by = store) => {
      const lease = await acquire(by);
      const counted = await by.countForce(lease);
      await by.releaseLease(lease);
      return counted;
    };

    it('allows one in 30 s, for both handles', async () => {
      expect(await force()).toBe(true);
      clock.advance(29_999);
      expect(await force(other)).toBe(false);
      clock.advance(1);
      expect(await force(other)).toBe(true);
      expect(await store.usage(KEY)).toEqual({ windowMints: 0, forces: 2, forcedAt: clock.now() });
    });

    it('allows 20 a day, until midnight in Beijing', async () => {
      const all: boolean[] = [];
      for (let index = 0; index < 21; index++) {
        all.push(await force(index % 2 ? store : other));
        clock.advance(30_000);
      }
      expect(all).toEqual([...Array.from({ length: 20 }, () => true), false]);
      clock.advance(Date.UTC(2026, 10, 20, 16) - 1 - clock.now());
      expect(await force()).toBe(false);
      clock.advance(1);
      expect(await force()).toBe(true);
      expect((await store.usage(KEY)).forces).toBe(1);
    });

    it('allows one when the clock was set back', async () => {
      await force();
      clock.advance(-3_600_000);
      expect(await force()).toBe(true);
    });

    it('allows none under an older lease', async () => {
      const old = await acquire();
      clock.advance(TTL);
      await acquire(other);
      expect(await store.countForce(old)).toBe(false);
    });
  });

  describe('write', () => {
    it('is refused to an older lease after a newer one was given, before and after the newer token', async () => {
      const old = await acquire();
      clock.advance(TTL);
      const newer = await acquire(other);
      expect(await store.write(old, token('late', old))).toBe(false);
      expect(await read()).toBeUndefined();
      expect(await other.write(newer, token('newer', newer))).toBe(true);
      expect(await store.write(old, token('later still', old))).toBe(false);
      expect(await read()).toBe('newer');
    });

    it('is taken from a lease whose time is over when nobody else asked', async () => {
      const lease = await acquire();
      clock.advance(TTL + 1);
      expect(await store.write(lease, token('T1', lease))).toBe(true);
      expect(await read()).toBe('T1');
    });

    it('ends the life of the token before it', async () => {
      await mint('T1');
      await mint('T2');
      expect(await read(other)).toBe('T2');
      expect(await store.expire(KEY, 'T1')).toBe(false);
      expect(await read()).toBe('T2');
    });

    it('leaves the newest when an older and a newer lease write at once', async () => {
      for (let round = 0; round < 5; round++) {
        const old = await acquire();
        clock.advance(TTL);
        const newer = await acquire(other);
        await Promise.all([
          store.write(old, token(`old ${round}`, old)),
          other.write(newer, token(`new ${round}`, newer)),
        ]);
        expect(await read()).toBe(`new ${round}`);
      }
    });
  });

  describe('expire', () => {
    it('ends the life of the current token, for both handles, and keeps its generation', async () => {
      await mint('T1');
      const before = await store.read(KEY);
      expect(await store.expire(KEY, 'T1')).toBe(true);
      expect(await other.read(KEY)).toMatchObject({ accessToken: 'T1', generation: before?.generation });
      expect((await other.read(KEY))?.expiresAt.getTime()).toBeLessThanOrEqual(clock.now());
    });

    it.each(['T2', 't1', ''])('does nothing for %j when the current token is "T1"', async (text) => {
      await mint('T1');
      expect(await store.expire(KEY, text)).toBe(false);
      expect((await store.read(KEY))?.expiresAt.getTime()).toBeGreaterThan(clock.now());
    });

    it('does nothing where there is no token', async () => {
      expect(await store.expire(KEY, 'T1')).toBe(false);
    });

    it('leaves a lease as it is', async () => {
      await mint('T1');
      const lease = await acquire();
      await store.expire(KEY, 'T1');
      expect(await other.acquireLease(KEY, TTL)).toBeUndefined();
      expect(await store.write(lease, token('T2', lease))).toBe(true);
      expect((await store.read(KEY))?.expiresAt.getTime()).toBeGreaterThan(clock.now());
    });
  });

  it.each<[string, TokenLease['key']]>([
    ['families', { appId: OFFICIAL.appId, family: 'stable' }],
    ['accounts', { appId: MOBILE.appId, family: 'token' }],
    ['accounts that differ in case only', { appId: OFFICIAL.appId.toUpperCase(), family: 'token' }],
  ])('keeps %s apart', async (_, key) => {
    await mint('T1');
    expect(await store.read(key)).toBeUndefined();
    await acquire();
    await mint('T2', key);
    expect([await read(), await read(other, key)]).toEqual(['T1', 'T2']);
    await store.expire(KEY, 'T1');
    expect((await store.read(key))?.expiresAt.getTime()).toBeGreaterThan(clock.now());
  });
}
