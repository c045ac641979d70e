import TestSequencer from '@jest/test-sequencer';

/**
 * Those that start processes or wait for leases: a minute each, though their files are short. Jest knows how long a suite takes only
 * from an earlier run, and goes by the size of the file before that: these would come last, one worker would be left with them.
 */
const LONG = [
  'promises/2-broadcast-once',
  'promises/5-one-mint-across-processes',
  'faults/token-holder',
  'faults/every-fault',
  'faults/killed-senders',
  'promises/2-the-race',
  'e2e/start',
  'faults/database-cut',
  'promises/5-a-week-of-tokens',
  'promises/5-one-mint.',
  'integration/drop-in',
  'e2e/broadcast-cli',
  'e2e/try-it',
  'simulator/ten-thousand',
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
