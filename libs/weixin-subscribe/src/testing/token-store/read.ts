import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { StoredToken } from '../../token/store/stored-token.js';
import type { TestRunner } from '../test-runner.js';
import { LIFETIME, plain, type TokenStoreBench } from './bench.js';

export function describeRead({ describe, it }: TestRunner, bench: TokenStoreBench): void {
  describe('read', () => {
    it('answers nothing where nothing was ever stored, also after calls that had nothing to change', async () => {
      const lease = { key: bench.key, fence: 1 };
      assert.equal(await bench.store.read(bench.key), undefined);
      assert.equal(await bench.store.countMint(lease, { perHour: 3, perDay: 3 }), false);
      assert.equal(await bench.store.countForce(lease), false);
      assert.equal(await bench.store.write(lease, bench.token('T1', lease)), false);
      assert.equal(await bench.store.expire(bench.key, bench.token('T1', lease).digest, 1), false);
      await bench.store.releaseLease(lease, { uncountMint: true });
      assert.equal(await bench.store.read(bench.key), undefined);
      assert.equal(await bench.other.read(bench.key), undefined);
    });

    it('answers only the lease while the first token is being minted', async () => {
      const { fence } = await bench.acquire({ holder: 'first' });
      assert.deepEqual(plain(await bench.record()), {
        lease: { heldBy: 'first', fence },
        usage: { windowMints: 0, dayMints: 0, forces: 0 },
        deaths: [],
      });
    });

    it('answers a token as it was written, to the millisecond', async () => {
      bench.clock.advance(123);
      const { digest, generation } = await bench.mint('T1');
      const { token, ...rest } = await bench.record();
      assert.ok(token instanceof StoredToken);
      assert.deepEqual(
        [token.value, token.digest, token.generation, token.mintedAt, token.expiresAt],
        ['T1', digest, generation, new Date(bench.clock.now()), new Date(bench.clock.now() + LIFETIME)],
      );
      assert.deepEqual(plain(rest), { usage: { windowMints: 0, dayMints: 0, forces: 0 }, deaths: [] });
    });

    it('answers a token of 4,096 characters of every kind whole', async () => {
      const long = Array.from({ length: 4096 }, (_, at) => String.fromCharCode(32 + (at % 95))).join('');
      await bench.mint(long);
      assert.equal(await bench.value(), long);
      await bench.mint(' ');
      assert.equal(await bench.value(), ' ');
    });

    it('answers a token that has run out: who reads decides', async () => {
      const { expiresAt } = await bench.mint('T1');
      bench.clock.advance(100 * LIFETIME);
      const { token } = await bench.record();
      assert.deepEqual([token?.value, token?.expiresAt], ['T1', expiresAt]);
    });

    it('answers a token whose text shows nowhere but in its own field', async () => {
      await bench.mint('SECRET-TOKEN');
      const record = await bench.store.read(bench.key);
      assert.doesNotMatch(inspect(record, { depth: 9, showHidden: true }), /SECRET-TOKEN/);
      assert.doesNotMatch(JSON.stringify(record), /SECRET-TOKEN/);
    });

    it('answers what a reader may change without changing what is stored', async () => {
      const { digest } = await bench.mint('T1');
      await bench.store.expire(bench.key, digest, 5);
      await bench.acquire();
      const before = plain(await bench.record());
      const mine = await bench.record();
      mine.deaths[0].diedAt = 6;
      mine.deaths.length = 0;
      mine.usage.windowMints = 7;
      if (mine.lease) mine.lease.heldBy = 'somebody else';
      assert.deepEqual(plain(await bench.record()), before);
    });
  });
}
