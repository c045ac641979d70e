import { openDatabase } from '../../test/support/test-databases.js';
import { fill, settleDown } from '../ledger/fill.js';
import { type Cost, interleaved, shuffled } from '../support/measure.js';
import { atMost, type Line, us } from '../support/report.js';
import { costOfNothing, type Exported } from './exporting.js';
import { SCENE } from './message.mjs';
import { type Job, Sender } from './processes.js';

const SENDS = 100;
/** Not measured, before each round: they pay for what another way has left in the caches. */
const LEAD_IN = 40;
/** So short that what else runs on the machine is the same for all of a turn, and so many for that. */
const TURNS_PER_ROUND = 8;
/** Of each way, until the compiler has seen all of it. */
const WARM_UP = 1500;
const IN_FLIGHT = 16;

const WAYS = {
  bare: 'no contexts',
  nothing: 'nothing',
  metrics: 'metrics',
  everything: 'everything',
  tenth: 'a tenth',
  empty: 'empty spans',
} as const satisfies Record<string, Exported>;

type Way = keyof typeof WAYS;

/** `SubscribeService.send` in a host that traces, and what the telemetry of the library adds to it. */
export async function costOfTelemetry(origin: string, rounds: number): Promise<Line[]> {
  const { dataSource, database, close } = await openDatabase('sqlite');
  try {
    const turns = TURNS_PER_ROUND * rounds;
    const rows = Object.keys(WAYS).length * (WARM_UP + (LEAD_IN + SENDS) * (turns + 1));
    await fill(dataSource, 'sqlite', { from: 1, rows, spent: 0, scene: SCENE });
    await settleDown(dataSource, 'sqlite');
    const ledger = database.options;
    const sends = { origin, connections: IN_FLIGHT, transport: 'undici', ledger, telemetry: true };
    const ofSends = await costsOf(sends, turns);
    return linesOf(ofSends, await costsOf({ origin, callsAlone: true }, turns), await costOfNothing());
  } finally {
    await close();
  }
}

async function costsOf(job: Job, turns: number): Promise<Record<Way, Cost>> {
  const sender = await Sender.start(job);
  const turn = (exported: Exported) => async () => {
    await sender.round(LEAD_IN, IN_FLIGHT, exported);
    return sender.round(SENDS, IN_FLIGHT, exported);
  };
  try {
    for (const exported of Object.values(WAYS)) await sender.round(WARM_UP, IN_FLIGHT, exported);
    const turnsOfWays = {
      bare: turn(WAYS.bare),
      nothing: turn(WAYS.nothing),
      metrics: turn(WAYS.metrics),
      everything: turn(WAYS.everything),
      tenth: turn(WAYS.tenth),
      empty: turn(WAYS.empty),
    };
    return await interleaved(turns, turnsOfWays, shuffled);
  } finally {
    sender.end();
  }
}

function linesOf(
  { bare, nothing, metrics, everything, tenth, empty }: Record<Way, Cost>,
  alone: Record<Way, Cost>,
  idleUs: number,
): Line[] {
  const line = (what: string, { client }: Cost, isJudged: boolean): Line => {
    const ratio = client / nothing.client;
    return {
      id: 'O1',
      what,
      where: `SQLite, ${IN_FLIGHT} in flight, transport: 'undici'`,
      measured: us(client),
      beside: `${us(nothing.client)} without`,
      ratio: percent(ratio),
      goal: isJudged ? atMost((ratio - 1) * 100, 3, '+3 %') : undefined,
    };
  };
  const ofCalls = (what: string, way: Way): Line => {
    const cost = alone[way].client - alone.nothing.client;
    return {
      id: 'O3',
      what,
      where: `the calls of one send alone, ${IN_FLIGHT} at a time`,
      measured: `${cost.toFixed(1)} µs`,
      beside: us(nothing.client),
      ratio: `+${((cost / nothing.client) * 100).toFixed(1)} %`,
    };
  };
  const ownUs = alone.everything.client - alone.empty.client;
  const ownShare = (ownUs / nothing.client) * 100;
  const idleShare = (idleUs / nothing.client) * 100;
  return [
    {
      id: 'O0',
      what: "CPU of one send in a host that traces, nothing of it exported: what the host's context manager takes",
      where: `SQLite, ${IN_FLIGHT} in flight, transport: 'undici'`,
      measured: us(nothing.client),
      beside: `${us(bare.client)} without it`,
      ratio: percent(nothing.client / bare.client),
    },
    line('CPU of one send in a host that traces, metrics exported', metrics, true),
    line('the same, metrics and every span', everything, true),
    line('the same, metrics and the spans of a tenth of the traces', tenth, true),
    line("four empty spans of the SDK's own and nothing else", empty, false),
    {
      id: 'O2',
      what: 'CPU of the spans, counts and durations of one send where nothing is installed',
      where: 'the calls of one send alone, 200,000 times',
      measured: `${idleUs.toFixed(2)} µs`,
      beside: us(nothing.client),
      ratio: `${idleShare.toFixed(2)} %`,
      goal: atMost(idleShare, 0.5, '0.5 %'),
    },
    ofCalls('CPU of the metrics of one send', 'metrics'),
    ofCalls('the same, metrics and every span', 'everything'),
    ofCalls('the same, metrics and the spans of a tenth of the traces', 'tenth'),
    ofCalls("four empty spans of the SDK's own and nothing else", 'empty'),
    {
      id: 'O3',
      what: 'what the library adds to those: attributes, link, contexts and metrics',
      where: 'the difference',
      measured: us(ownUs),
      beside: us(nothing.client),
      ratio: `+${ownShare.toFixed(1)} %`,
      goal: atMost(ownShare, 3, '+3 %'),
    },
  ];
}

function percent(ratio: number): string {
  const share = (ratio - 1) * 100;
  return `${share < 0 ? '−' : '+'}${Math.abs(share).toFixed(1)} %`;
}
