/** The only source of time in the simulator. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface ClockOptions {
  /** Where the clock starts, in milliseconds since the epoch; default: the machine's time. */
  startAt?: number;
  /** A frozen clock moves only when told to; a running one also follows the machine's. */
  frozen?: boolean;
}

/** A clock that can be moved: two hours of platform time pass in one call. */
export class SimulatedClock implements Clock {
  private reading = 0;
  private offsetMs = 0;

  constructor(private readonly options: ClockOptions = {}) {
    this.reset();
  }

  now(): number {
    return this.options.frozen ? this.reading : Date.now() + this.offsetMs;
  }

  advance(ms: number): number {
    return this.set(this.now() + ms);
  }

  set(now: number): number {
    this.reading = now;
    this.offsetMs = now - Date.now();
    return now;
  }

  /** Back to where the clock started. */
  reset(): void {
    if (this.options.startAt !== undefined) this.set(this.options.startAt);
    else {
      this.reading = Date.now();
      this.offsetMs = 0;
    }
  }
}

const SHANGHAI_OFFSET_MS = 8 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Number of the day in Asia/Shanghai (UTC+8, no daylight saving): daily counters restart when it changes. */
export function shanghaiDay(ms: number): number {
  return Math.floor((ms + SHANGHAI_OFFSET_MS) / DAY_MS);
}

/** Number of the month in Asia/Shanghai: what is allowed "per month" restarts when it changes. */
export function shanghaiMonth(ms: number): number {
  const there = new Date(ms + SHANGHAI_OFFSET_MS);
  return there.getUTCFullYear() * 12 + there.getUTCMonth();
}

/** `2026-10-07 08:30` as a phone in China shows it. */
export function shanghaiTime(ms: number): string {
  return new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(0, 16).replace('T', ' ');
}

/** The same with seconds, without the day: `08:30:59`. */
export function shanghaiSeconds(ms: number): string {
  return new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(11, 19);
}
