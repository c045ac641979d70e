import assert from 'node:assert/strict';
import type { TokenKey } from '../../token/store/token.store.js';
import type { TestRunner } from '../test-runner.js';
import { plain, type TokenStoreBench } from './bench.js';

const FAILURE = { at: 1, until: 2, pauseMs: 1, message: 'no' };
const LIMITS = { perHour: 1, perDay: 1 };

export function describeKeys({ describe, it }: TestRunner, bench: TokenStoreBench): void {
  /** Everything that can be stored under a key. */
  const fill = async (key: TokenKey) => {
    const { digest } = await bench.mint(`T of ${key.family}`, key);
    assert.equal(await bench.store.expire(key, digest, 5), true);
    const lease = await bench.acquire({ key });
    assert.equal(await bench.store.countMint(lease, LIMITS), true);
    assert.equal(await bench.store.countForce(lease), true);
    await bench.store.releaseLease(lease, { failure: FAILURE });
    await bench.acquire({ key });
  };

  describe('keys', () => {
    const others: [string, (key: TokenKey) => TokenKey][] = [
      ['the families of one account', ({ appId }) => ({ appId, family: 'stable' })],
      ['accounts', () => bench.newKey()],
      [
        'accounts whose names differ in case',
        ({ appId, family }) => ({ appId: appId.toUpperCase(), family }),
      ],
      ['accounts whose names begin alike', ({ appId, family }) => ({ appId: `${appId}0`, family })],
    ];
    for (const [what, otherThan] of others) {
      it(`keep ${what} apart`, async () => {
        const key = otherThan(bench.key);
        await fill(bench.key);
        const before = plain(await bench.record());
        assert.equal(await bench.store.read(key), undefined);
        await fill(key);
        await bench.mint('live', { ...key, appId: `${key.appId}1` });
        assert.deepEqual(plain(await bench.record()), before);
      });
    }

    it('are recognised by what is in them, not by being the same object', async () => {
      const lease = await bench.acquire();
      const again = { key: { ...bench.key }, fence: lease.fence };
      assert.equal(await bench.other.write(again, bench.token('T1', lease)), true);
      assert.equal((await bench.other.read({ ...bench.key }))?.token?.value, 'T1');
    });
  });
}
