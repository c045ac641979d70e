/** What Jest, Mocha, Vitest and `node:test` have in common. */
export interface TestRunner {
  describe(name: string, suite: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
  beforeEach(hook: () => Promise<void>): unknown;
  afterEach(hook: () => Promise<void>): unknown;
}

/** The functions that Jest and Mocha, and Vitest with `globals: true`, put into the global scope. */
export function globalTestRunner(): TestRunner {
  const runner = globalThis as unknown as TestRunner;
  if (typeof runner.describe === 'function') return runner;
  throw new Error(
    'there is no global describe(): run this under Jest, Mocha or Vitest with globals, or hand over { describe, it, beforeEach, afterEach }',
  );
}
