export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/**
 * The platform's day, which its daily quotas count, is assumed to begin at 00:00 in Beijing (docs/platform.md
 * §8).
 */
const BEIJING_OFFSET_MS = 8 * HOUR_MS;

/** The first moment of the platform's day. */
export function dayStart(now: number): number {
  return now - ((now + BEIJING_OFFSET_MS) % DAY_MS);
}

/** The first moment of the platform's next day. */
export function nextDayStart(now: number): number {
  return dayStart(now) + DAY_MS;
}

const NEW_DAY_MS = 300_000;

/**
 * When a daily quota that was refused at `now` begins anew: with the platform's next day. In the first five
 * minutes of a day the refusal may still be that of the day before (its clock is behind ours, or its answer
 * was long on the way), so then only until they are over.
 */
export function quotaRenewedAt(now: number): number {
  const calm = dayStart(now) + NEW_DAY_MS;
  return now < calm ? calm : nextDayStart(now);
}

/** Whole seconds from `now` until `moment`, at least one. */
export function secondsUntil(moment: number, now: number): number {
  return Math.max(1, Math.ceil((moment - now) / 1000));
}
