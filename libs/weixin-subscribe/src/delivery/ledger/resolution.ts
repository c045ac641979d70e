/** What a person may know about an `unknown` message: that it arrived, or that it did not. */
export const RESOLUTIONS = ['sent', 'not-sent'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/**
 * How the reason of a message starts that a person has resolved. What was recorded with it stays readable, so
 * never change it.
 */
export const RESOLVED_BY_HAND = 'resolved by hand as';

/** @param by who says so, for the record; anybody's resolution starts with the reason without it */
export function resolutionReason(outcome: Resolution, by?: string): string {
  const reason = `${RESOLVED_BY_HAND} "${outcome}"`;
  return by === undefined ? reason : `${reason} by ${by}`;
}

/** Whether a person has resolved a message of this reason so. */
export const isResolvedAs = (outcome: Resolution, reason: string | undefined): boolean =>
  reason?.startsWith(resolutionReason(outcome)) ?? false;
