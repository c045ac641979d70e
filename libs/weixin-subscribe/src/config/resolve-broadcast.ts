import type { OptionChecks } from './option-checks.js';
import { BROADCAST_DISTRIBUTIONS, type BroadcastOptions } from './options.js';

const MOST_AT_ONCE = 512;

export function resolveBroadcast(
  checks: OptionChecks,
  given: BroadcastOptions,
  connections: number,
  redis: unknown,
): Required<BroadcastOptions> {
  const distribution = checks.oneOf(
    'broadcast.distribution',
    given.distribution,
    BROADCAST_DISTRIBUTIONS,
    'local',
  );
  if (distribution === 'bullmq' && redis === undefined)
    checks.refuse('broadcast.distribution', '"bullmq" needs the option "redis"');
  return {
    concurrency: checks.integer(
      'broadcast.concurrency',
      given.concurrency,
      Math.min(Math.max(1, Math.floor((connections * 3) / 4)), MOST_AT_ONCE),
      1,
      MOST_AT_ONCE,
    ),
    ratePerSecond: checks.integer('broadcast.ratePerSecond', given.ratePerSecond, 500, 0, 100_000),
    pauseAtRefusedShare: checks.share('broadcast.pauseAtRefusedShare', given.pauseAtRefusedShare, 0.5),
    streamsPerClient: checks.integer('broadcast.streamsPerClient', given.streamsPerClient, 100, 0, 10_000),
    distribution,
    worker: checks.flag('broadcast.worker', given.worker, true),
  };
}
