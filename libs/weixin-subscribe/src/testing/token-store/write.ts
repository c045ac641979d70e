import assert from 'node:assert/strict';
import type { TestRunner } from '../test-runner.js';
import { LIFETIME, plain, type TokenStoreBench } from './bench.js';

const FAILURE = { at: 1, until: 2, pauseMs: 1, message: 'no' };

export function describeWrite({ describe, it }: TestRunner, bench: TokenStoreBench): void {
  describe('write', () => {
    it('is refused to an older lease, before and after the newer token, and changes nothing', async () => {
      const first = await bench.acquire();
      await bench.store.releaseLease(first, { failure: FAILURE });
      const old = await bench.acquire();
      const newer = await bench.takeOver(old);
      const before = plain(await bench.record());
      assert.equal(await bench.store.write(old, bench.token('late', old)), false);
      assert.deepEqual(plain(await bench.record()), before);
      assert.equal(await bench.other.write(newer, bench.token('newer', newer)), true);
      assert.equal(await bench.store.write(old, bench.token('later still', old)), false);
      assert.equal(await bench.store.write(first, bench.token('first', first)), false);
      assert.equal(await bench.value(), 'newer');
    });

    it('is taken from a holder who was slow, when nobody took over', async () => {
      const lease = await bench.acquire();
      bench.clock.advance(LIFETIME);
      await bench.other.acquireLease(bench.key, 'b');
      assert.equal(await bench.store.write(lease, bench.token('T1', lease)), true);
      assert.equal(await bench.value(), 'T1');
    });

    it('puts the new token in the place of the old one, live or dead', async () => {
      await bench.mint('T1');
      const second = await bench.mint('T2');
      assert.equal(await bench.value(), 'T2');
      await bench.store.expire(bench.key, second.digest, 5);
      const third = await bench.mint('T3');
      const { token } = await bench.record();
      assert.deepEqual(
        [token?.value, token?.digest, token?.generation, await bench.isLive()],
        ['T3', third.digest, third.generation, true],
      );
    });

    it('forgets the last failure, and keeps deaths and counts', async () => {
      const { digest } = await bench.mint('T1');
      await bench.store.expire(bench.key, digest, 5);
      await bench.store.releaseLease(await bench.acquire(), { failure: FAILURE });
      const lease = await bench.acquire();
      await bench.store.countMint(lease, { perHour: 3, perDay: 3 });
      await bench.store.countForce(lease);
      const { deaths, usage } = plain(await bench.record());
      await bench.store.write(lease, bench.token('T2', lease));
      const { token, ...rest } = await bench.record();
      assert.equal(token?.value, 'T2');
      assert.deepEqual(plain(rest), { usage, deaths });
      assert.equal(deaths.length, 1);
    });

    it('leaves the newest when an older and a newer lease write at once', async () => {
      for (let round = 0; round < 5; round++) {
        const old = await bench.acquire();
        const newer = await bench.takeOver(old);
        await Promise.all([
          bench.store.write(old, bench.token(`old ${round}`, old)),
          bench.other.write(newer, bench.token(`new ${round}`, newer)),
        ]);
        assert.equal(await bench.value(), `new ${round}`);
      }
    });

    it('leaves one winner when a holder writes while somebody takes over', async () => {
      for (let round = 0; round < 10; round++) {
        const lease = await bench.acquire();
        const token = bench.token(`T${round}`, lease);
        const [written, newer] = await Promise.all([bench.store.write(lease, token), bench.takeOver(lease)]);
        assert.equal((await bench.value()) === token.value, written);
        assert.deepEqual((await bench.record()).lease, { heldBy: 'b', fence: newer.fence });
        await bench.other.releaseLease(newer);
      }
    });
  });

  describe('a write that is made again', () => {
    it('answers true and changes nothing', async () => {
      const lease = await bench.acquire();
      const token = bench.token('T1', lease);
      assert.deepEqual(await bench.atOnce(4, (by) => by.write(lease, token)), [true, true, true, true]);
      const before = plain(await bench.record());
      bench.clock.advance(5);
      assert.equal(await bench.other.write(lease, token), true);
      assert.deepEqual(plain(await bench.record()), before);
    });

    it('gives no token its life back that was reported dead in between', async () => {
      const lease = await bench.acquire();
      const token = bench.token('T1', lease);
      await bench.store.write(lease, token);
      await bench.other.expire(bench.key, token.digest, 5);
      assert.equal(await bench.store.write(lease, token), true);
      assert.equal(await bench.isLive(), false);
      assert.equal(await bench.other.expire(bench.key, token.digest, 6), false);
    });

    it('is refused for another token under the same lease', async () => {
      const lease = await bench.acquire();
      await bench.store.write(lease, bench.token('T1', lease));
      const before = plain(await bench.record());
      assert.equal(await bench.store.write(lease, bench.token('T2', lease)), false);
      assert.deepEqual(plain(await bench.record()), before);
      assert.equal(await bench.value(), 'T1');
    });

    it('is refused once a newer lease was given', async () => {
      const lease = await bench.acquire();
      const token = bench.token('T1', lease);
      await bench.store.write(lease, token);
      await bench.acquire({ by: bench.other });
      assert.equal(await bench.store.write(lease, token), false);
      assert.equal((await bench.record()).lease?.heldBy, 'a');
    });
  });
}
