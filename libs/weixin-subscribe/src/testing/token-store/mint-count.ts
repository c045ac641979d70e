import assert from 'node:assert/strict';
import type { MintLimits } from '../../token/mint/mint-limits.js';
import type { TestRunner } from '../test-runner.js';
import { DAY, HOUR, plain, type TokenStoreBench, times } from './bench.js';

const LIMITS = { perHour: 3, perDay: 5 };
const BY_HOUR = { perHour: 3, perDay: 100 };
const BY_DAY = { perHour: 100, perDay: 3 };
/** Of the clock's first day in Beijing, and the next. */
const TODAY = Date.UTC(2026, 10, 19, 16);
const MIDNIGHT = TODAY + DAY;

export function describeMintCount({ describe, it }: TestRunner, bench: TokenStoreBench): void {
  const count = async (limits: MintLimits, by = bench.store): Promise<boolean> => {
    const lease = await bench.acquire({ by });
    const counted = await by.countMint(lease, limits);
    await by.releaseLease(lease);
    return counted;
  };
  const counts = async (n: number, limits: MintLimits): Promise<boolean[]> => {
    const all: boolean[] = [];
    for (let at = 0; at < n; at++) all.push(await count(limits, at % 2 ? bench.other : bench.store));
    return all;
  };
  const usage = async () => plain((await bench.record()).usage);

  describe('the count of mints', () => {
    it('ends at the limit of the hour and begins anew with the next, to the millisecond', async () => {
      const hour = bench.clock.now();
      bench.clock.advance(HOUR / 2);
      assert.deepEqual(await counts(5, BY_HOUR), [...times(3, true), ...times(2, false)]);
      const expected = { windowStartedAt: hour, windowMints: 3, dayStartedAt: TODAY, dayMints: 3, forces: 0 };
      assert.deepEqual(await usage(), expected);
      bench.clock.advance(HOUR / 2 - 1);
      assert.equal(await count(BY_HOUR), false);
      assert.deepEqual(await usage(), expected);
      bench.clock.advance(1);
      assert.deepEqual(await counts(4, BY_HOUR), [...times(3, true), false]);
      assert.deepEqual(await usage(), { ...expected, windowStartedAt: hour + HOUR, dayMints: 6 });
    });

    it('ends at the limit of the day and begins anew at midnight in Beijing, to the millisecond', async () => {
      const hour = bench.clock.now();
      assert.deepEqual(await counts(4, LIMITS), [...times(3, true), false]);
      bench.clock.advance(HOUR);
      assert.deepEqual(await counts(3, LIMITS), [true, true, false]);
      const expected = { dayStartedAt: TODAY, dayMints: 5, windowStartedAt: hour + HOUR, windowMints: 2 };
      assert.deepEqual(await usage(), { ...expected, forces: 0 });
      bench.clock.set(MIDNIGHT - 1);
      assert.equal(await count(LIMITS), false);
      assert.deepEqual(await usage(), { ...expected, forces: 0 });
      bench.clock.advance(1);
      assert.deepEqual(await counts(4, LIMITS), [...times(3, true), false]);
      assert.deepEqual(await usage(), {
        ...{ dayStartedAt: MIDNIGHT, dayMints: 3, windowStartedAt: MIDNIGHT, windowMints: 3 },
        forces: 0,
      });
    });

    it('follows the limits of each call', async () => {
      assert.equal(await count({ perHour: 0, perDay: 3 }), false);
      assert.equal(await count({ perHour: 3, perDay: 0 }), false);
      assert.deepEqual(await counts(2, { perHour: 1, perDay: 9 }), [true, false]);
      assert.deepEqual(await counts(2, { perHour: 9, perDay: 2 }), [true, false]);
      assert.deepEqual(await counts(2, { perHour: 3, perDay: 3 }), [true, false]);
    });

    it('goes on in the hour of a process whose clock is ahead', async () => {
      bench.clock.advance(HOUR);
      assert.deepEqual(await counts(2, BY_HOUR), [true, true]);
      bench.clock.advance(-5000);
      assert.deepEqual(await counts(2, BY_HOUR), [true, false]);
    });

    it('goes on in the day of a process whose clock is ahead', async () => {
      bench.clock.set(MIDNIGHT);
      assert.deepEqual(await counts(2, BY_DAY), [true, true]);
      bench.clock.advance(-5000);
      assert.deepEqual(await counts(2, BY_DAY), [true, false]);
    });

    it('begins anew when the clock was set back by hours, or by days', async () => {
      await counts(4, BY_HOUR);
      bench.clock.advance(-2 * HOUR);
      assert.deepEqual(await counts(4, BY_HOUR), [...times(3, true), false]);
      bench.clock.advance(-2 * DAY);
      assert.deepEqual(await counts(4, BY_DAY), [...times(3, true), false]);
    });

    it('allows no more than the limits to 20 that count at once', async () => {
      for (const [limits, allowed] of [
        [{ perHour: 3, perDay: 100 }, 3],
        [{ perHour: 100, perDay: 5 }, 2],
      ] as const) {
        const lease = await bench.acquire();
        const all = await bench.atOnce(20, (by) => by.countMint(lease, limits));
        assert.equal(all.filter(Boolean).length, allowed);
        await bench.store.releaseLease(lease);
      }
      assert.equal((await usage()).dayMints, 5);
    });

    it('is not raised under an older lease', async () => {
      const old = await bench.acquire();
      const newer = await bench.takeOver(old);
      assert.equal(await bench.store.countMint(old, LIMITS), false);
      assert.deepEqual(await usage(), { windowMints: 0, dayMints: 0, forces: 0 });
      assert.equal(await bench.other.countMint(newer, LIMITS), true);
      assert.equal(await bench.store.countMint(old, LIMITS), false);
      assert.equal((await usage()).dayMints, 1);
    });

    it('stays with the token that is written, and through its report', async () => {
      const lease = await bench.acquire();
      await bench.store.countMint(lease, LIMITS);
      const before = await usage();
      const token = bench.token('T1', lease);
      await bench.store.write(lease, token);
      await bench.store.expire(bench.key, token.digest, bench.clock.now());
      assert.deepEqual(await usage(), before);
    });
  });

  describe('the count of a mint that made no token', () => {
    const mintInVain = async (end: { uncountMint?: boolean }) => {
      const lease = await bench.acquire();
      await bench.store.countMint(lease, LIMITS);
      await bench.store.releaseLease(lease, end);
      return lease;
    };
    const mints = async () => {
      const { windowMints, dayMints } = await usage();
      return [windowMints, dayMints];
    };

    it('is taken back from hour and day with the end of the lease, and from no other mint', async () => {
      await counts(2, LIMITS);
      await mintInVain({ uncountMint: true });
      assert.deepEqual(await mints(), [2, 2]);
      assert.deepEqual(await counts(2, LIMITS), [true, false]);
    });

    it('stays unless it is said', async () => {
      await mintInVain({});
      await mintInVain({ uncountMint: false });
      assert.deepEqual(await mints(), [2, 2]);
    });

    it('is taken back after the hour and the day are over', async () => {
      bench.clock.set(MIDNIGHT - 1);
      const lease = await bench.acquire();
      await bench.store.countMint(lease, LIMITS);
      bench.clock.advance(1);
      await bench.store.releaseLease(lease, { uncountMint: true });
      assert.deepEqual(await counts(4, LIMITS), [...times(3, true), false]);
    });

    it('is taken back once', async () => {
      await counts(2, LIMITS);
      const lease = await mintInVain({ uncountMint: true });
      await bench.atOnce(4, (by) => by.releaseLease(lease, { uncountMint: true }));
      assert.deepEqual(await mints(), [2, 2]);
    });

    it('is not taken back by an older lease', async () => {
      const old = await bench.acquire();
      await bench.store.countMint(old, LIMITS);
      await bench.takeOver(old);
      await bench.store.releaseLease(old, { uncountMint: true });
      assert.deepEqual(await mints(), [1, 1]);
    });

    it('is never less than none', async () => {
      await bench.store.releaseLease(await bench.acquire(), { uncountMint: true });
      assert.deepEqual(await mints(), [0, 0]);
    });
  });
}
