import type { TokenFamily } from '../common/config/options.js';
import type { AccessToken } from './access-token.js';
import type { MintUsage } from './mint-limits.js';

/** The two token families of one account are separate keys: neither invalidates the other. */
export interface TokenKey {
  appId: string;
  family: TokenFamily;
}

/** The right to mint, for a bounded time. `fence` grows with every lease: a write under an older one is refused. */
export interface TokenLease {
  key: TokenKey;
  fence: number;
}

/**
 * Where the current token of each account lives. Shared between processes, a store is what makes one mint serve them all.
 * Implementations are checked by the same contract suite.
 */
export abstract class TokenStore {
  /** The current token, live or not. One that was reported dead has `expiresAt` 1970-01-01T00:00:00Z. */
  abstract read(key: TokenKey): Promise<AccessToken | undefined>;

  /**
   * At most one holder per key until `ttlMs` has passed. `undefined` while somebody else holds it. A lease that ends later than two
   * `ttlMs` from now (one for its time, one for clocks that differ) can only come from a clock that was set back since, and counts as over.
   */
  abstract acquireLease(key: TokenKey, ttlMs: number): Promise<TokenLease | undefined>;

  /**
   * Counts a mint that is about to be made under the lease, in fixed windows of an hour. `false`, and nothing counted, when `perHour` have been
   * counted in this one, or when a newer lease was given: then do not mint.
   */
  abstract countMint(lease: TokenLease, perHour: number): Promise<boolean>;

  /**
   * Counts a `force_refresh` that is about to be made under the lease. `false`, and nothing counted, less than 30 s after the last, after 20
   * on one day (Beijing time), or when a newer lease was given: then do not force.
   */
  abstract countForce(lease: TokenLease): Promise<boolean>;

  /** What was counted. */
  abstract usage(key: TokenKey): Promise<MintUsage>;

  /** Stores a token minted under the lease and ends the lease. `false`, and nothing written, when a newer lease was given meanwhile. */
  abstract write(lease: TokenLease, token: AccessToken): Promise<boolean>;

  /**
   * Ends the lease without a token. Does nothing when a newer lease was given.
   * @param uncountMint takes the mint counted under this lease back: the platform surely made no token.
   */
  abstract releaseLease(lease: TokenLease, uncountMint?: boolean): Promise<void>;

  /** Ends the current token's life if it still is `accessToken` (compare and expire). Answers whether it was. */
  abstract expire(key: TokenKey, accessToken: string): Promise<boolean>;
}
