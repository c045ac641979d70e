import { type Given, IsChoice, type OptionChecks } from '../kernel/option-checks.js';
import { IsFlag, IsShare, IsWhole } from '../kernel/validation.js';

/**
 * `local`: one process works on a broadcast, another takes over when it dies. `bullmq`: batches are spread
 * over all processes by BullMQ.
 */
export const BROADCAST_DISTRIBUTIONS = ['local', 'bullmq'] as const;
export type BroadcastDistribution = (typeof BROADCAST_DISTRIBUTIONS)[number];

const MAX_CONCURRENCY = 512;

export class BroadcastConfig {
  /**
   * Messages that one process posts at once, 1–512. Less than `http.connections` leaves connections for
   * single sends.
   * @default 3/4 of `http.connections`
   */
  @IsWhole(1, MAX_CONCURRENCY)
  readonly concurrency: number = 48;

  /**
   * Messages per second and account, all broadcasts together, 1–100,000; single sends do not count. `0`: no
   * limit of ours. @default 500
   */
  @IsWhole(0, 100_000)
  readonly ratePerSecond: number = 500;

  /**
   * A broadcast pauses when more than this share of its last 200 messages, at least 50, were refused by
   * WeChat or wrong, 0–1; `1` never. @default 0.5
   */
  @IsShare()
  readonly pauseAtRefusedShare: number = 0.5;

  /**
   * Streams of events (`GET broadcasts/:id/events`) that one service client may have open at one process,
   * 0–10,000; `0`: no limit of ours. Each is a connection that stays open. @default 100
   */
  @IsWhole(0, 10_000)
  readonly streamsPerClient: number = 100;

  /** @default 'local'; `bullmq` needs the option `redis` and the package `bullmq` */
  @IsChoice(BROADCAST_DISTRIBUTIONS)
  readonly distribution: BroadcastDistribution = 'local';

  /**
   * Whether this process sends broadcasts; without it, it only starts, shows and stops them. @default true
   */
  @IsFlag()
  readonly worker: boolean = true;
}

export type BroadcastOptions = Given<BroadcastConfig>;

/** @param connections that are kept to the platform */
export function resolveBroadcast(
  checks: OptionChecks,
  given: BroadcastOptions | undefined,
  connections: number,
  redis: unknown,
): BroadcastConfig {
  const broadcast = checks.read('broadcast', BroadcastConfig, given);
  if (broadcast.distribution === 'bullmq' && redis === undefined)
    checks.refuse('broadcast.distribution', '"bullmq" needs the option "redis"');
  const usual = Math.min(Math.max(1, Math.floor((connections * 3) / 4)), MAX_CONCURRENCY);
  return Object.assign(broadcast, { concurrency: given?.concurrency ?? usual });
}
