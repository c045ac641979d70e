import { type Clock, shanghaiDay, shanghaiMonth } from '../common/clock.js';

interface Window {
  number: number;
  used: number;
  /** Filled from outside: nothing more goes through, whatever the limit is. */
  full: boolean;
}

export interface Limits {
  perDay: number | null;
  perMinute?: number | null;
}

/** The name a call is counted under. */
export function callName(appId: string, path: string): string {
  return `${appId} ${path}`;
}

/**
 * Calls counted per name and day (from 00:00 Asia/Shanghai, row 38), per minute and per month, on the
 * simulator's clock.
 */
export class Quotas {
  private windows = new Map<string, Window>();

  constructor(private readonly clock: Clock) {}

  /** Counts one call; 45009 or 45011 if that was one too many (then it is not counted). */
  take(name: string, limits: Limits): 45009 | 45011 | undefined {
    const day = this.today(name);
    const minute = this.window(`minute ${name}`, Math.floor(this.clock.now() / 60_000));
    if (day.full || (limits.perDay !== null && day.used >= limits.perDay)) return 45009;
    if (limits.perMinute != null && minute.used >= limits.perMinute) return 45011;
    day.used += 1;
    minute.used += 1;
    return undefined;
  }

  /** Counts one use of something that is limited per month; false if that was one too many. */
  takeMonthly(name: string, perMonth: number): boolean {
    const month = this.window(`month ${name}`, shanghaiMonth(this.clock.now()));
    if (month.used >= perMonth) return false;
    month.used += 1;
    return true;
  }

  usedToday(name: string): number {
    return this.today(name).used;
  }

  /** Whether somebody filled it (see {@link fill}). */
  isFull(name: string): boolean {
    return this.today(name).full;
  }

  /** Uses up the rest of the day. */
  fill(name: string): void {
    this.today(name).full = true;
  }

  /** The day starts anew: for one path, or for every path of the account. */
  clear(appId: string, path?: string): void {
    const name = `day ${callName(appId, path ?? '/')}`;
    for (const key of this.windows.keys()) {
      if (path === undefined ? key.startsWith(name) : key === name) this.windows.delete(key);
    }
  }

  reset(): void {
    this.windows.clear();
  }

  private today(name: string): Window {
    return this.window(`day ${name}`, shanghaiDay(this.clock.now()));
  }

  private window(key: string, number: number): Window {
    const known = this.windows.get(key);
    if (known?.number === number) return known;
    const fresh = { number, used: 0, full: false };
    this.windows.set(key, fresh);
    return fresh;
  }
}
