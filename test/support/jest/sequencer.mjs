import TestSequencer from '@jest/test-sequencer';

/**
 * Those that start processes or wait for leases: a minute each, though their files are short. Jest knows how
 * long a suite takes only from an earlier run, and goes by the size of the file before that: these would come
 * last, one worker would be left with them.
 */
const LONG = [
  'fuzz/every-endpoint',
  'faults/token-holder',
  'promises/2-broadcast-once',
  'faults/every-fault',
  'promises/5-one-mint-across-processes',
  'promises/5-one-mint.',
  'faults/killed-senders',
  'promises/2-the-race',
  'promises/2-deferred-once',
  'faults/database-cut',
  'integration/host-transaction',
  'e2e/start',
  'integration/drop-in',
  'integration/broadcast-flow',
  'e2e/try-it',
  'promises/2-any-sequence',
  'promises/5-a-week-of-tokens',
  'promises/6-strangers-stop-nobody',
  'promises/7-by-value',
  'integration/token-retry',
  'integration/token-remote',
  'integration/resolve',
  'integration/first-start',
  'simulator/ten-thousand',
  'e2e/console',
  'e2e/replicas',
];
const rank = ({ path }) => {
  const at = LONG.findIndex((name) => path.includes(`/test/${name}`));
  return at < 0 ? LONG.length : at;
};

export default class extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}
