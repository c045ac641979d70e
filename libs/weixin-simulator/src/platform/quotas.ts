import { type Clock, shanghaiDay } from '../common/clock.js';

interface Window {
  number: number;
  used: number;
}

export interface Limits {
  perDay: number | null;
  perMinute?: number | null;
}

/** Calls counted per name and day (from 00:00 Asia/Shanghai, row 38) and per minute, on the simulator's clock. */
export class Quotas {
  private windows = new Map<string, Window>();

  constructor(private readonly clock: Clock) {}

  /** Counts one call; 45009 or 45011 if that was one too many (then it is not counted). */
  take(name: string, limits: Limits): 45009 | 45011 | undefined {
    const day = this.window(`day ${name}`, shanghaiDay(this.clock.now()));
    const minute = this.window(`minute ${name}`, Math.floor(this.clock.now() / 60_000));
    if (limits.perDay !== null && day.used >= limits.perDay) return 45009;
    if (limits.perMinute != null && minute.used >= limits.perMinute) return 45011;
    day.used += 1;
    minute.used += 1;
    return undefined;
  }

  usedToday(name: string): number {
    return this.window(`day ${name}`, shanghaiDay(this.clock.now())).used;
  }

  reset(): void {
    this.windows.clear();
  }

  private window(key: string, number: number): Window {
    const known = this.windows.get(key);
    if (known?.number === number) return known;
    const fresh = { number, used: 0 };
    this.windows.set(key, fresh);
    return fresh;
  }
}
