import type { AccessToken } from '../access-token.js';

/** The share of the margin over which the processes spread. */
const JITTER = 0.1;

/**
 * Whether it is time to replace a token ahead of its end: `marginMs` before, less up to a tenth of it. A
 * short-lived token is replaced in its last third, so that a margin longer than its life does not mint
 * without end.
 * @param spread 0 to 1: where in the tenth this process stands
 */
export function isDue(
  { mintedAt, expiresAt }: AccessToken,
  marginMs: number,
  spread: number,
  now: number,
): boolean {
  const lifetimeMs = expiresAt.getTime() - mintedAt.getTime();
  const margin = Math.min(marginMs, lifetimeMs / 3) * (1 - JITTER * spread);
  return expiresAt.getTime() - now <= margin;
}
