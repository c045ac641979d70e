import { BATCH_LIMIT } from '../../grant/grant-batch.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';

/** The limits of a checkpoint; after a crash, twice as many messages may be unclear. */
const LARGEST_CHECKPOINT = 125;
const SMALLEST_CHECKPOINT = 10;
/**
 * Messages of a checkpoint for each that is posted at once: to write it must not take longer than to post it.
 */
const CHECKPOINT_PER_POST = 2;
/** A batch is posted in so many seconds, where the rate is limited. */
const BATCH_SECONDS = 10;
const CHECKPOINTS_PER_BATCH = 5;
const CHUNKS_PER_SECOND = 10;

/** Batches of one broadcast that all processes together work on at once. */
const SLOTS = 8;
const JOBS_PER_SECOND = 5;

export interface BatchSizes {
  /** How many messages are claimed together. */
  batch: number;
  /** How many messages of a batch may be posted before its progress is written again. */
  checkpoint: number;
  /** How many messages one permit of the limiter covers. */
  chunk: number;
}

/**
 * @param rate that of the broadcast, per second
 * @param bestSize how many messages the database should claim together at most
 */
export function batchSizes(
  { rate }: BroadcastRecord,
  { concurrency, ratePerSecond }: { concurrency: number; ratePerSecond: number },
  bestSize: number,
): BatchSizes {
  const rates = [rate ?? 0, ratePerSecond].filter((limit) => limit > 0);
  const perSecond = Math.min(...rates, Number.POSITIVE_INFINITY);
  const perPosts = Math.max(SMALLEST_CHECKPOINT, CHECKPOINT_PER_POST * concurrency);
  const most = Math.min(perPosts, LARGEST_CHECKPOINT);
  return {
    batch: within(perSecond * BATCH_SECONDS, bestSize),
    checkpoint: within((perSecond * BATCH_SECONDS) / CHECKPOINTS_PER_BATCH, most),
    chunk: within(perSecond / CHUNKS_PER_SECOND, most),
  };
}

/**
 * How the work on one account's broadcasts is cut into jobs, so that a rate of jobs is a rate of messages.
 */
export interface JobSizes {
  /** Messages of a job. */
  size: number;
  /** Milliseconds from one job to the next; absent without a limit. */
  everyMs?: number;
}

/** @param perSecond messages; `0`: no limit */
export function jobSizesAt(perSecond: number): JobSizes {
  if (perSecond === 0) return { size: BATCH_LIMIT };
  const size = within(perSecond / JOBS_PER_SECOND, BATCH_LIMIT);
  return { size, everyMs: Math.ceil((1000 * size) / perSecond) };
}

/**
 * A broadcast with a rate below the account's has one job at a time: the time from one to the next is its
 * rate.
 */
export function jobSizesOf({ rate }: BroadcastRecord, accountRate: number): JobSizes & { slots: number } {
  const isOwn = rate !== undefined && (accountRate === 0 || rate < accountRate);
  if (!isOwn) return { size: jobSizesAt(accountRate).size, slots: SLOTS };
  return { ...jobSizesAt(rate), slots: 1 };
}

function within(n: number, most: number): number {
  return Math.min(Math.max(1, Math.floor(n)), most);
}
