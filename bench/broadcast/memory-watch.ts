import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { median } from '../support/measure.js';

/** Resident memory, bytes. */
export interface Memory {
  idle: number;
  /** At most, from the first message to the last. */
  most: number;
  /**
   * While the last tenth of the first `early` messages went out, and of all: medians, because the collector
   * comes and goes.
   */
  early: number;
  late: number;
  /** What the collector leaves of the heap at the end, over what it left before. */
  kept: number;
}

export async function memoryWhile(
  early: number,
  work: (seen: (ended: number) => void) => Promise<void>,
): Promise<Memory> {
  collect();
  const idle = process.memoryUsage();
  const samples: { ended: number; rss: number }[] = [];
  await work((ended) => samples.push({ ended, rss: process.memoryUsage.rss() }));
  const all = samples.at(-1)?.ended ?? 0;
  collect();
  const before = (end: number) =>
    median(samples.filter(({ ended }) => ended > end * 0.9 && ended <= end).map(({ rss }) => rss));
  return {
    idle: idle.rss,
    most: Math.max(...samples.map(({ rss }) => rss)),
    early: before(early),
    late: before(all),
    kept: process.memoryUsage().heapUsed - idle.heapUsed,
  };
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let time = 0; time < 3; time++) gc();
}
