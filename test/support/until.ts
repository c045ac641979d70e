import { setTimeout as wait } from 'node:timers/promises';

/** Waits until a condition holds, looking again every few milliseconds; gives up after ten seconds. */
export async function until(condition: () => unknown, what = 'the condition'): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    if (await condition()) return;
    await wait(5);
  }
  throw new Error(`${what} did not come true`);
}
