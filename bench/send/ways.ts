import { type Cost, interleaved } from '../support/measure.js';
import { atLeast, atMost, type Line, say, times, us } from '../support/report.js';
import { ACCOUNT } from './message.mjs';
import { type Job, Sender } from './processes.js';

const IN_FLIGHT = 64;

/**
 * What is compared, and how often it sends in one round: so often that a round lasts some tenths of a second.
 */
const WAYS = {
  undici: { job: { bare: 'undici' }, sends: 6000 },
  ours: { job: { transport: 'undici' }, sends: 6000 },
  oursInSeries: { job: { transport: 'undici', series: true }, sends: 6000 },
  oursByDefault: { job: { transport: 'axios' }, sends: 2000 },
  httpService: { job: { bare: 'HttpService' }, sends: 1000 },
  axios: { job: { bare: 'axios-keep-alive' }, sends: 1000 },
  'co-wechat-api': { job: { sdk: 'co-wechat-api', account: ACCOUNT }, sends: 2000 },
  'node-easywechat': { job: { sdk: 'node-easywechat', account: ACCOUNT }, sends: 1000 },
  'nest-wechat': { job: { sdk: 'nest-wechat', account: ACCOUNT }, sends: 1000 },
} satisfies Record<string, { job: Omit<Job, 'origin'>; sends: number }>;
type Way = keyof typeof WAYS;

/** How many times as many messages as the others, and how many times less CPU for each. */
const AGAINST: [way: Way, label: string, least: number][] = [
  ['axios', 'bare axios, kept-alive connections', 4],
  ['co-wechat-api', 'co-wechat-api', 1.25],
  ['node-easywechat', 'node-easywechat', 5],
  ['nest-wechat', 'nest-wechat', 5],
];

/** One send without the ledger, all ways in turn, each in a process of its own. */
export async function waysToSend(origin: string, rounds: number): Promise<Line[]> {
  const senders: Sender[] = [];
  const turns = {} as Record<Way, () => Promise<Cost>>;
  try {
    for (const [name, { job, sends }] of Object.entries(WAYS)) {
      say(`starting ${name}`);
      const sender = await Sender.start({ ...job, origin, connections: IN_FLIGHT });
      senders.push(sender);
      turns[name as Way] = () => sender.round(sends, IN_FLIGHT);
    }
    say(`${rounds} rounds of ${senders.length} ways`);
    return lines(await interleaved(rounds, turns));
  } finally {
    for (const sender of senders) sender.end();
  }
}

function lines(costs: Record<Way, Cost>): Line[] {
  const { undici, ours, oursInSeries, oursByDefault, httpService } = costs;
  const extra = ours.client - undici.client;
  const where = `64 in flight, transport: 'undici'`;
  const byDefault = `64 in flight, transport: 'axios' (default)`;
  return [
    {
      id: 'G1',
      what: 'CPU of one send without the ledger',
      where,
      measured: us(ours.client),
      beside: `${us(undici.client)} bare undici`,
      ratio: `${times(ours.client / undici.client)}, ${extra < 0 ? '−' : '+'}${us(Math.abs(extra))}`,
      goal: atMost(extra, 15, '+15 µs'),
    },
    {
      id: 'G1',
      what: 'sends per second',
      where,
      measured: rate(ours),
      beside: `${rate(undici)} bare undici`,
      ratio: times(undici.wall / ours.wall),
      goal: atLeast(undici.wall / ours.wall, 0.6, '0.60×'),
    },
    {
      id: 'G1',
      what: 'CPU of one send of a series: one content, many recipients',
      where,
      measured: us(oursInSeries.client),
      beside: `${us(ours.client)} one by one`,
      ratio: times(oursInSeries.client / ours.client),
    },
    ...AGAINST.map(([way, label, least]) => against(costs[way], ours, { where, label, least })),
    {
      id: 'G3',
      what: 'CPU of one send without the ledger',
      where: byDefault,
      measured: us(oursByDefault.client),
      beside: `${us(httpService.client)} stock HttpService`,
      ratio: times(oursByDefault.client / httpService.client),
      goal: atMost(oursByDefault.client / httpService.client, 0.5, '0.5×'),
    },
    {
      id: 'G3',
      what: 'the same, beside bare undici',
      where: byDefault,
      measured: us(oursByDefault.client),
      beside: `${us(undici.client)} bare undici`,
      ratio: times(oursByDefault.client / undici.client),
    },
  ];
}

function against(
  theirs: Cost,
  ours: Cost,
  { where, label, least }: { where: string; label: string; least: number },
): Line {
  const faster = theirs.wall / ours.wall;
  const cheaper = theirs.client / ours.client;
  return {
    id: 'G2',
    what: `sends per second and CPU, beside ${label}`,
    where,
    measured: `${rate(ours)}, ${us(ours.client)}`,
    beside: `${rate(theirs)}, ${us(theirs.client)}`,
    ratio: `rate ${times(faster)}, their CPU ${times(cheaper)}`,
    goal: atLeast(Math.min(faster, cheaper), least, `${least}× in both`),
  };
}

export function rate({ wall }: Cost): string {
  return `${Math.round(1e6 / wall).toLocaleString('en')}/s`;
}
