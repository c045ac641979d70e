/**
 * What one send costs: this library's post path beside bare HTTP clients and other SDKs, the connections it
 * opens over TLS, a whole send with its ledger, and what the module adds to a host that starts.
 *
 * npm run bench:send [-- --rounds 7 --databases sqlite,postgres --only ways,connections,ledger,footprint]
 */
import { parseArgs } from 'node:util';
import { reachable } from '../support/databases.js';
import { machine } from '../support/machine.js';
import { atMost, goalTable, type Line, say, times } from '../support/report.js';
import { connectionsOverTls } from './connections.js';
import { type Footprint, footprints } from './footprint.js';
import { wholeSends } from './ledger.js';
import { AnsweringServer } from './processes.js';
import { waysToSend } from './ways.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    databases: { type: 'string', default: 'sqlite,postgres' },
    only: { type: 'string', default: 'ways,connections,ledger,footprint' },
  },
});
const ROUNDS = Number(values.rounds);
if (!(ROUNDS >= 5)) throw new Error('--rounds must be at least 5: medians of fewer mean nothing here');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { origin } = await AnsweringServer.start();

const PARTS: Record<string, () => Promise<Line[]>> = {
  ways: () => waysToSend(origin, ROUNDS),
  connections: connectionsOverTls,
  async ledger() {
    const lines: Line[] = [];
    for (const kind of await reachable(values.databases))
      lines.push(...(await wholeSends(origin, kind, ROUNDS)));
    return lines;
  },
  async footprint() {
    const { plain, usual, ours } = await footprints(origin, 5);
    return [
      ...added('over Nest, TypeORM and schedule', plain, ours, true),
      ...added('over the same with axios and class-validator, as most hosts have', usual, ours, false),
    ];
  },
};

function added(where: string, without: Footprint, ours: Footprint, judged: boolean): Line[] {
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  const ms = (value: number) => `${Math.round(value)} ms`;
  const rss = ours.rss - without.rss;
  const time = ours.ms - without.ms;
  return [
    {
      id: 'M1',
      what: 'memory that importing and starting the module adds',
      where,
      measured: mb(rss),
      beside: `${mb(without.rss)} without it`,
      ratio: times(ours.rss / without.rss),
      goal: judged ? atMost(rss / 2 ** 20, 10, '10 MB') : undefined,
    },
    {
      id: 'M1',
      what: `time that importing and starting the module adds (CPU ${ms(ours.cpuMs - without.cpuMs)})`,
      where,
      measured: ms(time),
      beside: `${ms(without.ms)} without it`,
      ratio: times(ours.ms / without.ms),
      goal: judged ? atMost(time, 100, '100 ms') : undefined,
    },
  ];
}

const lines: Line[] = [];
for (const name of values.only.split(',')) {
  if (!(name in PARTS)) throw new Error(`"${name}": must be one of ${Object.keys(PARTS).join(', ')}`);
  say(name);
  lines.push(...(await PARTS[name]()));
}
console.log(`${machine()}\n`);
console.log(goalTable(lines));
process.exit(0);
