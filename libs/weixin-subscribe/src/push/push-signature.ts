import { createHash } from 'node:crypto';
import { sameSecret } from '../kernel/secret.js';

/**
 * How far the timestamp of a push may be from our clock, in either direction. WeChat repeats a push within
 * about 20 s.
 */
export const PUSH_TOLERANCE_SECONDS = 300;

/**
 * Hex SHA-1 of the parts, sorted and joined: token, timestamp, nonce, and the encrypted text where there is
 * one (docs/platform.md §7.1, §7.2).
 */
export function pushSignature(...parts: string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''), 'utf8')
    .digest('hex');
}

/** In constant time, and computed for a missing one as well. */
export function isSignature(given: string | undefined, ...parts: string[]): boolean {
  return sameSecret(given ?? '', pushSignature(...parts));
}

export function isFresh(timestamp: string, nowMs: number): boolean {
  return (
    /^\d{1,12}$/.test(timestamp) &&
    Math.abs(nowMs - 1000 * Number(timestamp)) <= 1000 * PUSH_TOLERANCE_SECONDS
  );
}
