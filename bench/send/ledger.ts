import { type DatabaseKind, openDatabase } from '../../test/support/test-databases.js';
import { fill, settleDown } from '../ledger/fill.js';
import { LABELS } from '../support/databases.js';
import { interleaved } from '../support/measure.js';
import { type Line, us } from '../support/report.js';
import { SCENE } from './message.mjs';
import { Sender } from './processes.js';
import { rate } from './ways.js';

const ONE_BY_ONE = 100;
const AT_ONCE = 500;
const IN_FLIGHT = 64;

/** `SubscribeService.send` with everything: input checked, grant claimed, posted, settled. */
export async function wholeSends(origin: string, kind: DatabaseKind, rounds: number): Promise<Line[]> {
  const { dataSource, database, close } = await openDatabase(kind);
  try {
    const rows = (ONE_BY_ONE + AT_ONCE) * (rounds + 1);
    await fill(dataSource, kind, { from: 1, rows, spent: 0, scene: SCENE });
    await settleDown(dataSource, kind);
    const job = { origin, connections: IN_FLIGHT, transport: 'undici', ledger: database.options };
    const sender = await Sender.start(job);
    const { single, many } = await interleaved(rounds, {
      single: () => sender.round(ONE_BY_ONE, 1),
      many: () => sender.round(AT_ONCE, IN_FLIGHT),
    });
    sender.end();
    const line = (inFlight: number, cost: typeof single): Line => ({
      id: 'full',
      what: 'CPU of one SubscribeService.send, this process only',
      where: `${LABELS[kind]}, ${inFlight} in flight`,
      measured: `${us(cost.client)}, ${rate(cost)}`,
      beside: '–',
      ratio: '–',
    });
    return [line(1, single), line(IN_FLIGHT, many)];
  } finally {
    await close();
  }
}
