import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseError } from './database.error.js';

/**
 * Tries a write that must not be lost again after each pause, while the database fails only temporarily.
 * Never rejects.
 * @param onFailure is called for each failed try; `isLast`: no other try follows
 * @returns what the write returned; `undefined`: every try failed
 */
export async function retriedWrite<T>(
  pausesMs: readonly number[],
  write: () => Promise<T>,
  onFailure: (error: Error, isLast: boolean) => void,
): Promise<{ value: T } | undefined> {
  for (const pause of [...pausesMs, undefined]) {
    try {
      return { value: await write() };
    } catch (error) {
      const isLast = pause === undefined || !(error instanceof DatabaseError && error.temporary);
      onFailure(error as Error, isLast);
      if (isLast) return undefined;
      await wait(pause);
    }
  }
  return undefined;
}
