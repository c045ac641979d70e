import { setImmediate } from 'node:timers/promises';

/**
 * Lets everybody else have a turn of the event loop: SQLite's driver works within one, so a long row of
 * statements would keep it for itself.
 */
export const nextTurn = (): Promise<void> => setImmediate();
