import { DAY_MS, dayStart, HOUR_MS, nextDayStart } from '../../kernel/platform-day.js';

/**
 * How many tokens are minted at most, per account and family, so that no bug or misbehaving client can use up
 * the platform's quota of 2,000 a day for `cgi-bin/token` (docs/platform.md §4.4). An account needs one every
 * two hours.
 */
export interface MintLimits {
  perHour: number;
  perDay: number;
}

/** `force_refresh` works at most every 30 s and 20 times a day (docs/platform.md §4.2). */
export const FORCE_INTERVAL_MS = 30_000;
export const FORCES_PER_DAY = 20;

/** `stable_token` answers a new token when this little is left of the one it has. */
const STABLE_ROTATION_MS = 300_000;

/** What has been used of the limits, for one account and family. Moments in milliseconds since 1970 UTC. */
export interface MintUsage {
  /** Begin of the hour that `windowMints` counts. */
  windowStartedAt?: number;
  windowMints: number;
  /** Begin of the platform's day that `dayMints` counts. */
  dayStartedAt?: number;
  dayMints: number;
  forcedAt?: number;
  /** On the day of `forcedAt`. */
  forces: number;
}

/** A fixed window of time, and what was minted in it. */
export interface MintWindow {
  startedAt: number;
  mints: number;
}

/**
 * The hours that count at `now`, first and last: that of this clock, and the next, which a process whose
 * clock is ahead has begun. Anything else is over, or comes from a clock that was set back.
 */
export function hourWindows(now: number): [first: number, last: number] {
  const first = now - (now % HOUR_MS);
  return [first, first + HOUR_MS];
}

/** The same with the platform's days. */
export function dayWindows(now: number): [first: number, last: number] {
  const first = dayStart(now);
  return [first, first + DAY_MS];
}

/** The hour and the day that count at `now`, and what was minted in each. */
export function mintsIn(usage: MintUsage, now: number): { hour: MintWindow; day: MintWindow } {
  return {
    hour: windowOf(hourWindows(now), usage.windowStartedAt, usage.windowMints),
    day: windowOf(dayWindows(now), usage.dayStartedAt, usage.dayMints),
  };
}

function windowOf([first, last]: [number, number], startedAt: number | undefined, mints: number): MintWindow {
  const counts = startedAt !== undefined && startedAt >= first && startedAt <= last;
  return counts ? { startedAt, mints } : { startedAt: first, mints: 0 };
}

/**
 * From when on a token may be minted again, when every window that is used up has ended; `undefined`: now.
 */
export function mintsResumeAt(usage: MintUsage, limits: MintLimits, now: number): number | undefined {
  const { hour, day } = mintsIn(usage, now);
  const ends: number[] = [];
  if (hour.mints >= limits.perHour) ends.push(hour.startedAt + HOUR_MS);
  if (day.mints >= limits.perDay) ends.push(day.startedAt + DAY_MS);
  return ends.length ? Math.max(...ends) : undefined;
}

/**
 * How many more tokens may be minted in the hour and on the day that count at `now`. Both must have one left.
 */
export function mintsLeft(usage: MintUsage, limits: MintLimits, now: number): { hour: number; day: number } {
  const { hour, day } = mintsIn(usage, now);
  return {
    hour: Math.max(0, limits.perHour - hour.mints),
    day: Math.max(0, limits.perDay - day.mints),
  };
}

/** How often `force_refresh` was used on the day of `now`. */
export function forcesOn({ forcedAt, forces }: MintUsage, now: number): number {
  const today = dayStart(now);
  return forcedAt !== undefined && forcedAt >= today && forcedAt < today + DAY_MS ? forces : 0;
}

/** When the platform's day with {@link FORCES_PER_DAY} used up ends; `undefined`: some are left. */
export function forcesRenewedAt(usage: MintUsage, now: number): number | undefined {
  return forcesOn(usage, now) < FORCES_PER_DAY ? undefined : nextDayStart(now);
}

/** From when on `force_refresh` may be used again; `undefined`: now. */
export function forceResumesAt(usage: MintUsage, now: number): number | undefined {
  const { forcedAt } = usage;
  const isRecent = forcedAt !== undefined && Math.abs(now - forcedAt) < FORCE_INTERVAL_MS;
  return forcesRenewedAt(usage, now) ?? (isRecent ? forcedAt + FORCE_INTERVAL_MS : undefined);
}

/** When `stable_token` answers another token by itself than the one that ends at `expiresAt`. */
export function rotatesAt(expiresAt: Date): number {
  return expiresAt.getTime() - STABLE_ROTATION_MS;
}
