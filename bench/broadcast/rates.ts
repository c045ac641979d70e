import { ACCOUNT } from '../send/message.mjs';
import { AnsweringServer, type Job, Sender } from '../send/processes.js';
import { rate } from '../send/ways.js';
import { LABELS } from '../support/databases.js';
import { type Cost, interleaved } from '../support/measure.js';
import { atLeast, atMost, type Line, say, times, us } from '../support/report.js';
import { BroadcastLedger } from './ledger.js';

const IN_FLIGHT = 64;
const GRANTS = 10_000;
const ONE_BY_ONE = 500;
const BARE: Omit<Job, 'origin'> = { bare: 'undici' };
/** Loops without any ledger. */
const PEERS: Record<string, { job: Omit<Job, 'origin'>; sends: number }> = {
  'co-wechat-api': { job: { sdk: 'co-wechat-api', account: ACCOUNT }, sends: 2000 },
  'node-easywechat': { job: { sdk: 'node-easywechat', account: ACCOUNT }, sends: 500 },
  'nest-wechat': { job: { sdk: 'nest-wechat', account: ACCOUNT }, sends: 500 },
};

/**
 * A broadcast on PostgreSQL as fast as it goes, beside the bare posts, beside claiming and settling one by
 * one, and beside the SDKs.
 */
export async function atFullSpeed(rounds: number, peers: boolean): Promise<Line[]> {
  const { origin } = await AnsweringServer.start();
  const others = { bare: { job: BARE, sends: GRANTS }, ...(peers ? PEERS : {}) };
  const senders: Sender[] = [];
  say('PostgreSQL: making grants');
  const sizes = Array.from({ length: rounds + 1 }, () => [GRANTS, ONE_BY_ONE]).flat();
  const ledger = await BroadcastLedger.open('postgres', sizes, { origin, inFlight: IN_FLIGHT });
  try {
    const turns: Record<string, () => Promise<Cost>> = {
      broadcast: () => ledger.broadcast(GRANTS),
      oneByOne: () => ledger.oneByOne(ONE_BY_ONE),
    };
    for (const [name, { job, sends }] of Object.entries(others)) {
      const sender = await Sender.start({ ...job, origin, connections: IN_FLIGHT });
      senders.push(sender);
      turns[name] = () => sender.round(sends, IN_FLIGHT);
    }
    say(`${rounds} rounds of ${Object.keys(turns).join(', ')}`);
    const { broadcast, oneByOne, bare, ...loops } = await interleaved(rounds, turns);
    return [
      ...besideBare(broadcast, bare),
      besideOneByOne(broadcast, oneByOne),
      ...Object.entries(loops).map(([name, loop]) => besideLoop(broadcast, name, loop)),
    ];
  } finally {
    for (const sender of senders) sender.end();
    await ledger.close();
  }
}

const where = `PostgreSQL, ${IN_FLIGHT} in flight, 0 ms`;

function besideBare(broadcast: Cost, bare: Cost): Line[] {
  const faster = bare.wall / broadcast.wall;
  const extra = broadcast.client - bare.client;
  return [
    {
      ...{ id: 'B1', what: 'messages per second of a broadcast', where },
      ...{ measured: rate(broadcast), beside: `${rate(bare)} bare undici`, ratio: times(faster) },
      goal: atLeast(faster, 0.45, '0.45×'),
    },
    {
      ...{ id: 'B1', what: 'CPU of one message, this process only', where },
      ...{ measured: us(broadcast.client), beside: `${us(bare.client)} bare undici` },
      ratio: `${times(broadcast.client / bare.client)}, ${extra < 0 ? '−' : '+'}${us(Math.abs(extra))}`,
      goal: atMost(extra, 12, '+12 µs'),
    },
    {
      ...{ id: 'B1', what: 'CPU of one message, PostgreSQL', where },
      ...{ measured: us(broadcast.server), beside: '–', ratio: '–' },
    },
  ];
}

function besideOneByOne(broadcast: Cost, oneByOne: Cost): Line {
  const faster = oneByOne.wall / broadcast.wall;
  return {
    ...{ id: 'B3', what: 'messages per second of a broadcast', where },
    measured: `${rate(broadcast)}, ${us(broadcast.client)}`,
    beside: `${rate(oneByOne)}, ${us(oneByOne.client)} claimed and settled one by one`,
    ratio: `rate ${times(faster)}, their CPU ${times(oneByOne.client / broadcast.client)}`,
    goal: atLeast(faster, 5, '5×'),
  };
}

function besideLoop(broadcast: Cost, name: string, loop: Cost): Line {
  return {
    ...{ id: 'SDK', what: 'messages per second of a broadcast', where },
    measured: `${rate(broadcast)}, ${us(broadcast.client)}`,
    beside: `${rate(loop)}, ${us(loop.client)} a loop over ${name}, no ledger`,
    ratio: `rate ${times(loop.wall / broadcast.wall)}, their CPU ${times(loop.client / broadcast.client)}`,
  };
}

/** With the latency of a network: what matters is that the senders never run out of messages. */
export async function withLatency(rounds: number): Promise<Line[]> {
  const [inFlight, latencyMs, grants] = [256, 50, 12_800];
  const { origin } = await AnsweringServer.start(undefined, latencyMs);
  const server = { origin, inFlight };
  const sizes = Array.from({ length: rounds + 1 }, () => grants);
  say('PostgreSQL and SQLite: making grants');
  const postgres = await BroadcastLedger.open('postgres', sizes, server);
  const sqlite = await BroadcastLedger.open('sqlite', sizes, server);
  const sender = await Sender.start({ ...BARE, origin, connections: inFlight });
  try {
    say(`${rounds} rounds with ${latencyMs} ms`);
    const costs = await interleaved(rounds, {
      bare: () => sender.round(grants, inFlight),
      postgres: () => postgres.broadcast(grants),
      sqlite: () => sqlite.broadcast(grants),
    });
    return (['postgres', 'sqlite'] as const).map((kind) => {
      const faster = costs.bare.wall / costs[kind].wall;
      return {
        ...{ id: 'B2', what: `messages per second of a broadcast to ${grants.toLocaleString('en')}` },
        where: `${LABELS[kind]}, ${inFlight} in flight, ${latencyMs} ms`,
        ...{ measured: rate(costs[kind]), beside: `${rate(costs.bare)} bare undici`, ratio: times(faster) },
        goal: kind === 'sqlite' ? atLeast(faster, 0.85, '0.85×') : atLeast(faster, 0.95, '0.95×'),
      };
    });
  } finally {
    sender.end();
    await postgres.close();
    await sqlite.close();
  }
}
