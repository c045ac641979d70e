import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { BroadcastConfig } from '../broadcast.options.js';

/** After so many failures in a row a broadcast pauses: about half an hour. */
const FAILURE_LIMIT = 10;
const FIRST_BACKOFF_MS = 5000;
const LAST_BACKOFF_MS = 300_000;

/** Gives permits to post, evenly spaced, at most so many per second. */
export class RateLimiter {
  private nextAt = 0;

  /**
   * @param perSecond `0`: no limit
   * @param shared a limiter that several share, whose permits are taken as well
   */
  constructor(
    private readonly perSecond: number,
    protected readonly clock: Clock,
    private readonly shared?: RateLimiter,
  ) {}

  /** Waits until `n` messages may be posted, or `signal` aborts. `false`: it has aborted. */
  async acquire(n: number, signal: AbortSignal): Promise<boolean> {
    const waitMs = this.reserve(n, this.clock.now());
    if (waitMs > 0) await this.sleep(waitMs, signal);
    return !signal.aborted;
  }

  private reserve(n: number, now: number): number {
    const sharedMs = this.shared?.reserve(n, now) ?? 0;
    if (this.perSecond === 0) return sharedMs;
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + (1000 * n) / this.perSecond;
    return Math.max(Math.ceil(at - now), sharedMs);
  }

  private async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    let wake = () => {};
    const aborted = new Promise<void>((resolve) => {
      wake = resolve;
    });
    signal.addEventListener('abort', wake);
    await Promise.race([this.clock.sleep(ms), aborted]);
    signal.removeEventListener('abort', wake);
  }
}

/**
 * How fast this process may post the broadcasts of one account, all together, and whether it may post at all
 * now.
 */
export class AccountLimiter extends RateLimiter {
  private closedUntil = 0;
  private failures = 0;

  get isOpen(): boolean {
    return this.closedForMs === 0;
  }

  /** How long it is still closed. */
  get closedForMs(): number {
    return Math.max(0, this.closedUntil - this.clock.now());
  }

  /** WeChat stated how long to wait (45011). */
  closeFor(seconds: number): void {
    this.closedUntil = Math.max(this.closedUntil, this.clock.now() + 1000 * seconds);
  }

  /** WeChat was not reached. The limiter closes for longer each time. `false`: that was the last time. */
  backOff(): boolean {
    const pauseMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.failures++, LAST_BACKOFF_MS);
    this.closedUntil = Math.max(this.closedUntil, this.clock.now() + pauseMs);
    if (this.failures < FAILURE_LIMIT) return true;
    this.reached();
    return false;
  }

  /** WeChat responded. */
  reached(): void {
    this.failures = 0;
  }

  /**
   * For one broadcast of the account.
   * @param rate messages per second, besides the rate of the account; `0`: no limit
   */
  forBroadcast(rate = 0): RateLimiter {
    return new RateLimiter(rate, this.clock, this);
  }
}

/** The limiter of each account in this process. */
@Injectable()
export class AccountLimiters {
  private readonly limiters = new Map<string, AccountLimiter>();

  constructor(
    private readonly clock: Clock,
    private readonly config: BroadcastConfig,
  ) {}

  of(appId: string): AccountLimiter {
    let limiter = this.limiters.get(appId);
    if (!limiter) {
      limiter = new AccountLimiter(this.config.ratePerSecond, this.clock);
      this.limiters.set(appId, limiter);
    }
    return limiter;
  }
}
