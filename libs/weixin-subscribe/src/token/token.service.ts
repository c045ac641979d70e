import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Accounts } from '../common/config/accounts.js';
import { type AccountConfig, WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { RandomSource } from '../common/random-source.js';
import { AccessToken } from './access-token.js';
import { TokenUnavailableError } from './token.errors.js';
import { TokenMinter } from './token.minter.js';
import { type TokenKey, type TokenLease, TokenStore } from './token.store.js';

const SHORTEST_LEASE_MS = 30_000;
const WAIT_MS = 20_000;
const POLL_MS = 100;
const FIRST_BACKOFF_MS = 1000;
const LAST_BACKOFF_MS = 60_000;

interface Failure {
  error: unknown;
  until: number;
  backoffMs: number;
}

/**
 * Gives out the access_token of each account. One mint serves all callers of this process (single flight) and all processes on
 * the same store (lease); a live token is served from memory while a new one is being fetched.
 */
@Injectable()
export class TokenService {
  private readonly logger = new Logger(TokenService.name);
  private readonly current = new Map<string, AccessToken>();
  private readonly flights = new Map<string, Promise<AccessToken>>();
  private readonly dead = new Map<string, string>();
  private readonly failures = new Map<string, Failure>();
  private readonly leaseMs: number;

  constructor(
    private readonly accounts: Accounts,
    private readonly store: TokenStore,
    private readonly minter: TokenMinter,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    { http }: WeixinSubscribeConfig,
  ) {
    // A mint is one call to the platform, or two (stable_token, forced): the lease outlives both.
    this.leaseMs = Math.max(SHORTEST_LEASE_MS, 2 * http.timeoutMs + 5000);
  }

  /**
   * A live token. From memory, without I/O, while there is one.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async getToken(appId: string): Promise<AccessToken> {
    const token = this.current.get(appId);
    return token && this.isLive(token) ? token : this.obtain(this.accounts.get(appId));
  }

  /**
   * Reports that WeChat refused `accessToken` (40001, 40014, 42001) and answers the token to use instead. Compare-and-refresh: a report
   * of a token that has been replaced already costs nothing, so a hundred reports of one token cost one mint.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async refresh(appId: string, accessToken: string): Promise<AccessToken> {
    const account = this.accounts.get(appId);
    const known = this.current.get(appId);
    if (known && this.isLive(known) && known.accessToken !== accessToken) return known;
    const isOurs = known?.accessToken === accessToken;
    if (isOurs) this.discard(appId, accessToken);
    // Before waiting for the store, so that nobody takes the token up again meanwhile; after it, for a token only the store knew.
    if ((await this.store.expire(keyOf(account), accessToken)) && !isOurs) this.discard(appId, accessToken);
    return this.obtain(account);
  }

  /**
   * Takes over what other processes stored and mints ahead of expiry. Run for every account by the scheduler. A failure leaves the live
   * token in place and is tried again at the next run.
   */
  async refreshAhead(appId: string): Promise<void> {
    const account = this.accounts.get(appId);
    if (this.flights.has(appId)) return;
    const stored = await this.store.read(keyOf(account));
    if (stored && this.isUsable(appId, stored)) this.adopt(appId, stored);
    const token = this.current.get(appId);
    if (token && this.isLive(token) && !this.isDue(account, token)) return;
    if (this.backingOff(appId)) return;
    const lease = await this.store.acquireLease(keyOf(account), this.leaseMs);
    if (lease) await this.mintUnder(lease, account, (stored) => !this.isDue(account, stored));
  }

  private discard(appId: string, accessToken: string): void {
    this.dead.set(appId, accessToken);
    if (this.current.get(appId)?.accessToken === accessToken) this.current.delete(appId);
  }

  private obtain(account: AccountConfig): Promise<AccessToken> {
    const { appId } = account;
    let flight = this.flights.get(appId);
    if (!flight) {
      flight = this.fetch(account).finally(() => this.flights.delete(appId));
      this.flights.set(appId, flight);
    }
    return flight;
  }

  private async fetch(account: AccountConfig): Promise<AccessToken> {
    const key = keyOf(account);
    const giveUpAt = this.clock.now() + WAIT_MS;
    for (;;) {
      const stored = await this.store.read(key);
      if (stored && this.isUsable(account.appId, stored)) return this.adopt(account.appId, stored);
      const failure = this.backingOff(account.appId);
      if (failure) throw failure.error;
      const lease = await this.store.acquireLease(key, this.leaseMs);
      if (lease) return this.mintUnder(lease, account, () => true);
      if (this.clock.now() > giveUpAt) {
        throw new TokenUnavailableError(
          `no access_token for account ${account.appId}: another process has been fetching one for ${WAIT_MS / 1000} s`,
          undefined,
          { remedy: 'Try again; if it lasts, look at the log of the other processes on this store.' },
        );
      }
      await this.clock.sleep(POLL_MS * (0.5 + this.random.fraction()));
    }
  }

  /** Between the last look and winning the lease somebody else may have minted: `enough` decides whether that token will do. */
  private async mintUnder(
    lease: TokenLease,
    account: AccountConfig,
    enough: (stored: AccessToken) => boolean,
  ): Promise<AccessToken> {
    const { appId } = account;
    try {
      const stored = await this.store.read(lease.key);
      if (stored && this.isUsable(appId, stored) && enough(stored)) {
        await this.store.releaseLease(lease);
        return this.adopt(appId, stored);
      }
      const minted = await this.minter.mint(account, this.dead.get(appId));
      this.dead.delete(appId);
      this.failures.delete(appId);
      const token = new AccessToken(minted.accessToken, minted.mintedAt, minted.expiresAt, lease.fence);
      if (!(await this.store.write(lease, token))) {
        this.logger.warn(
          `account ${appId}: a newer token was stored while this process was minting; using the newer one`,
        );
        return this.adopt(appId, (await this.store.read(lease.key)) ?? token);
      }
      this.logger.log(`account ${appId}: new access_token, ends ${token.expiresAt.toISOString()}`);
      return this.adopt(appId, token);
    } catch (error) {
      this.backOff(appId, error);
      await this.store.releaseLease(lease).catch(() => undefined);
      throw error;
    }
  }

  private adopt(appId: string, token: AccessToken): AccessToken {
    const known = this.current.get(appId);
    if (known && this.isLive(known) && known.generation > token.generation) return known;
    this.current.set(appId, token);
    return token;
  }

  private isLive(token: AccessToken): boolean {
    return token.expiresAt.getTime() > this.clock.now();
  }

  private isUsable(appId: string, token: AccessToken): boolean {
    return this.isLive(token) && token.accessToken !== this.dead.get(appId);
  }

  /** A short-lived token is replaced in its last third, so that a margin longer than its life does not mint without end. */
  private isDue({ refreshMarginMs }: AccountConfig, { mintedAt, expiresAt }: AccessToken): boolean {
    const lifetime = expiresAt.getTime() - mintedAt.getTime();
    return expiresAt.getTime() - this.clock.now() <= Math.min(refreshMarginMs, lifetime / 3);
  }

  /** After a failed mint the next callers get the same error for a while instead of asking the platform each. */
  private backingOff(appId: string): Failure | undefined {
    const failure = this.failures.get(appId);
    return failure && failure.until > this.clock.now() ? failure : undefined;
  }

  private backOff(appId: string, error: unknown): void {
    const last = this.failures.get(appId)?.backoffMs;
    const backoffMs = last === undefined ? FIRST_BACKOFF_MS : Math.min(2 * last, LAST_BACKOFF_MS);
    this.failures.set(appId, { error, backoffMs, until: this.clock.now() + backoffMs });
  }
}

function keyOf({ appId, tokenFamily }: AccountConfig): TokenKey {
  return { appId, family: tokenFamily };
}
