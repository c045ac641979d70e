import type { Clock } from '../../kernel/clock.js';
import type { MintFailure } from './mint-failure.js';

/**
 * How far the clocks of two processes may differ. A failure from further ahead was recorded before this clock
 * was set back.
 */
const MOST_SKEW_MS = 300_000;

/**
 * Puts the failures of processes whose clocks are ahead on the clock of this one: their pause begins when
 * they are first seen here. Without that they would lie in the future, and two processes in turn would ask
 * the platform without any pause.
 */
export class FailureWatch {
  private readonly seen = new Map<string, { at: number; since: number }>();

  constructor(private readonly clock: Clock) {}

  onOurClock(appId: string, failure: MintFailure | undefined): MintFailure | undefined {
    if (!failure) return undefined;
    const { at, until } = failure;
    const now = this.clock.now();
    const known = this.seen.get(appId);
    const isSame = known?.at === at && known.since <= now;
    if (!isSame && (at <= now || at - now > MOST_SKEW_MS)) return failure;
    const since = isSame ? known.since : now;
    this.seen.set(appId, { at, since });
    return { ...failure, at: since, until: since + (until - at) };
  }
}
