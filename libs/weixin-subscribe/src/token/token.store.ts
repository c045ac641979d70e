import type { TokenFamily } from '../common/config/options.js';
import type { AccessToken } from './access-token.js';

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
  /** The current token, live or not. */
  abstract read(key: TokenKey): Promise<AccessToken | undefined>;

  /** At most one holder per key until `ttlMs` has passed. `undefined` while somebody else holds it. */
  abstract acquireLease(key: TokenKey, ttlMs: number): Promise<TokenLease | undefined>;

  /** Stores a token minted under the lease and ends the lease. `false`, and nothing written, when a newer lease was given meanwhile. */
  abstract write(lease: TokenLease, token: AccessToken): Promise<boolean>;

  /** Ends the lease without a token. Does nothing when a newer lease was given. */
  abstract releaseLease(lease: TokenLease): Promise<void>;

  /** Ends the current token's life if it still is `accessToken` (compare and expire). Answers whether it was. */
  abstract expire(key: TokenKey, accessToken: string): Promise<boolean>;
}
