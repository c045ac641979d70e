import { AnsweringServer } from '../send/processes.js';
import { atMost, type Line, say } from '../support/report.js';
import { BroadcastLedger } from './ledger.js';

const IN_FLIGHT = 64;
const MB = 2 ** 20;

/**
 * Memory of the host while it broadcasts to `grants` people on PostgreSQL, over what it has when idle, and
 * how it grows after the first `early`.
 */
export async function memory(grants: number, early: number): Promise<Line[]> {
  const { origin } = await AnsweringServer.start();
  say(`PostgreSQL: making ${grants} grants`);
  const ledger = await BroadcastLedger.open('postgres', [grants], { origin, inFlight: IN_FLIGHT });
  try {
    say(`a broadcast to ${grants}`);
    const seen = await ledger.memory(grants, early);
    const over = (seen.most - seen.idle) / MB;
    const growth = (seen.late - seen.early) / MB;
    const mb = (value: number) => `${value.toFixed(1)} MB`;
    const where = `PostgreSQL, ${IN_FLIGHT} in flight, ${grants.toLocaleString('en')} grants`;
    return [
      {
        ...{ id: 'B4', what: 'resident memory over idle, at most', where, ratio: '–' },
        ...{ measured: mb(over), beside: `${mb(seen.idle / MB)} idle`, goal: atMost(over, 60, '60 MB') },
      },
      {
        ...{ id: 'B4', what: `its growth after ${early.toLocaleString('en')}`, where, ratio: '–' },
        ...{ measured: mb(growth), beside: `${mb(seen.early / MB)} then`, goal: atMost(growth, 10, '10 MB') },
      },
      {
        ...{ id: 'B4', what: 'heap that is kept: after a collection at the end', where, ratio: '–' },
        ...{
          measured: mb(seen.kept / MB),
          beside: 'after a collection before',
          goal: atMost(seen.kept / MB, 10, '10 MB'),
        },
      },
    ];
  } finally {
    await ledger.close();
  }
}

/** How long a broadcast on SQLite, whose driver works on the event loop, keeps everybody else from it. */
export async function eventLoop(grants: number): Promise<Line[]> {
  const { origin } = await AnsweringServer.start();
  say(`SQLite: a broadcast to ${grants}`);
  const ledger = await BroadcastLedger.open('sqlite', [2000, grants], { origin, inFlight: IN_FLIGHT });
  try {
    // The first one warms up.
    await ledger.broadcast(2000);
    const { longest, p99, own } = await ledger.loop(grants);
    const ms = (value: number) => `${value.toFixed(0)} ms`;
    return [
      {
        ...{ id: 'B5', what: 'the longest stop of the event loop by our own work', ratio: '–' },
        where: `SQLite, ${IN_FLIGHT} in flight, ${grants.toLocaleString('en')} grants`,
        measured: own === undefined ? 'n/a' : ms(own),
        beside: `${ms(longest)} with the waits for a core, 99 % below ${ms(p99)}`,
        goal: atMost(own, 50, '50 ms'),
      },
    ];
  } finally {
    await ledger.close();
  }
}
