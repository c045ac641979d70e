import assert from 'node:assert/strict';
import type { HeldLease, TokenLease } from '../../token/store/token.store.js';
import type { TestRunner } from '../test-runner.js';
import { plain, type TokenStoreBench } from './bench.js';

export function describeLeases({ describe, it }: TestRunner, bench: TokenStoreBench): void {
  /** The one lease among the answers; all others must name it. */
  const winner = (answers: (TokenLease | HeldLease)[], holderOf: (index: number) => string): TokenLease => {
    const given = answers.filter((answer): answer is TokenLease => 'key' in answer);
    assert.equal(given.length, 1, `${given.length} leases were given at once`);
    const heldBy = holderOf(answers.indexOf(given[0]));
    for (const answer of answers) {
      if (answer !== given[0]) assert.deepEqual(answer, { heldBy, fence: given[0].fence });
    }
    return given[0];
  };

  describe('a lease', () => {
    it('is given to one at a time, and everybody else is told who has it', async () => {
      const { fence } = await bench.acquire({ holder: 'web-1' });
      const held = { heldBy: 'web-1', fence };
      assert.deepEqual(await bench.store.acquireLease(bench.key, 'web-2'), held);
      assert.deepEqual(await bench.other.acquireLease(bench.key, 'web-3'), held);
      assert.deepEqual((await bench.record()).lease, held);
    });

    it('is not given again to its own holder, whose name another caller may have', async () => {
      const { fence } = await bench.acquire({ holder: 'web-1' });
      assert.deepEqual(await bench.store.acquireLease(bench.key, 'web-1'), { heldBy: 'web-1', fence });
    });

    it('names its holder with 64 characters of any script', async () => {
      const holder = `${'服务器-1'.repeat(12)}1234`;
      assert.equal(holder.length, 64);
      await bench.acquire({ holder });
      assert.equal((await bench.record()).lease?.heldBy, holder);
    });

    it('does not end by any clock', async () => {
      const { fence } = await bench.acquire();
      for (const ms of [60_000, 3_600_000, 400 * 86_400_000, -800 * 86_400_000]) {
        bench.clock.advance(ms);
        assert.deepEqual(await bench.other.acquireLease(bench.key, 'b'), { heldBy: 'a', fence });
      }
    });

    it('ends with the token that is written under it', async () => {
      await bench.mint('T1');
      assert.equal((await bench.record()).lease, undefined);
      await bench.acquire({ by: bench.other, holder: 'b' });
    });

    it('ends when it is released', async () => {
      await bench.store.releaseLease(await bench.acquire());
      assert.equal((await bench.record()).lease, undefined);
      await bench.acquire({ by: bench.other, holder: 'b' });
    });

    it('has a greater fence than every one before it, however those ended, also with a clock that is set back', async () => {
      const fences: number[] = [];
      let last = await bench.acquire();
      for (let round = 0; round < 9; round++) {
        fences.push(last.fence);
        bench.clock.advance(round % 2 ? -7_200_000 : 1);
        if (round % 3 === 0) await bench.store.releaseLease(last);
        if (round % 3 === 1) await bench.store.write(last, bench.token(`T${round}`, last));
        last = await bench.acquire({ by: round % 2 ? bench.store : bench.other, overdue: last.fence });
      }
      assert.deepEqual(
        [...new Set(fences)].sort((a, b) => a - b),
        fences,
      );
      assert.ok(fences.every(Number.isSafeInteger));
    });

    it('is given to one of 50 that ask at once, for an account never seen before', async () => {
      const answers = await bench.atOnce(50, (by, index) => by.acquireLease(bench.key, `p${index}`));
      const { fence } = winner(answers, (index) => `p${index}`);
      assert.equal((await bench.record()).lease?.fence, fence);
    });

    it('is given to one of 50 that ask at once under the same name', async () => {
      winner(await bench.atOnce(50, (by) => by.acquireLease(bench.key, 'same')), () => 'same');
    });

    it('is given to one of 50 that ask at once after the last one has ended', async () => {
      const { generation } = await bench.mint('T1');
      const answers = await bench.atOnce(50, (by, index) => by.acquireLease(bench.key, `p${index}`));
      assert.ok(winner(answers, (index) => `p${index}`).fence > generation);
      assert.equal(await bench.value(), 'T1');
    });

    it('changes nothing else', async () => {
      const { digest } = await bench.mint('T1');
      await bench.store.expire(bench.key, digest, 5);
      const lease = await bench.acquire();
      await bench.store.countMint(lease, { perHour: 3, perDay: 3 });
      await bench.store.countForce(lease);
      const failure = { at: 1, until: 2, pauseMs: 1, message: 'no' };
      await bench.store.releaseLease(lease, { failure });
      const { lease: none, ...before } = plain(await bench.record());
      assert.equal(none, undefined);
      const { fence } = await bench.takeOver(await bench.acquire());
      assert.deepEqual(plain(await bench.record()), { ...before, lease: { heldBy: 'b', fence } });
    });
  });

  describe('a lease that was watched for too long', () => {
    it('is taken from its holder by whoever names its fence', async () => {
      const old = await bench.acquire();
      const newer = await bench.takeOver(old);
      assert.ok(newer.fence > old.fence);
      assert.deepEqual((await bench.record()).lease, { heldBy: 'b', fence: newer.fence });
    });

    it('is left alone by who watched another one', async () => {
      const old = await bench.acquire();
      const { fence } = await bench.takeOver(old);
      const held = { heldBy: 'b', fence };
      for (const overdue of [old.fence, old.fence - 1, fence + 1, 0]) {
        assert.deepEqual(await bench.store.acquireLease(bench.key, 'c', overdue), held);
      }
    });

    it('is given like any other when it has ended meanwhile, or was never there', async () => {
      const old = await bench.acquire();
      await bench.store.releaseLease(old);
      const next = await bench.acquire({ overdue: old.fence });
      await bench.store.releaseLease(next);
      await bench.acquire({ overdue: old.fence });
      await bench.acquire({ key: bench.newKey(), overdue: 7 });
    });

    for (const callers of [2, 50]) {
      it(`is taken by one of ${callers} that saw it at once`, async () => {
        for (let round = 0; round < 5; round++) {
          const old = await bench.acquire();
          const answers = await bench.atOnce(callers, (by, index) =>
            by.acquireLease(bench.key, `p${index}`, old.fence),
          );
          await bench.store.releaseLease(winner(answers, (index) => `p${index}`));
        }
      });
    }
  });
}
