import type { Clock } from '../common/clock.js';
import { secondsUntil } from './mint-limits.js';
import { TokenUnavailableError } from './token.errors.js';

const FIRST_MS = 1000;
const LAST_MS = 60_000;

interface Failure {
  error: unknown;
  /** Our own pause, doubled with every failure in a row. */
  pauseMs: number;
  /** The whole pause: ours, or the platform's where that is longer. */
  spanMs: number;
  until: number;
}

/**
 * After a failed mint the next callers get the same error for a while instead of asking the platform each: from 1 s doubling to 60 s, or as long
 * as the platform said (89506: a day). Kept in this process.
 */
export class MintBackoff {
  private readonly failures = new Map<string, Failure>();

  constructor(private readonly clock: Clock) {}

  /** What to throw instead of asking; `undefined`: ask. Its `retryAfterSeconds` is what is left of the pause. */
  refusal(appId: string): unknown {
    const failure = this.failures.get(appId);
    const leftMs = failure ? failure.until - this.clock.now() : 0;
    // More left than there ever was: the clock was set back since.
    if (!failure || leftMs <= 0 || leftMs > failure.spanMs) return undefined;
    const { error, until } = failure;
    return error instanceof TokenUnavailableError
      ? error.later(secondsUntil(until, this.clock.now()))
      : error;
  }

  failed(appId: string, error: unknown): void {
    const last = this.failures.get(appId)?.pauseMs;
    const pauseMs = last === undefined ? FIRST_MS : Math.min(2 * last, LAST_MS);
    const toldSeconds = error instanceof TokenUnavailableError ? (error.retryAfterSeconds ?? 0) : 0;
    const spanMs = Math.max(pauseMs, 1000 * toldSeconds);
    this.failures.set(appId, { error, pauseMs, spanMs, until: this.clock.now() + spanMs });
  }

  succeeded(appId: string): void {
    this.failures.delete(appId);
  }
}
