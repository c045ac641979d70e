import assert from 'node:assert/strict';
import type { MintFailure } from '../../token/mint/mint-failure.js';
import type { TestRunner } from '../test-runner.js';
import { plain, type TokenStoreBench } from './bench.js';

const FULL: MintFailure = {
  at: Date.UTC(2026, 10, 20, 4, 0, 0, 123),
  until: Date.UTC(2026, 10, 21, 4),
  pauseMs: 60_000,
  message: '"没有" access_token \\ 为什么? {x} %s $1 :a\n\t\u0000\u2028 😀',
  remedy: "Add the server's address to the 白名单.",
  errcode: 40164,
  errmsg: 'invalid ip 1.2.3.4, not in whitelist 😀',
};
const BARE: MintFailure = { at: 1, until: 2, pauseMs: 1000, message: '' };

export function describeRelease({ describe, it }: TestRunner, bench: TokenStoreBench): void {
  const fail = async (failure: MintFailure | undefined) => {
    const lease = await bench.acquire();
    await bench.store.releaseLease(lease, { failure });
    return lease;
  };

  describe('the end of a lease without a token', () => {
    it('leaves the token as it was', async () => {
      await bench.mint('T1');
      const before = plain(await bench.record());
      await bench.store.releaseLease(await bench.acquire());
      assert.deepEqual(plain(await bench.record()), before);
    });

    it('records what went wrong, for every process to see, in any script', async () => {
      await fail(FULL);
      assert.deepEqual(plain((await bench.record()).failure), FULL);
      await fail(BARE);
      assert.deepEqual(plain((await bench.record()).failure), BARE);
    });

    it('leaves the last failure where there is no other', async () => {
      await fail(FULL);
      await fail(undefined);
      await bench.store.releaseLease(await bench.acquire());
      await bench.store.releaseLease(await bench.acquire(), { uncountMint: true });
      assert.deepEqual(plain((await bench.record()).failure), FULL);
    });

    it('leaves the failure through the next lease and the report of a token', async () => {
      const { digest } = await bench.mint('T1');
      await fail(FULL);
      await bench.store.expire(bench.key, digest, 5);
      await bench.takeOver(await bench.acquire());
      assert.deepEqual(plain((await bench.record()).failure), FULL);
    });

    it('does nothing when a newer lease was given', async () => {
      const old = await bench.acquire();
      await bench.store.countMint(old, { perHour: 3, perDay: 3 });
      await bench.takeOver(old);
      const before = plain(await bench.record());
      await bench.store.releaseLease(old, { failure: FULL, uncountMint: true });
      assert.deepEqual(plain(await bench.record()), before);
    });

    it('does nothing when it has ended already, by a release or by a token', async () => {
      const released = await fail(FULL);
      await bench.store.releaseLease(released, { failure: BARE });
      assert.deepEqual(plain((await bench.record()).failure), FULL);
      const lease = await bench.acquire();
      await bench.store.countMint(lease, { perHour: 3, perDay: 3 });
      await bench.store.write(lease, bench.token('T1', lease));
      const before = plain(await bench.record());
      await bench.store.releaseLease(lease, { failure: FULL, uncountMint: true });
      assert.deepEqual(plain(await bench.record()), before);
    });
  });
}
