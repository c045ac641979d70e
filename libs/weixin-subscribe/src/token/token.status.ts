import type { AccessToken } from './access-token.js';
import { type MintLimits, mintsLeft } from './mint/mint-limits.js';
import { circuitOpenUntil, earlyDeaths } from './mint/token-deaths.js';
import type { MintedFamily, MintingAccount } from './store/token.store.js';
import type { TokenState } from './store/token.vault.js';

/** How it stands with the token of one account. Contains no token. */
export interface TokenStatus {
  appId: string;
  /** `cloud`: there is none, calls go through WeChat Cloud Run. */
  family: MintedFamily | 'cloud';
  role: 'central' | 'remote';
  /** Whether there is a live token, in this process or in the store. */
  live: boolean;
  /** Whole seconds since it was minted (`remote`: since it was read). */
  ageSeconds?: number;
  /** Whole seconds until it ends. */
  expiresInSeconds?: number;
  /**
   * The last mint (`remote`: the last request to the central) that failed, if none succeeded since; or why
   * the store can not be asked.
   */
  lastError?: { at: string; message: string; errcode?: number; retryAt: string };
  /** Who is minting now. */
  leaseHolder?: string;
  /** Mints that this hour and this day still allow. */
  mintsLeft?: { hour: number; day: number };
  /** Reports are refused until then: WeChat refused one new token after the other. */
  circuitOpenUntil?: string;
  /**
   * The store holds a token that this process has no key for: it would fetch another. Look at
   * `token.encryption`.
   */
  unreadable?: true;
  /**
   * Tokens that had worked and died before their time within 24 hours: two suggest that another program
   * mints.
   */
  earlyDeaths?: number;
}

export function tokenStatus(
  { appId, tokenFamily: family }: MintingAccount,
  state: TokenState,
  held: AccessToken | undefined,
  { limits, now }: { limits: MintLimits; now: number },
): TokenStatus {
  const { failure, lease, usage, deaths } = state;
  const openUntil = circuitOpenUntil(deaths, now);
  return {
    appId,
    family,
    role: 'central',
    ...life(held ?? state.token, now),
    ...(failure && {
      lastError: {
        at: iso(failure.at),
        message: failure.message,
        ...(failure.errcode !== undefined && { errcode: failure.errcode }),
        retryAt: iso(failure.until),
      },
    }),
    ...(state.digest !== undefined && !state.token && { unreadable: true as const }),
    ...(lease && { leaseHolder: lease.heldBy }),
    mintsLeft: mintsLeft(usage, limits, now),
    ...(openUntil !== undefined && { circuitOpenUntil: iso(openUntil) }),
    earlyDeaths: earlyDeaths(deaths, now),
  };
}

/** What a process still knows when the store can not be asked. */
export function statusWithoutStore(
  { appId, tokenFamily: family }: MintingAccount,
  held: AccessToken,
  problem: Error,
  now: number,
): TokenStatus {
  const at = iso(now);
  return {
    appId,
    family,
    role: 'central',
    ...life(held, now),
    lastError: { at, message: problem.message, retryAt: at },
  };
}

/** Of a token that may have ended. */
export function life(
  token: AccessToken | undefined,
  now: number,
): Pick<TokenStatus, 'live' | 'ageSeconds' | 'expiresInSeconds'> {
  if (!token || token.expiresAt.getTime() <= now) return { live: false };
  return {
    live: true,
    ageSeconds: Math.max(0, Math.floor((now - token.mintedAt.getTime()) / 1000)),
    expiresInSeconds: Math.floor((token.expiresAt.getTime() - now) / 1000),
  };
}

export function iso(moment: number): string {
  return new Date(moment).toISOString();
}
