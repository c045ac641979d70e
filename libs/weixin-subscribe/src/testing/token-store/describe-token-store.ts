import { globalTestRunner, type TestRunner } from '../test-runner.js';
import { type OpenTokenStore, TokenStoreBench } from './bench.js';
import { describeDeaths } from './deaths.js';
import { describeForceCount } from './force-count.js';
import { describeKeys } from './keys.js';
import { describeLeases } from './leases.js';
import { describeMintCount } from './mint-count.js';
import { describeRead } from './read.js';
import { describeRelease } from './release.js';
import { describeWrite } from './write.js';

/**
 * Registers the tests that every {@link TokenStore} must pass: what its interface says, sentence by sentence,
 * races included. Call it at the top of a test file of Jest, Mocha or Vitest (`globals: true`), once per
 * store.
 * @param name heads the tests
 * @param open gives the store to each test, best by two handles with connections of their own
 * @param runner the functions to register with, where they are not global:
 * `describeTokenStore(…, { describe, it, beforeEach, afterEach })`
 */
export function describeTokenStore(
  name: string,
  open: OpenTokenStore,
  runner: TestRunner = globalTestRunner(),
): void {
  runner.describe(`${name} as a TokenStore`, () => {
    const bench = new TokenStoreBench(open);
    runner.beforeEach(() => bench.setUp());
    runner.afterEach(() => bench.tearDown());
    for (const suite of [
      describeRead,
      describeLeases,
      describeMintCount,
      describeForceCount,
      describeWrite,
      describeRelease,
      describeDeaths,
      describeKeys,
    ]) {
      suite(runner, bench);
    }
  });
}
