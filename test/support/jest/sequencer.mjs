import TestSequencer from '@jest/test-sequencer';

/**
 * Those that start processes or wait for leases: a minute each, though their files are short. Jest knows how
 * long a suite takes only from an earlier run, and goes by the size of the file before that: these would come
 * last, one worker would be left with them.
 */
const LONG = [
  'fuzz/every-endpoint',
  'faults/token-holder',
  'promises/2-any-sequence',
  'faults/every-fault',
  'promises/2-broadcast-once',
  'e2e/start',
  'contract/history',
  'e2e/console.',
  'simulator/ten-thousand',
  'faults/killed-senders',
  'contract/sweeps',
  'contract/message-batch-repository',
  'e2e/try-it',
  'promises/5-one-mint.',
  'e2e/broadcast-cli',
  'faults/retries',
  'promises/6-strangers-stop-nobody',
  'contract/grant-repository',
  'simulator/start',
  'promises/5-a-week-of-tokens',
  'contract/message-repository',
  'contract/states',
  'faults/killed-audit',
  'promises/5-one-mint-across-processes',
  'promises/2-the-race',
  'e2e/browser',
  'e2e/console-operations',
  'e2e/replicas',
  'faults/database-cut',
  'contract/migrations',
  'contract/scene-registry',
  'faults/resend',
  'promises/2-deferred-once',
  'contract/grant-renewal',
  'docs/readme-snippets',
  'faults/delivery-edges',
  'integration/host-transaction',
  'integration/drop-in',
  'integration/broadcast-flow',
  'promises/7-by-value',
  'integration/token-retry',
  'integration/token-remote',
  'integration/resolve',
  'integration/first-start',
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
