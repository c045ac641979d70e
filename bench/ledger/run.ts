/**
 * What the ledger costs at size: claims by key and by the batch beside a ledger of 10,000 rows, the end of a
 * run beside its beginning, a grant's whole life by the batch beside the bare statements and beside one by
 * one, and the claim indexes when most grants are spent.
 *
 * npm run bench:ledger [-- --rows 5000000 --selection 400000 --index-rows 200000 --rounds 7 --databases
 * postgres,mysql,sqlite]
 */
import { parseArgs } from 'node:util';
import type { DatabaseKind } from '../../test/support/test-databases.js';
import { LABELS, reachable } from '../support/databases.js';
import { machine } from '../support/machine.js';
import { type Cost, interleaved } from '../support/measure.js';
import { atMost, goalTable, type Line, say, times, us } from '../support/report.js';
import { Lives } from './batches.js';
import { readsOf } from './buffers.js';
import { Claims } from './claims.js';
import type { Grants } from './fill.js';
import { type Ledger, openLedger } from './ledger.js';
import { MeasuredQueue, QUEUE_NAMES } from './queues.js';
import { selection, underOldSnapshot } from './selections.js';
import { claimIndexSizes } from './sizes.js';
import { writtenBy } from './wal.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '500000' },
    selection: { type: 'string', default: '100000' },
    'index-rows': { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '7' },
    databases: { type: 'string' },
  },
});
const ROWS = Number(values.rows);
const SELECTION = Number(values.selection);
const INDEX_ROWS = Number(values['index-rows']);
const ROUNDS = Number(values.rounds);
const SMALL = 10_000;
const SINGLES = 100;
/** Of single sends that come at the same time, in one round. */
const TOGETHER = 640;
const IN_FLIGHT = 64;
/** Of 500, in one round. */
const BATCHES = 6;
const SCENE = { claims: 1, selection: 2, oldSnapshot: 3, noCursor: 4, lives: 5, queues: 6 } as const;

// Batches take the older half of what is available, claims by key are spread over the newer one.
const LEAST = (ROUNDS + 1) * 500 * 2 * 20;
if (!(ROWS >= LEAST)) throw new Error(`--rows must be at least ${LEAST} for ${ROUNDS} rounds`);

const counts = (n: number) => n.toLocaleString('en');
/** The CPU that matters: the server's where it is known, else all there is. */
const cpu = ({ server, client }: Cost) => server ?? client;
const whose = ({ server }: Cost) => (server === undefined ? 'process' : 'server');

async function claims(small: Ledger, large: Ledger): Promise<Line[]> {
  const where = LABELS[large.kind];
  // Warm-up and rounds of 100, and those that are explained.
  const singles = SINGLES * (ROUNDS + 1) + 50;
  const [few, many] = [
    new Claims(small, SCENE.claims, SMALL / 2, singles),
    new Claims(large, SCENE.claims, ROWS / 20, singles),
  ];
  const one = await interleaved(ROUNDS, { few: () => few.one(SINGLES), many: () => many.one(SINGLES) });
  const reads = { few: await readsOf(small, few), many: await readsOf(large, many) };
  const batch = await interleaved(ROUNDS, { few: () => few.batches(1), many: () => many.batches(1) });
  const ratio = { one: cpu(one.many) / cpu(one.few), batch: cpu(batch.many) / cpu(batch.few) };
  const postgres = large.kind === 'postgres';
  const beside = `of ${counts(SMALL)} rows`;
  const size = `at ${counts(ROWS)} rows, 95 % spent`;
  const lines: Line[] = [
    {
      id: postgres ? 'L1' : 'L6',
      what: `claim one ${size}: ${whose(one.many)} CPU (client ${us(one.many.client)})`,
      where,
      measured: us(cpu(one.many)),
      beside: `${us(cpu(one.few))} ${beside}`,
      ratio: times(ratio.one),
      goal: postgres ? atMost(ratio.one, 2.5, '2.5×') : atMost(ratio.one, 1.5, '1.5×'),
    },
    {
      id: postgres ? 'L2' : 'L6',
      what: `claim 500 with their messages ${size}: ${whose(batch.many)} CPU per grant`,
      where,
      measured: us(cpu(batch.many)),
      beside: `${us(cpu(batch.few))} ${beside}`,
      ratio: times(ratio.batch),
      goal: postgres ? atMost(ratio.batch, 1.2, '1.2×') : atMost(ratio.batch, 1.5, '1.5×'),
    },
  ];
  if (reads.many === undefined) return lines;
  const reading = {
    id: postgres ? 'L1' : 'L6',
    what: `claim one ${size}: ${postgres ? 'buffers' : 'index and row reads'}`,
    where,
    measured: String(reads.many),
    beside: `${reads.few} ${beside}`,
    ratio: times(reads.many / Number(reads.few)),
    goal: postgres ? atMost(reads.many, 25, '25') : undefined,
  };
  return [reading, ...lines];
}

async function walks(large: Ledger): Promise<Line[]> {
  const plain = await selection(large, SCENE.selection, { cursor: true });
  const old = await underOldSnapshot(large, () => selection(large, SCENE.oldSnapshot, { cursor: true }));
  const without = await underOldSnapshot(large, () => selection(large, SCENE.noCursor, { cursor: false }));
  const line = (what: string, { first, last, grants }: typeof plain, judged: boolean): Line => ({
    id: 'L3',
    what: `last 5 % of a selection over ${counts(grants)} grants${what}: ${whose(last)} CPU per grant`,
    where: LABELS[large.kind],
    measured: us(cpu(last)),
    beside: `${us(cpu(first))} in the first 5 %`,
    ratio: times(cpu(last) / cpu(first)),
    goal: judged ? atMost(cpu(last) / cpu(first), 1.2, '1.2×') : undefined,
  });
  return [
    line('', plain, true),
    line(', under an old snapshot', old, true),
    line(', under an old snapshot, without the cursor (what it is for)', without, false),
  ];
}

async function lives(large: Ledger): Promise<Line[]> {
  const life = new Lives(large, SCENE.lives);
  const sqlite = large.kind === 'sqlite';
  const { ours, bare, single, together } = await interleaved(ROUNDS, {
    ours: () => life.batched(BATCHES),
    bare: () => (sqlite ? life.batched(BATCHES) : life.bare(BATCHES)),
    single: () => life.singly(SINGLES),
    together: () => life.singly(TOGETHER, IN_FLIGHT),
  });
  const line = { id: 'L4', where: LABELS[large.kind], measured: us(ours.client) };
  const what = `claim 500 + settle 500 with their messages: client CPU per grant (server ${us(ours.server)})`;
  const written = large.kind === 'postgres' ? await writtenBy(large.dataSource, () => life.one()) : undefined;
  const log: Line[] = written
    ? [
        {
          ...line,
          id: 'L0',
          what: `claim 500 + settle 500: write-ahead log and index entries per message (${written.heapRecords.toFixed(1)} heap records)`,
          measured: `${written.bytes.toFixed(0)} B, ${written.indexEntries.toFixed(1)}`,
          beside: '–',
          ratio: '–',
          goal: atMost(written.bytes, 1300, '1,300 B'),
        },
      ]
    : [];
  const aside: Line[] = sqlite
    ? []
    : [
        {
          ...line,
          what: `${what}, beside the bare statements`,
          beside: us(bare.client),
          ratio: times(ours.client / bare.client),
        },
      ];
  const rate = ({ wall }: Cost) => `${counts(Math.round(1e6 / wall))} a second`;
  const sends: Line = {
    id: 'S1',
    what: `accept + settle of single sends, ${IN_FLIGHT} in flight on one connection: ${whose(together)} CPU per message (${rate(together)}, client ${us(together.client)})`,
    where: line.where,
    measured: us(cpu(together)),
    beside: `${us(cpu(single))} one in flight (${rate(single)}, client ${us(single.client)})`,
    ratio: times(cpu(together) / cpu(single)),
  };
  return [
    ...log,
    sends,
    ...aside,
    {
      ...line,
      what: `${what}, beside claim and settle one by one`,
      beside: `${us(single.client)} (server ${us(single.server)})`,
      ratio: times(ours.client / single.client),
      goal: large.kind === 'postgres' ? atMost(ours.client, 6, '6 µs') : undefined,
    },
  ];
}

/** A message of a broadcast beside a job of the queues that hosts would write their own sender with. */
async function queues(large: Ledger): Promise<Line[]> {
  if (large.kind !== 'postgres') return [];
  const life = new Lives(large, SCENE.queues);
  const [boss, graphile] = await Promise.all(QUEUE_NAMES.map((name) => MeasuredQueue.open(name)));
  try {
    const cost = await interleaved(ROUNDS, {
      ours: () => life.batched(BATCHES),
      'pg-boss': () => boss.cost(BATCHES * 500),
      'graphile-worker': () => graphile.cost(BATCHES * 500),
    });
    const written = { 'pg-boss': await boss.written(500), 'graphile-worker': await graphile.written(500) };
    return QUEUE_NAMES.map((name): Line => {
      const { bytes = Number.NaN, indexEntries = Number.NaN } = written[name] ?? {};
      const ratio = Number(cost.ours.server) / Number(cost[name].server);
      return {
        id: 'L0',
        what: `claim 500 + settle 500, beside ${name} by the batch: server CPU per message (client ${us(cost.ours.client)})`,
        where: LABELS[large.kind],
        measured: us(cost.ours.server),
        beside: `${us(cost[name].server)} (client ${us(cost[name].client)}; ${bytes.toFixed(0)} B, ${indexEntries.toFixed(1)} index entries)`,
        ratio: times(ratio),
        goal: name === 'graphile-worker' ? atMost(ratio, 1, '1.0×') : undefined,
      };
    });
  } finally {
    await boss.close();
    await graphile.close();
  }
}

async function sizes(kind: DatabaseKind): Promise<Line[]> {
  if (kind === 'mysql') return [];
  const { rows, full, spent } = await claimIndexSizes(kind, INDEX_ROWS);
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  return [
    {
      id: 'L5',
      what: `claim indexes of ${counts(rows)} rows, 95 % spent`,
      where: LABELS[kind],
      measured: mb(spent),
      beside: `${mb(full)} with all available`,
      ratio: times(spent / full),
      goal: atMost(spent / full, 0.1, '0.1×'),
    },
  ];
}

async function run(kind: DatabaseKind): Promise<Line[]> {
  say(`${LABELS[kind]}: filling`);
  const after = (part: number): Pick<Grants, 'from' | 'rows' | 'spent'> => ({
    from: 1 + ROWS + part * SELECTION,
    rows: SELECTION,
    spent: 0,
  });
  const batches = 500 * (2 * BATCHES * (ROUNDS + 1) + 1) + (SINGLES + TOGETHER) * (ROUNDS + 1);
  const small = await openLedger(kind, [{ from: 1, rows: SMALL, spent: SMALL / 2, scene: SCENE.claims }]);
  const large = await openLedger(kind, [
    { from: 1, rows: ROWS, spent: ROWS - ROWS / 20, scene: SCENE.claims },
    { ...after(0), scene: SCENE.selection },
    { ...after(1), scene: SCENE.oldSnapshot },
    { ...after(2), scene: SCENE.noCursor },
    { ...after(3), rows: batches, scene: SCENE.lives },
    { ...after(3), from: after(3).from + batches, rows: 500 * BATCHES * (ROUNDS + 2), scene: SCENE.queues },
  ]);
  try {
    const lines: Line[] = [];
    for (const [name, part] of Object.entries({
      claims: () => claims(small, large),
      lives: () => lives(large),
      queues: () => queues(large),
      walks: () => walks(large),
      sizes: () => sizes(kind),
    })) {
      say(`${LABELS[kind]}: ${name}`);
      lines.push(...(await part()));
    }
    return lines;
  } finally {
    await small.close();
    await large.close();
  }
}

const lines: Line[] = [];
for (const kind of await reachable(values.databases)) lines.push(...(await run(kind)));
console.log(`${machine()}\n`);
console.log(goalTable(lines.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))));
