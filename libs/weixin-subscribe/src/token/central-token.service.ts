import { Injectable } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { RandomSource } from '../kernel/random-source.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import type { AccessToken } from './access-token.js';
import { FailureWatch } from './mint/failure-watch.js';
import { failureRefusal, isSameFailure, type MintFailure, retryRefusal } from './mint/mint-failure.js';
import { forcesRenewedAt } from './mint/mint-limits.js';
import { circuitRefusal, floorRefusal, forceRefusal, waitedTooLong } from './mint/mint-refusals.js';
import { isDue } from './mint/refresh-margin.js';
import { TokenRenewal } from './mint/token.renewal.js';
import { earlyDeaths, suggestsThirdParty } from './mint/token-deaths.js';
import { isSameKey, keyOf, type MintingAccount, mintingAccount } from './store/token.store.js';
import { type TokenState, TokenVault } from './store/token.vault.js';
import { TokenCache } from './token.cache.js';
import type { TokenUnavailableError } from './token.errors.js';
import { TokenConfig } from './token.options.js';
import { TokenService } from './token.service.js';
import { statusWithoutStore, type TokenStatus, tokenStatus } from './token.status.js';

/**
 * How much longer than a lease others wait for its holder. If that one died, whoever waits can still take
 * over.
 */
const WAIT_BEYOND_LEASE_MS = 5000;
const POLL_MS = 100;

/**
 * The token service of accounts whose tokens are fetched here, by whatever credential. One mint serves all
 * callers of this process (single flight) and all processes on the same store (lease); a live token is served
 * from memory while a new one is being fetched.
 */
@Injectable()
export class CentralTokenService extends TokenService {
  private readonly logger = new LibraryLogger(TokenService.name);
  private readonly flights = new Map<string, Promise<AccessToken>>();
  private readonly retries = new Map<string, Promise<AccessToken>>();
  /** Fetches ahead of the end that are under way; they resolve, whatever came of it. */
  private readonly renewals = new Map<string, Promise<void>>();
  private readonly failures: FailureWatch;
  /** Drawn once, so that not all processes ask at the same second. */
  private readonly spread: number;

  constructor(
    private readonly accounts: Accounts,
    private readonly vault: TokenVault,
    private readonly cache: TokenCache,
    private readonly renewal: TokenRenewal,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly events: WeixinEvents,
    private readonly config: TokenConfig,
    private readonly use: AccountUse,
  ) {
    super();
    this.failures = new FailureWatch(clock);
    this.spread = random.fraction();
    // What is in memory was made with what the account had before: another family, or another credential.
    accounts.onChange(({ before, after }) => {
      if (before && (!after || !isSameKey(mintingAccount(before), mintingAccount(after))))
        cache.drop(before.appId);
    });
  }

  override async getToken(appId: string): Promise<AccessToken> {
    this.permit(appId);
    this.use.note(appId);
    return this.cache.live(appId) ?? this.obtain(this.account(appId));
  }

  override async refresh(appId: string, accessToken: string): Promise<AccessToken> {
    this.permit(appId);
    const account = this.account(appId);
    // What we hold may be older than the reported token as well as newer: the store knows.
    const state = await this.consult(account);
    const now = this.cache.live(appId);
    if (now && now.accessToken !== accessToken) return now;
    if (now) {
      const current = await this.assertReplaceable(account, state);
      if (forcesRenewedAt(current.usage, this.clock.now()) !== undefined && account.tokenFamily === 'stable')
        return this.replacedUnforced(account, current, accessToken);
    }
    // Before waiting for the store, so that nobody takes the token up again meanwhile; after it, for a token
    // only the store knew.
    if (now) this.cache.discard(appId, accessToken);
    if (await this.vault.expire(keyOf(account), accessToken, this.clock.now())) {
      this.cache.discard(appId, accessToken);
      await this.lookForThirdParty(account);
    }
    const token = await this.obtain(account);
    // A flight that had this token already and was only storing it.
    return token.accessToken === accessToken ? this.obtain(account) : token;
  }

  override async retry(appId: string): Promise<AccessToken> {
    this.permit(appId);
    const account = this.account(appId);
    let flight = this.retries.get(appId);
    if (!flight) {
      flight = this.askAgain(account).finally(() => {
        this.retries.delete(appId);
        this.dropFormer(account);
      });
      this.retries.set(appId, flight);
    }
    return flight;
  }

  override async refreshAhead(appId: string): Promise<void> {
    this.permit(appId);
    const account = this.account(appId);
    if (this.flights.has(nameOf(account))) return;
    const state = await this.catchUp(account);
    const token = this.cache.live(appId);
    if (token && !this.isDue(account, token)) return;
    if (this.refusal(account, state)) return;
    const renewal = this.renewal.attempt(account, state, (stored) => !this.isDue(account, stored));
    const over = renewal.then(
      () => undefined,
      () => undefined,
    );
    this.renewals.set(appId, over);
    try {
      await renewal;
    } finally {
      if (this.renewals.get(appId) === over) this.renewals.delete(appId);
      this.dropFormer(account);
    }
  }

  override async status(appId: string): Promise<TokenStatus> {
    const account = this.account(appId);
    const now = this.clock.now();
    const { mintLimits: limits } = this.config;
    try {
      const state = await this.vault.read(keyOf(account));
      return tokenStatus(account, state, this.cache.live(appId), { limits, now });
    } catch (error) {
      const held = this.cache.live(appId);
      // It goes on with that one: who ends this process because of its health would end the token, too.
      if (held) return statusWithoutStore(account, held, foreignCause(error), now);
      throw error;
    }
  }

  /** @throws {AccountDisabledError} {@link UnknownAccountError} */
  protected permit(appId: string): void {
    this.accounts.enabled(appId);
  }

  /** What is minted for an account. @throws {UnknownAccountError} */
  protected account(appId: string): MintingAccount {
    return mintingAccount(this.accounts.get(appId));
  }

  /** {@link catchUp}, where a token of our own will do while the store is away. */
  private async consult(account: MintingAccount): Promise<TokenState | undefined> {
    try {
      return await this.catchUp(account);
    } catch (error) {
      if (!this.cache.live(account.appId)) throw error;
      const reason = (error as Error).message;
      this.logger.warn(
        `account ${account.appId}: the token store could not be asked for a newer token: ${reason}`,
        { appId: account.appId, reason },
      );
      return undefined;
    }
  }

  /**
   * Takes over what the store holds, unless ours is newer. A token that was reported dead elsewhere ends here
   * too.
   */
  private async catchUp(account: MintingAccount): Promise<TokenState> {
    const { appId } = account;
    const state = await this.vault.read(keyOf(account));
    const { token } = state;
    if (token && this.cache.isUsable(appId, token)) this.cache.adopt(appId, token);
    else if (token) this.cache.forget(appId, token.generation);
    return state;
  }

  private obtain(account: MintingAccount): Promise<AccessToken> {
    const name = nameOf(account);
    let flight = this.flights.get(name);
    if (!flight) {
      flight = this.fetch(account).finally(() => {
        this.flights.delete(name);
        this.dropFormer(account);
      });
      this.flights.set(name, flight);
    }
    return flight;
  }

  private async fetch(account: MintingAccount): Promise<AccessToken> {
    const { appId } = account;
    const patienceMs = this.renewal.leaseMs(account.tokenFamily) + WAIT_BEYOND_LEASE_MS;
    const giveUpAt = this.clock.now() + patienceMs;
    for (;;) {
      // Told before the look, so that who stood still in between looks once more.
      const isLast = this.clock.now() > giveUpAt;
      const state = await this.catchUp(account);
      const token = this.cache.live(appId);
      if (token) return token;
      const refusal = this.refusal(account, state);
      if (refusal) throw refusal;
      const minted = await this.renewal.attempt(account, state, () => true);
      if (minted) return minted;
      if (isLast) throw waitedTooLong(appId, patienceMs);
      await this.anotherTurn(appId);
    }
  }

  /** A token that was on its way while the account got another family or credential is not for that. */
  private dropFormer(account: MintingAccount): void {
    const { appId } = account;
    try {
      if (isSameKey(account, this.account(appId))) return;
    } catch {
      // It is gone.
    }
    this.cache.drop(appId);
  }

  /** Until our own renewal ends, or, where another process has the lease, for a moment. */
  private anotherTurn(appId: string): Promise<void> {
    return this.renewals.get(appId) ?? this.clock.sleep(POLL_MS * (0.5 + this.random.fraction()));
  }

  /** Of any number of processes that retry one failure, one asks; the others get its token, or its error. */
  private async askAgain(account: MintingAccount): Promise<AccessToken> {
    const { appId } = account;
    const seen = await this.catchUp(account);
    const newer = (token: AccessToken) => token.generation > (seen.token?.generation ?? 0);
    const patienceMs = this.renewal.leaseMs(account.tokenFamily) + WAIT_BEYOND_LEASE_MS;
    const giveUpAt = this.clock.now() + patienceMs;
    for (let state = seen; ; state = await this.catchUp(account)) {
      const now = this.clock.now();
      const isLast = now > giveUpAt;
      const failure = this.failureOf(account, state);
      if (!failure) return this.getToken(appId);
      const isOther = !isSameFailure(state.failure, seen.failure);
      const refusal =
        (isOther ? failureRefusal(failure, now) : retryRefusal(failure, now)) ??
        floorRefusal(appId, state, this.config.mintLimits, now);
      if (refusal) throw refusal;
      const token = await this.renewal.attempt(account, state, newer, true);
      if (token) return token;
      if (isLast) throw waitedTooLong(appId, patienceMs);
      await this.anotherTurn(appId);
    }
  }

  /** Why the platform is not asked for a token now. */
  private refusal(account: MintingAccount, state: TokenState): TokenUnavailableError | undefined {
    const { appId } = account;
    const now = this.clock.now();
    return (
      failureRefusal(this.failureOf(account, state), now) ??
      floorRefusal(appId, state, this.config.mintLimits, now)
    );
  }

  /**
   * A failure that another credential met says nothing of this one: a secret that was replaced is tried at
   * once.
   */
  private failureOf({ appId, credential }: MintingAccount, { failure }: TokenState): MintFailure | undefined {
    const isOther = failure?.credential !== undefined && failure.credential !== credential.id;
    return isOther ? undefined : this.failures.onOurClock(appId, failure);
  }

  /**
   * A live token is given up only for a new one that can be had: after so many reports it may well be alive.
   */
  private async assertReplaceable(
    account: MintingAccount,
    known: TokenState | undefined,
  ): Promise<TokenState> {
    const { appId } = account;
    const state = known ?? (await this.vault.read(keyOf(account)));
    const now = this.clock.now();
    const refusal =
      circuitRefusal(appId, state, now) ?? floorRefusal(appId, state, this.config.mintLimits, now);
    if (refusal) throw this.refused(appId, refusal);
    return state;
  }

  /**
   * No `force_refresh` is left today, so that `stable_token` may go on answering the reported token. It stays
   * in use until the platform has another: giving it up would leave every caller without any until then, for
   * two hours at most.
   */
  private async replacedUnforced(
    account: MintingAccount,
    state: TokenState,
    reported: string,
  ): Promise<AccessToken> {
    const { appId } = account;
    const other = ({ accessToken }: AccessToken) => accessToken !== reported;
    const refusal = failureRefusal(this.failureOf(account, state), this.clock.now());
    if (refusal) throw this.refused(appId, refusal);
    const token = await this.renewal.attempt(account, state, other);
    if (token && other(token)) return token;
    throw this.refused(appId, forceRefusal(appId, state, this.clock.now()));
  }

  /** Tells the host of a report that is not acted upon. */
  private refused(appId: string, refusal: TokenUnavailableError): TokenUnavailableError {
    const retryAt = new Date(this.clock.now() + 1000 * (refusal.retryAfterSeconds ?? 0));
    this.events.emit('weixin.token.report-refused', { appId, message: refusal.message, retryAt });
    return refusal;
  }

  private async lookForThirdParty(account: MintingAccount): Promise<void> {
    const { appId, tokenFamily: family } = account;
    const { deaths } = await this.vault.read(keyOf(account)).catch(() => ({ deaths: [] }));
    const now = this.clock.now();
    this.events.emit('weixin.token.died', { appId, family });
    if (!suggestsThirdParty(deaths, now)) return;
    const count = earlyDeaths(deaths, now);
    this.logger.warn(
      `account ${appId}: ${count} access_tokens died before their time within 24 hours. Another program probably fetches tokens for this account: let it read them here, or use the "stable" family; or a client reports live tokens as dead.`,
      { appId },
    );
    this.events.emit('weixin.token.third-party-suspected', { appId, family, earlyDeaths: count });
  }

  private isDue(account: MintingAccount, token: AccessToken): boolean {
    return isDue(token, account.refreshMarginMs, this.spread, this.clock.now());
  }
}

const nameOf = ({ appId, tokenFamily }: MintingAccount) => `${appId}:${tokenFamily}`;
