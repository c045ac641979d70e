import type { AccessToken } from '../token/access-token.js';

/**
 * After a mint of the family `token`, the token before it works for five more minutes (docs/platform.md
 * §4.1).
 */
const OVERLAP_MS = 300_000;
/** For the way of the answer, and for clocks (of our processes, of the client) that differ. */
const SAFETY_MS = 60_000;
/** Half an hour: more than any margin that a known SDK takes off (silenceper/wechat: 1,500 s). */
const LONGEST_MS = 1_800_000;

/**
 * What a client that asks again only when this time is over may be told, in whole seconds, so that it never
 * holds a token past the moment where the platform drops it.
 *
 * We replace the token at `due`, a refresh margin ahead of its end, or later when that fails; never before,
 * unless it was reported dead. From the replacement on it works for the overlap. So a client may hold it
 * until `due` plus the overlap, and once that is past and the token has still not been replaced, for the
 * overlap from now. (A `stable` token lives to its own end when it is replaced, which is later than that.)
 *
 * The longest time is for what nobody plans: a token that died, or that was reported dead although it lived.
 * A client that never looks at an errcode then works with a dead token for half an hour, not for the rest of
 * two.
 *
 * @param refreshMarginMs how long before its end the token is replaced; a short-lived one in its last third
 * (`TokenService`)
 */
export function expiresIn(
  { mintedAt, expiresAt }: Pick<AccessToken, 'mintedAt' | 'expiresAt'>,
  refreshMarginMs: number,
  now: number,
): number {
  const end = expiresAt.getTime();
  const due = end - Math.min(refreshMarginMs, (end - mintedAt.getTime()) / 3);
  const replacedAt = Math.max(due, now);
  const droppedAt = Math.min(replacedAt + OVERLAP_MS - SAFETY_MS, end);
  return Math.max(0, Math.floor(Math.min(droppedAt - now, LONGEST_MS) / 1000));
}
