import assert from 'node:assert/strict';
import { DEATHS_KEPT } from '../../token/mint/token-deaths.js';
import type { TestRunner } from '../test-runner.js';
import { LIFETIME, plain, type TokenStoreBench } from './bench.js';

const FAILURE = { at: 1, until: 2, pauseMs: 1, message: 'no' };

export function describeDeaths({ describe, it }: TestRunner, bench: TokenStoreBench): void {
  const deaths = async () => plain((await bench.record()).deaths);

  describe('expire', () => {
    it('ends the life of the current token and remembers its death, and changes nothing else', async () => {
      const mintedAt = bench.clock.now();
      const { digest } = await bench.mint('T1');
      await bench.store.releaseLease(await bench.acquire(), { failure: FAILURE });
      const lease = await bench.acquire();
      await bench.store.countMint(lease, { perHour: 3, perDay: 3 });
      const { token: before, ...rest } = await bench.record();
      bench.clock.advance(123);
      const diedAt = bench.clock.now();
      assert.equal(await bench.store.expire(bench.key, digest, diedAt), true);
      const { token, ...after } = await bench.record();
      assert.deepEqual(
        [token?.value, token?.digest, token?.mintedAt, token?.generation, token?.expiresAt],
        ['T1', digest, before?.mintedAt, before?.generation, new Date(0)],
      );
      const death = { mintedAt, diedAt, expiresAt: mintedAt + LIFETIME };
      assert.deepEqual(plain(after), { ...plain(rest), deaths: [death] });
    });

    it('does nothing for a digest that is not exactly that of the current token', async () => {
      const { digest } = await bench.mint('T1');
      const swapped = digest.replace(/[a-z]/gi, (letter) =>
        letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
      );
      for (const wrong of [swapped, `${digest} `, digest.slice(0, -1), '', 'T1', '%']) {
        assert.equal(await bench.store.expire(bench.key, wrong, 5), false);
      }
      assert.deepEqual([await bench.isLive(), await deaths()], [true, []]);
    });

    it('does nothing where there is no token', async () => {
      const lease = await bench.acquire();
      assert.equal(await bench.store.expire(bench.key, bench.token('T1', lease).digest, 5), false);
      assert.deepEqual(await deaths(), []);
    });

    it('does nothing for a token that was replaced', async () => {
      const first = await bench.mint('T1');
      await bench.mint('T2');
      assert.equal(await bench.store.expire(bench.key, first.digest, 5), false);
      assert.deepEqual([await bench.isLive(), await deaths()], [true, []]);
    });

    it('is true once for each token, whoever reports it how often', async () => {
      const { digest } = await bench.mint('T1');
      assert.equal(await bench.store.expire(bench.key, digest, 5), true);
      for (const by of [bench.store, bench.other]) {
        assert.equal(await by.expire(bench.key, digest, 6), false);
      }
      assert.deepEqual(
        (await deaths()).map(({ diedAt }) => diedAt),
        [5],
      );
    });

    it('is true for one of 50 reports at once, and remembers its death', async () => {
      const { digest } = await bench.mint('T1');
      const all = await bench.atOnce(50, (by, index) => by.expire(bench.key, digest, 100 + index));
      assert.equal(all.filter(Boolean).length, 1);
      assert.deepEqual(
        (await deaths()).map(({ diedAt }) => diedAt),
        [100 + all.indexOf(true)],
      );
    });

    it('loses no death, however the reports meet', async () => {
      const expected: number[] = [];
      for (let round = 0; round < 10; round++) {
        const { digest } = await bench.mint(`T${round}`);
        await bench.atOnce(4, (by) => by.expire(bench.key, digest, round));
        expected.push(round);
      }
      assert.deepEqual(
        (await deaths()).map(({ diedAt }) => diedAt),
        expected,
      );
    });

    it(`remembers the last ${DEATHS_KEPT} deaths, oldest first`, async () => {
      for (let round = 0; round < DEATHS_KEPT + 3; round++) {
        const { digest } = await bench.mint(`T${round}`);
        bench.clock.advance(1);
        await bench.store.expire(bench.key, digest, bench.clock.now());
      }
      const all = await deaths();
      const last = bench.clock.now();
      assert.deepEqual(
        all.map(({ diedAt }) => diedAt),
        Array.from({ length: DEATHS_KEPT }, (_, at) => last - DEATHS_KEPT + 1 + at),
      );
      for (const { mintedAt, diedAt, expiresAt } of all) {
        assert.deepEqual([mintedAt, expiresAt], [diedAt - 1, diedAt - 1 + LIFETIME]);
      }
    });

    it('is true anew for the same token when it was minted anew', async () => {
      const { digest } = await bench.mint('T1');
      await bench.store.expire(bench.key, digest, 5);
      await bench.mint('T1');
      assert.equal(await bench.isLive(), true);
      assert.equal(await bench.other.expire(bench.key, digest, 6), true);
      assert.equal((await deaths()).length, 2);
    });

    it('is true when the same token is minted anew meanwhile, whichever of the two lives it ends', async () => {
      const { digest } = await bench.mint('T1');
      for (let round = 0; round < 20; round++) {
        const lease = await bench.acquire();
        const [, ended] = await Promise.all([
          bench.store.write(lease, bench.token('T1', lease)),
          bench.other.expire(bench.key, digest, round),
        ]);
        assert.equal(ended, true, 'the report of a live token was lost');
        if (!(await bench.isLive())) await bench.mint('T1');
      }
    });

    it('never ends the life of the next token, which is written meanwhile', async () => {
      let ended = 0;
      for (let round = 0; round < 10; round++) {
        const { digest } = await bench.mint(`old ${round}`);
        const lease = await bench.acquire();
        const [written, ...all] = await Promise.all([
          bench.store.write(lease, bench.token(`new ${round}`, lease)),
          bench.other.expire(bench.key, digest, round),
          bench.store.expire(bench.key, digest, round),
        ]);
        ended += all.filter(Boolean).length;
        assert.equal(written, true);
        assert.deepEqual([await bench.value(), await bench.isLive()], [`new ${round}`, true]);
      }
      assert.equal((await deaths()).length, ended);
    });

    it('leaves the lease to its holder', async () => {
      const { digest } = await bench.mint('T1');
      const lease = await bench.acquire();
      await bench.other.expire(bench.key, digest, 5);
      assert.deepEqual(await bench.other.acquireLease(bench.key, 'b'), { heldBy: 'a', fence: lease.fence });
      assert.equal(await bench.store.write(lease, bench.token('T2', lease)), true);
      assert.equal(await bench.isLive(), true);
    });
  });
}
