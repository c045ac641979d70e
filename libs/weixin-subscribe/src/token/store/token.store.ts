import type { AccountConfig, TokenFamily } from '../../account/account.options.js';
import type { MintFailure } from '../mint/mint-failure.js';
import type { MintLimits, MintUsage } from '../mint/mint-limits.js';
import type { TokenDeath } from '../mint/token-deaths.js';
import type { StoredToken } from './stored-token.js';

/**
 * What is fetched for an account: an access_token of either family of its secret, or of another credential;
 * the ticket of its JS-SDK; or, for a third-party
 * platform itself, its component_access_token.
 */
export type MintedFamily = TokenFamily | 'custom' | 'authorizer' | 'component' | 'jsapi-ticket';

/** An account as far as one of its families is concerned. */
export type MintingAccount = Omit<AccountConfig, 'tokenFamily'> & { readonly tokenFamily: MintedFamily };

/** Tokens of different credentials are kept apart, as those of different families are. */
export function mintingAccount(account: AccountConfig): MintingAccount {
  const { kind } = account.credential;
  return kind === 'custom' || kind === 'authorizer' ? { ...account, tokenFamily: kind } : account;
}

/** The families of one account are separate keys: none invalidates another. At most 16 characters. */
export interface TokenKey {
  appId: string;
  family: MintedFamily;
}

export function keyOf({ appId, tokenFamily }: MintingAccount): TokenKey {
  return { appId, family: tokenFamily };
}

export function isSameKey(one: MintingAccount, other: MintingAccount): boolean {
  return one.appId === other.appId && one.tokenFamily === other.tokenFamily;
}

/** The right to mint. `fence` grows with every lease: whatever is done under an older one is refused. */
export interface TokenLease {
  key: TokenKey;
  fence: number;
}

/** A lease in other hands. */
export interface HeldLease {
  heldBy: string;
  fence: number;
}

/** All that a store knows of one account and family. */
export interface TokenRecord {
  /** The current token, live or not. One that was reported dead has `expiresAt` 1970-01-01T00:00:00Z. */
  token?: StoredToken;
  /** Who may mint now, if anybody. */
  lease?: HeldLease;
  usage: MintUsage;
  /** The last mint that failed, if none succeeded since. */
  failure?: MintFailure;
  /** Tokens that were reported dead, oldest first, at most {@link DEATHS_KEPT}. */
  deaths: TokenDeath[];
}

export interface LeaseEnd {
  /**
   * Takes the mint that was counted under this lease back, from the hour and the day: the platform surely
   * made no token.
   */
  uncountMint?: boolean;
  /** What went wrong, for every process to see. Absent: what is recorded stays. */
  failure?: MintFailure;
}

/**
 * Where the current token of each account lives. Shared between processes, a store is what makes one mint
 * serve them all. It compares no clock to decide who holds a lease: the clocks of two processes may differ by
 * minutes.
 * `describeTokenStore` of `nestjs-weixin-subscribe/testing` checks an implementation, sentence by sentence.
 */
export abstract class TokenStore {
  /** `undefined` when nothing was ever stored under the key. */
  abstract read(key: TokenKey): Promise<TokenRecord | undefined>;

  /**
   * Gives the lease if nobody holds it, or if its holder still has the fence `overdue`: the caller watched
   * that lease for longer than it may last. Otherwise tells who has it. Of any number of callers at once, one
   * gets it. A lease has no end in the store.
   * @param holder who asks, at most 64 characters; shown to operators
   */
  abstract acquireLease(key: TokenKey, holder: string, overdue?: number): Promise<TokenLease | HeldLease>;

  /**
   * Counts a mint that is about to be made under the lease, in fixed windows (an hour; a day in Beijing).
   * `false`, and nothing counted, when as many as a limit allows have been counted in a window, or when a
   * newer lease was given: then do not mint.
   */
  abstract countMint(lease: TokenLease, limits: MintLimits): Promise<boolean>;

  /**
   * Counts a `force_refresh` that is about to be made under the lease. `false`, and nothing counted, less
   * than 30 s after the last, after 20 on one day (Beijing time), or when a newer lease was given: then do
   * not force.
   */
  abstract countForce(lease: TokenLease): Promise<boolean>;

  /**
   * Stores a token minted under the lease (its `generation` is the lease's fence), forgets the last failure
   * and ends the lease. `false`, and nothing written, when a newer lease was given meanwhile. One token can
   * be written under a lease: to write it again, as after a lost answer, is `true` and changes nothing, even
   * if it was reported dead in between; another one is refused (`false`).
   */
  abstract write(lease: TokenLease, token: StoredToken): Promise<boolean>;

  /** Ends the lease without a token. Does nothing when it has ended already, or a newer one was given. */
  abstract releaseLease(lease: TokenLease, end?: LeaseEnd): Promise<void>;

  /**
   * Ends the current token's life if it is the one with this digest and has not been ended before (compare
   * and expire), and adds to `deaths`, of which the oldest give way. Answers whether it did, so that of any
   * number of reports of one token exactly one is told `true`.
   */
  abstract expire(key: TokenKey, digest: string, diedAt: number): Promise<boolean>;
}
