import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Accounts } from '../common/config/accounts.js';
import { type AccountConfig, WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { DatabaseError } from '../common/errors.js';
import { RandomSource } from '../common/random-source.js';
import { AccessToken } from './access-token.js';
import { MintBackoff } from './mint-backoff.js';
import {
  FORCE_INTERVAL_MS,
  forceResumesAt,
  MINTS_PER_HOUR,
  mintsResumeAt,
  secondsUntil,
} from './mint-limits.js';
import { TokenUnavailableError } from './token.errors.js';
import { TokenMinter } from './token.minter.js';
import { type TokenKey, type TokenLease, TokenStore } from './token.store.js';

const SHORTEST_LEASE_MS = 30_000;
/** How much longer than a lease others wait for its holder. If that one died, whoever waits can still take over. */
const WAIT_BEYOND_LEASE_MS = 5000;
const POLL_MS = 100;
const WRITE_PAUSES_MS = [100, 400, 1600];

/**
 * Gives out the access_token of each account. One mint serves all callers of this process (single flight) and all processes on
 * the same store (lease); a live token is served from memory while a new one is being fetched. No more than {@link MINTS_PER_HOUR} mints an
 * hour, whoever asks.
 */
@Injectable()
export class TokenService {
  private readonly logger = new Logger(TokenService.name);
  private readonly current = new Map<string, AccessToken>();
  private readonly flights = new Map<string, Promise<AccessToken>>();
  /**
   * The last token of each account that was reported here while in use: it is not taken up again, whatever the store or the platform say.
   * Private to the language, so that nothing prints it: it may be alive.
   */
  readonly #dead = new Map<string, string>();
  private readonly backoff: MintBackoff;
  private readonly leaseMs: number;

  constructor(
    private readonly accounts: Accounts,
    private readonly store: TokenStore,
    private readonly minter: TokenMinter,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    { http }: WeixinSubscribeConfig,
  ) {
    this.backoff = new MintBackoff(clock);
    // A mint is one call to the platform, or two (stable_token, forced): the lease outlives both.
    this.leaseMs = Math.max(SHORTEST_LEASE_MS, 2 * http.timeoutMs + 5000);
  }

  /**
   * A live token. From memory, without I/O, while there is one. Without one it may take as long as a mint; and while another process is at it,
   * up to 5 s more than its lease (30 s, or twice `http.timeoutMs` and 5 s where that is longer).
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async getToken(appId: string): Promise<AccessToken> {
    return this.live(appId) ?? this.obtain(this.accounts.get(appId));
  }

  /**
   * Reports that WeChat refused `accessToken` (40001, 40014, 42001) and answers the token to use instead, never the reported one.
   * Compare-and-refresh: a report of a token that has been replaced already, here or in another process, costs no mint, so a hundred reports
   * of one token cost one. When no mint is left, the report is refused and the token stays in use: after so many of them it may well be alive.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async refresh(appId: string, accessToken: string): Promise<AccessToken> {
    const account = this.accounts.get(appId);
    // What we hold may be older than the reported token as well as newer: the store knows.
    await this.consult(account);
    if (this.live(appId)?.accessToken === accessToken) await this.assertMintsLeft(account);
    const now = this.live(appId);
    if (now && now.accessToken !== accessToken) return now;
    // Before waiting for the store, so that nobody takes the token up again meanwhile; after it, for a token only the store knew.
    if (now) this.discard(appId, accessToken);
    if (await this.store.expire(keyOf(account), accessToken)) this.discard(appId, accessToken);
    const token = await this.obtain(account);
    // A flight that had this token already and was only storing it.
    return token.accessToken === accessToken ? this.obtain(account) : token;
  }

  /**
   * Takes over what other processes stored and mints ahead of expiry. Run for every account by the scheduler. A failure leaves the live
   * token in place and is tried again at the next run.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async refreshAhead(appId: string): Promise<void> {
    const account = this.accounts.get(appId);
    if (this.flights.has(appId)) return;
    await this.catchUp(account);
    const token = this.live(appId);
    if (token && !this.isDue(account, token)) return;
    if (this.backoff.refusal(appId)) return;
    const lease = await this.store.acquireLease(keyOf(account), this.leaseMs);
    if (lease) await this.mintUnder(lease, account, (stored) => !this.isDue(account, stored));
  }

  /** {@link catchUp}, where a token of our own will do while the store is away. */
  private async consult(account: AccountConfig): Promise<void> {
    try {
      await this.catchUp(account);
    } catch (error) {
      if (!this.live(account.appId)) throw error;
      this.logger.warn(
        `account ${account.appId}: the token store could not be asked for a newer token: ${(error as Error).message}`,
      );
    }
  }

  /** Takes over what the store holds, unless ours is newer. A token that was reported dead elsewhere ends here too. */
  private async catchUp(account: AccountConfig): Promise<AccessToken | undefined> {
    const { appId } = account;
    const stored = await this.store.read(keyOf(account));
    if (!stored) return undefined;
    if (this.isUsable(appId, stored)) return this.adopt(appId, stored);
    const known = this.current.get(appId);
    if (known && known.generation <= stored.generation) this.current.delete(appId);
    return undefined;
  }

  private discard(appId: string, accessToken: string): void {
    this.#dead.set(appId, accessToken);
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
    const { appId } = account;
    const giveUpAt = this.clock.now() + this.leaseMs + WAIT_BEYOND_LEASE_MS;
    for (;;) {
      const token = await this.catchUp(account);
      if (token) return token;
      const refusal = this.backoff.refusal(appId);
      if (refusal) throw refusal;
      const lease = await this.store.acquireLease(keyOf(account), this.leaseMs);
      if (lease) return this.mintUnder(lease, account, () => true);
      if (this.clock.now() > giveUpAt) {
        const seconds = (this.leaseMs + WAIT_BEYOND_LEASE_MS) / 1000;
        throw new TokenUnavailableError(
          `no access_token for account ${appId}: other processes have been fetching one for ${seconds} s`,
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
    let counted = false;
    try {
      const stored = await this.store.read(lease.key);
      if (stored && this.isUsable(appId, stored) && enough(stored)) {
        await this.store.releaseLease(lease).catch(() => undefined);
        return this.adopt(appId, stored);
      }
      counted = await this.store.countMint(lease, MINTS_PER_HOUR);
      if (!counted) throw (await this.mintsUsedUp(account)) ?? turnLost(appId);
      const token = await this.mint(lease, account, stored);
      this.backoff.succeeded(appId);
      this.logger.log(`account ${appId}: new access_token, ends ${token.expiresAt.toISOString()}`);
      return this.keep(lease, account, this.adopt(appId, token));
    } catch (error) {
      const refused = error instanceof TokenUnavailableError;
      // Without a count the platform was not asked; the store tells each caller anew when the next mint is free.
      if (counted || !refused) this.backoff.failed(appId, error);
      await this.store.releaseLease(lease, counted && refused && !error.mayHaveMinted).catch(() => undefined);
      throw error;
    }
  }

  private async mint(lease: TokenLease, account: AccountConfig, stored?: AccessToken): Promise<AccessToken> {
    const reported = stored?.expiresAt.getTime() === 0 ? stored.accessToken : undefined;
    const { accessToken, mintedAt, expiresAt } = await this.minter.mint(account, {
      isDead: (token) => token === reported || token === this.#dead.get(account.appId),
      takeForce: () => this.takeForce(lease),
    });
    return new AccessToken(accessToken, mintedAt, expiresAt, lease.fence);
  }

  private async takeForce(lease: TokenLease): Promise<number | undefined> {
    if (await this.store.countForce(lease)) return undefined;
    const now = this.clock.now();
    return forceResumesAt(await this.store.usage(lease.key), now) ?? now + FORCE_INTERVAL_MS;
  }

  /** A minted token is in use already and must not be lost, whatever becomes of the write: the one before it is dying. Never throws. */
  private async keep(lease: TokenLease, account: AccountConfig, token: AccessToken): Promise<AccessToken> {
    const { appId } = account;
    for (const pause of [...WRITE_PAUSES_MS, undefined]) {
      try {
        if (!(await this.store.write(lease, token))) return await this.overtaken(account, token);
        // Reported while it was being stored.
        if (this.#dead.get(appId) === token.accessToken)
          await this.store.expire(lease.key, token.accessToken);
        return token;
      } catch (error) {
        this.logger.warn(
          `account ${appId}: the new access_token could not be stored; this process uses it all the same: ${(error as Error).message}`,
        );
        if (pause === undefined || !(error instanceof DatabaseError && error.temporary)) break;
        await wait(pause);
      }
    }
    await this.store.releaseLease(lease).catch(() => undefined);
    return token;
  }

  /** The lease went to somebody else meanwhile. Their token is the newer one, if it is there yet. */
  private async overtaken(account: AccountConfig, token: AccessToken): Promise<AccessToken> {
    this.logger.warn(
      `account ${account.appId}: minting took longer than the lease, and another process was given one meanwhile`,
    );
    return (await this.catchUp(account)) ?? token;
  }

  private async assertMintsLeft(account: AccountConfig): Promise<void> {
    const refusal = await this.mintsUsedUp(account);
    if (refusal) throw refusal;
  }

  private async mintsUsedUp(account: AccountConfig): Promise<TokenUnavailableError | undefined> {
    const now = this.clock.now();
    const resumesAt = mintsResumeAt(await this.store.usage(keyOf(account)), MINTS_PER_HOUR, now);
    if (resumesAt === undefined) return undefined;
    return new TokenUnavailableError(
      `no new access_token for account ${account.appId}: ${MINTS_PER_HOUR} were minted within this hour, and no more will be`,
      undefined,
      {
        retryAfterSeconds: secondsUntil(resumesAt, now),
        remedy:
          'Either somebody reports live tokens as dead: find the client. Or another program mints for this account: use the "stable" family, or let that program read the token here.',
      },
    );
  }

  private adopt(appId: string, token: AccessToken): AccessToken {
    const known = this.live(appId);
    if (known && known.generation > token.generation) return known;
    this.current.set(appId, token);
    return token;
  }

  private live(appId: string): AccessToken | undefined {
    const token = this.current.get(appId);
    return token && this.isLive(token) ? token : undefined;
  }

  private isLive(token: AccessToken): boolean {
    return token.expiresAt.getTime() > this.clock.now();
  }

  private isUsable(appId: string, token: AccessToken): boolean {
    return this.isLive(token) && token.accessToken !== this.#dead.get(appId);
  }

  /** A short-lived token is replaced in its last third, so that a margin longer than its life does not mint without end. */
  private isDue({ refreshMarginMs }: AccountConfig, { mintedAt, expiresAt }: AccessToken): boolean {
    const lifetime = expiresAt.getTime() - mintedAt.getTime();
    return expiresAt.getTime() - this.clock.now() <= Math.min(refreshMarginMs, lifetime / 3);
  }
}

/** This process stood still for longer than its lease, before it could mint. */
function turnLost(appId: string): TokenUnavailableError {
  return new TokenUnavailableError(
    `no access_token for account ${appId}: this process was stopped, and another one has taken over`,
    undefined,
    { remedy: 'Try again.' },
  );
}

function keyOf({ appId, tokenFamily }: AccountConfig): TokenKey {
  return { appId, family: tokenFamily };
}
