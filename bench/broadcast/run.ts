/**
 * How fast a broadcast goes out, and what that costs its host: beside the bare posts, beside claiming and
 * settling one by one, and beside loops over other SDKs, which keep no ledger.
 *
 * npm run bench:broadcast [-- --rounds 5 --only rates,latency,memory,loop --full --million --no-peers]
 */
import { parseArgs } from 'node:util';
import { machine } from '../support/machine.js';
import { goalTable, type Line } from '../support/report.js';
import { eventLoop, memory } from './host-health.js';
import { atFullSpeed, withLatency } from './rates.js';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'rates,latency,memory,loop' },
    /** 100,000 grants for the event loop instead of 20,000. */
    full: { type: 'boolean', default: false },
    /** A million grants for the memory instead of 200,000. */
    million: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: true },
  },
});
const ROUNDS = Number(values.rounds);
if (!(ROUNDS >= 5)) throw new Error('--rounds must be at least 5: medians of fewer mean nothing here');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const PARTS: Record<string, () => Promise<Line[]>> = {
  rates: () => atFullSpeed(ROUNDS, values.peers),
  latency: () => withLatency(ROUNDS),
  memory: () => memory(values.million ? 1_000_000 : 200_000, 100_000),
  loop: () => eventLoop(values.full ? 100_000 : 20_000),
};

const lines: Line[] = [];
for (const name of values.only.split(',')) {
  if (!(name in PARTS)) throw new Error(`"${name}": must be one of ${Object.keys(PARTS).join(', ')}`);
  lines.push(...(await PARTS[name]()));
}
console.log(`${machine()}\n`);
console.log(goalTable(lines));
process.exit(0);
