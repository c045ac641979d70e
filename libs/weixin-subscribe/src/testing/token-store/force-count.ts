import assert from 'node:assert/strict';
import type { TestRunner } from '../test-runner.js';
import { DAY, HOUR, plain, type TokenStoreBench, times } from './bench.js';

const INTERVAL = 30_000;
const MIDNIGHT = Date.UTC(2026, 10, 20, 16);

export function describeForceCount({ describe, it }: TestRunner, bench: TokenStoreBench): void {
  const force = async (by = bench.store): Promise<boolean> => {
    const lease = await bench.acquire({ by });
    const counted = await by.countForce(lease);
    await by.releaseLease(lease);
    return counted;
  };
  const usage = async () => plain((await bench.record()).usage);

  describe('the count of forces', () => {
    it('allows one in 30 s, to the millisecond', async () => {
      assert.equal(await force(), true);
      bench.clock.advance(INTERVAL - 1);
      assert.equal(await force(bench.other), false);
      assert.deepEqual(await usage(), {
        ...{ windowMints: 0, dayMints: 0 },
        ...{ forces: 1, forcedAt: bench.clock.now() - INTERVAL + 1 },
      });
      bench.clock.advance(1);
      assert.equal(await force(bench.other), true);
      assert.deepEqual(await usage(), {
        ...{ windowMints: 0, dayMints: 0 },
        ...{ forces: 2, forcedAt: bench.clock.now() },
      });
    });

    it('allows 20 a day, until midnight in Beijing, to the millisecond', async () => {
      const all: boolean[] = [];
      for (let at = 0; at < 21; at++) {
        all.push(await force(at % 2 ? bench.store : bench.other));
        bench.clock.advance(INTERVAL);
      }
      assert.deepEqual(all, [...times(20, true), false]);
      bench.clock.set(MIDNIGHT - 1);
      assert.equal(await force(), false);
      assert.equal((await usage()).forces, 20);
      bench.clock.advance(1);
      assert.equal(await force(), true);
      assert.equal((await usage()).forces, 1);
    });

    it('allows one again when the clock was set back', async () => {
      await force();
      bench.clock.advance(-HOUR);
      assert.equal(await force(), true);
      bench.clock.advance(-DAY);
      assert.equal(await force(), true);
    });

    it('allows one to 20 that force at once', async () => {
      const lease = await bench.acquire();
      const all = await bench.atOnce(20, (by) => by.countForce(lease));
      assert.equal(all.filter(Boolean).length, 1);
      assert.equal((await usage()).forces, 1);
    });

    it('allows none under an older lease', async () => {
      const old = await bench.acquire();
      const newer = await bench.takeOver(old);
      assert.equal(await bench.store.countForce(old), false);
      assert.equal((await usage()).forces, 0);
      assert.equal(await bench.other.countForce(newer), true);
    });

    it('is not the count of mints, nor taken back with it', async () => {
      const lease = await bench.acquire();
      await bench.store.countForce(lease);
      await bench.store.countMint(lease, { perHour: 3, perDay: 3 });
      const { windowMints, dayMints, forces } = await usage();
      assert.deepEqual([windowMints, dayMints, forces], [1, 1, 1]);
      await bench.store.releaseLease(lease, { uncountMint: true });
      assert.equal((await usage()).forces, 1);
    });
  });
}
