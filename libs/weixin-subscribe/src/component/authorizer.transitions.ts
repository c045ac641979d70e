import { digest } from '../kernel/secret.js';
import type { StoredAuthorizer } from './authorizer.types.js';

/**
 * What becomes of an authorizer's row, as a function of what is stored. `undefined`: nothing changes. Events
 * come late, repeated and out of order, so `CreateTime` decides, and answers of calls are believed only where
 * the row is still what the call was made with.
 */
export type Known = StoredAuthorizer | undefined;
export type Next = Omit<StoredAuthorizer, 'appId' | 'refreshDigest' | 'revision'> | undefined;

/** `authorized` or `updateauthorized` came. @param at its `CreateTime` */
export function codeCame(known: Known, code: string, at: Date): Next {
  const codeDigest = digest(code);
  const isRepeated = known?.codeDigest === codeDigest;
  if (known?.unauthorizedAt && known.unauthorizedAt > at) return undefined;
  if (known?.authorizedAt && known.authorizedAt > at) return undefined;
  if (known && isRepeated) {
    const isKnown = known.authorizedAt?.getTime() === at.getTime() && known.status !== 'unauthorized';
    if (isKnown) return undefined;
    const status = known.status === 'unauthorized' ? 'pending' : known.status;
    return { ...known, status, authorizedAt: at, reason: undefined };
  }
  const status = known?.status === 'authorized' ? 'authorized' : 'pending';
  return { sets: [], ...known, status, authCode: code, codeDigest, authorizedAt: at, reason: undefined };
}

/**
 * `api_query_auth` answered.
 * @param before the row that the code was taken from; `undefined`: the code came by the browser
 */
export function exchanged(
  known: Known,
  given: { code: string; refreshToken: string; sets: number[] },
  before: Known,
): Next {
  const codeDigest = digest(given.code);
  const isOurs = known?.codeDigest === codeDigest;
  if (before && known && !isOurs && known.codeDigest !== before.codeDigest) return undefined;
  if (before && known?.unauthorizedAt?.getTime() !== before.unauthorizedAt?.getTime()) return undefined;
  const { refreshToken, sets } = given;
  const next = { ...known, status: 'authorized' as const, refreshToken, sets, reason: undefined };
  // A code of another authorisation that waits is exchanged after this one, and wins.
  return known?.authCode && !isOurs ? next : { ...next, authCode: undefined, codeDigest };
}

/** `api_authorizer_token` answered. @param tried the refresh token of the call */
export function refreshed(known: Known, tried: string, refreshToken: string): Next {
  if (!known || known.refreshDigest !== digest(tried) || tried === refreshToken) return undefined;
  return { ...known, refreshToken };
}

/** `api_get_authorizer_list` has another refresh token. @param tried digest of the one that was refused */
export function recovered(known: Known, tried: string | undefined, refreshToken: string): Next {
  if (known?.refreshDigest !== tried) return undefined;
  return {
    sets: [],
    ...known,
    status: 'authorized',
    refreshToken,
    authCode: undefined,
    reason: undefined,
  };
}

/** `unauthorized` came. @param at its `CreateTime` */
export function revoked(known: Known, at: Date): Next {
  if (known?.authorizedAt && known.authorizedAt >= at) return undefined;
  if (known?.status === 'unauthorized' && known.unauthorizedAt && known.unauthorizedAt >= at)
    return undefined;
  return gone(known, at, 'its owner took the authorisation back');
}

/** WeChat says so in its answers. @param tried digest of the refresh token that was refused */
export function foundRevoked(known: Known, tried: string | undefined, reason: string): Next {
  if (!known || known.refreshDigest !== tried || known.status === 'unauthorized') return undefined;
  // Later than the authorisation it ends, and earlier than any other, on the one clock that counts: WeChat's.
  return gone(known, new Date((known.authorizedAt?.getTime() ?? 0) + 1), reason);
}

function gone(known: Known, at: Date, reason: string): Next {
  return {
    sets: [],
    ...known,
    status: 'unauthorized',
    refreshToken: undefined,
    authCode: undefined,
    unauthorizedAt: at,
    reason,
  };
}

/** Its code can not be exchanged any more, and WeChat has no refresh token for it. */
export function codeLost(known: Known, code: string): Next {
  if (!known || known.codeDigest !== digest(code) || !known.authCode) return undefined;
  return { ...known, authCode: undefined, reason: 'its code was not exchanged in time: authorise again' };
}
