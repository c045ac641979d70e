/**
 * What one send costs: this library's post path beside bare HTTP clients and other SDKs, the connections it
 * opens over TLS, a whole send with its ledger, and what the module adds to a host that starts.
 *
 * npm run bench:send [-- --rounds 7 --databases sqlite,postgres --only
 * ways,connections,ledger,telemetry,footprint]
 */
import { parseArgs } from 'node:util';
import { reachable } from '../support/databases.js';
import { machine } from '../support/machine.js';
import { atMost, goalTable, type Line, say, times } from '../support/report.js';
import { connectionsOverTls } from './connections.js';
import { type Footprint, footprints } from './footprint.js';
import { wholeSends } from './ledger.js';
import { AnsweringServer } from './processes.js';
import { costOfTelemetry } from './telemetry.js';
import { waysToSend } from './ways.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    databases: { type: 'string', default: 'sqlite,postgres' },
    only: { type: 'string', default: 'ways,connections,ledger,telemetry,footprint' },
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
  telemetry: () => costOfTelemetry(origin, ROUNDS),
  async footprint() {
    const { plain, usual, empty, ours, oursOverPlain } = await footprints(origin, 7);
    const host = 'a host with axios and class-validator, as most have';
    return [
      ...added('the module', `over ${host}`, usual, ours, true),
      ...added('as many empty modules, providers and routes', `over ${host}`, usual, empty, false),
      ...added('the module', 'over Nest, TypeORM and schedule', plain, oursOverPlain, false),
    ];
  },
};

function added(what: string, where: string, without: Footprint, host: Footprint, judged: boolean): Line[] {
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  const ms = (value: number) => `${Math.round(value)} ms`;
  const rss = host.rss - without.rss;
  const cpuMs = host.cpuMs - without.cpuMs;
  return [
    {
      id: 'M1',
      what: `memory that ${what} added`,
      where,
      measured: mb(rss),
      beside: `${mb(without.rss)} without`,
      ratio: times(host.rss / without.rss),
      goal: judged ? atMost(rss / 2 ** 20, 10, '10 MB') : undefined,
    },
    {
      id: 'M1',
      what: `CPU of a start that ${what} added (time ${ms(host.ms - without.ms)})`,
      where,
      measured: ms(cpuMs),
      beside: `${ms(without.cpuMs)} without`,
      ratio: times(host.cpuMs / without.cpuMs),
      goal: judged ? atMost(cpuMs, 150, '150 ms') : undefined,
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
