import type { BroadcastRecord } from '../broadcast.types.js';

/** Sees to it that somebody works on a running broadcast. */
export abstract class BroadcastWorkers {
  /** Asked every few seconds for each running broadcast; never waits for its end. */
  abstract work(broadcast: BroadcastRecord): Promise<void>;
}
