import { BATCH_LIMIT } from '../../grant/grant-batch.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';

/** Batches of one broadcast that are worked on at the same time, by all processes together. */
const LANES = 8;
/** Shares of a limited rate go out so often. */
const SHARES_PER_SECOND = 5;

/** How the work on one account's broadcasts is cut into shares, so that a number of shares in a time is a number of messages in that time. */
export interface Shares {
  size: number;
  /** Milliseconds from one share to the next; absent without a limit. */
  everyMs?: number;
}

/** @param perSecond messages; `0`: no limit */
export function sharesAt(perSecond: number): Shares {
  if (perSecond === 0) return { size: BATCH_LIMIT };
  const size = Math.min(Math.max(1, Math.floor(perSecond / SHARES_PER_SECOND)), BATCH_LIMIT);
  return { size, everyMs: Math.ceil((1000 * size) / perSecond) };
}

/** A broadcast with a rate of its own below the account's is worked on a share at a time: the time from one to the next is its rate. */
export function sharesOf({ rate }: BroadcastRecord, accountRate: number): Shares & { lanes: number } {
  const isOwn = rate !== undefined && (accountRate === 0 || rate < accountRate);
  if (!isOwn) return { size: sharesAt(accountRate).size, lanes: LANES };
  return { ...sharesAt(rate), lanes: 1 };
}
