/**
 * What the callback endpoint costs: beside a controller of a host's that parses, validates and runs the same
 * statements, beside a bare one that runs these alone, and beside the same endpoint with a transaction for
 * each callback instead of group commit.
 *
 * npm run bench:callback [-- --callbacks 1000 --visitors 64 --rounds 5 --warm-up 4000 --databases postgres]
 */
import { parseArgs } from 'node:util';
import { type DatabaseKind, openDatabase } from '../../test/support/test-databases.js';
import { LABELS, reachable } from '../support/databases.js';
import { machine } from '../support/machine.js';
import { type Cost, interleaved } from '../support/measure.js';
import { atLeast, goalTable, type Line, say, times, us } from '../support/report.js';
import type { Adapter, Way } from './host.js';
import { HostProcess } from './host-process.js';
import { ask } from './questions.js';

const { values } = parseArgs({
  options: {
    callbacks: { type: 'string', default: '1000' },
    visitors: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '4000' },
    databases: { type: 'string', default: 'postgres' },
  },
});
const CALLBACKS = Number(values.callbacks);
const VISITORS = Number(values.visitors);
const ROUNDS = Number(values.rounds);
/** Callbacks of each way before the rounds: a host that has been up for a second has compiled its code. */
const WARM_UP = Number(values['warm-up']);

const ADAPTERS: Record<Adapter, string> = { express: 'Express', fastify: 'Fastify' };
const WAYS: Way[] = ['endpoint', 'one each', 'own', 'bare'];
const GOALS: Record<Adapter, number> = { express: 0.85, fastify: 0.75 };
const GROUP_GOALS: Record<Adapter, number> = { express: 1.5, fastify: 2.2 };

async function measure(kind: DatabaseKind, adapter: Adapter): Promise<Record<Way, Cost>> {
  const { dataSource, close } = await openDatabase(kind);
  const hosts: [Way, HostProcess][] = [];
  try {
    let asked = 0;
    for (const way of WAYS)
      hosts.push([way, await HostProcess.start(adapter, way, dataSource.options, VISITORS)]);
    const ways = hosts.map(([way, host]) => {
      const round = async (callbacks = CALLBACKS) => {
        const questions = await ask(dataSource, asked, callbacks);
        asked += callbacks;
        return host.answerAll(questions, VISITORS);
      };
      return [way, round] as const;
    });
    if (WARM_UP > 0) for (const [, round] of ways) await round(WARM_UP);
    const costs = await interleaved<Way>(
      ROUNDS,
      Object.fromEntries(ways.map(([way, round]) => [way, () => round()])) as Record<
        Way,
        () => Promise<Cost>
      >,
    );
    const [{ grants }] = await dataSource.query('SELECT COUNT(*) AS grants FROM weixin_live_grant');
    if (Number(grants) !== asked) throw new Error(`${asked} callbacks left ${grants} grants`);
    return costs;
  } finally {
    for (const [, host] of hosts) await host.close();
    await close();
  }
}

async function lines(kind: DatabaseKind, adapter: Adapter): Promise<Line[]> {
  say(`${LABELS[kind]}, ${ADAPTERS[adapter]}`);
  const { endpoint, 'one each': oneEach, own, bare } = await measure(kind, adapter);
  const where = `${LABELS[kind]}, ${ADAPTERS[adapter]}`;
  const rate = ({ client, wall }: Cost) => `${us(client)} CPU, ${Math.round(1e6 / wall)}/s`;
  const line = (id: string, what: string, beside: Cost, goal?: number): Line => {
    // By the CPU of the host's process: the rate is also that of the database and of whoever else is at work
    // here.
    const ratio = beside.client / endpoint.client;
    return {
      id,
      what,
      where,
      measured: rate(endpoint),
      beside: rate(beside),
      ratio: `${times(ratio)} (rate ${times(beside.wall / endpoint.wall)})`,
      goal:
        kind === 'postgres' && goal !== undefined ? atLeast(ratio, goal, `${goal.toFixed(2)}×`) : undefined,
    };
  };
  return [
    line(
      'C1',
      "callback endpoint beside a host's own: parse, validate, the same statements",
      own,
      GOALS[adapter],
    ),
    line(
      'C1',
      'callback endpoint beside a bare controller with the same statements alone',
      bare,
      GOALS[adapter],
    ),
    line('C2', 'callback endpoint beside itself with a transaction for each', oneEach, GROUP_GOALS[adapter]),
  ];
}

const found: Line[] = [];
for (const kind of await reachable(values.databases)) {
  for (const adapter of Object.keys(ADAPTERS) as Adapter[]) found.push(...(await lines(kind, adapter)));
}
process.stdout.write(
  `${CALLBACKS} callbacks in a round, ${VISITORS} at once; medians of ${ROUNDS} interleaved rounds.\n\n${goalTable(found)}\n\n${machine()}\n`,
);
process.exit(0);
