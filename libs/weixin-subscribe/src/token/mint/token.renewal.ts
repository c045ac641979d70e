import { hostname } from 'node:os';
import { pid } from 'node:process';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { digest } from '../../kernel/secret.js';
import { Telemetry } from '../../kernel/telemetry.js';
import { WeixinEvents } from '../../kernel/weixin-events.js';
import { retriedWrite } from '../../sql/retried-write.js';
import { WeixinConfig } from '../../weixin/weixin.options.js';
import { AccessToken } from '../access-token.js';
import {
  keyOf,
  type MintedFamily,
  type MintingAccount,
  type TokenLease,
  TokenStore,
} from '../store/token.store.js';
import { type TokenState, TokenVault } from '../store/token.vault.js';
import { TokenCache } from '../token.cache.js';
import { TokenUnavailableError } from '../token.errors.js';
import { TokenConfig } from '../token.options.js';
import { LeaseWatch } from './lease-watch.js';
import { type MintFailure, mintFailure } from './mint-failure.js';
import { FORCE_INTERVAL_MS, forceResumesAt } from './mint-limits.js';
import { floorRefusal } from './mint-refusals.js';
import { type MintTerms, mintedNameOf, TokenMinter } from './token.minter.js';

const SHORTEST_LEASE_MS = 30_000;
const POLL_MS = 100;
const WRITE_PAUSES_MS = [100, 400, 1600];
/** Shown to operators as the holder of a lease. */
const INSTANCE = `${hostname()}:${pid}`.slice(-64);

/** Mints a token under the store's lease and puts it into the store. */
@Injectable()
export class TokenRenewal {
  /**
   * For how long a holder may take, by its own clock, and how long others watch it before they take over, by
   * theirs.
   */
  leaseMs(family: MintedFamily): number {
    return Math.max(SHORTEST_LEASE_MS, this.longestMintMs(family) + 5000);
  }

  private readonly logger = new LibraryLogger(TokenRenewal.name);
  private readonly watch: LeaseWatch;
  private readonly timeoutMs: number;

  constructor(
    private readonly vault: TokenVault,
    private readonly store: TokenStore,
    private readonly cache: TokenCache,
    private readonly minter: TokenMinter,
    private readonly clock: Clock,
    private readonly events: WeixinEvents,
    { http }: WeixinConfig,
    private readonly config: TokenConfig,
    private readonly telemetry: Telemetry,
  ) {
    this.timeoutMs = http.timeoutMs;
    this.watch = new LeaseWatch(clock, (family) => this.leaseMs(family));
  }

  /**
   * A new token, or the one that somebody else stored meanwhile if it is `enough`. `undefined`: it is
   * somebody else's turn, look again later.
   * @param state what the store held a moment ago
   * @param retried a person wants it now, although the platform named a later time: a failure is recorded as
   * that
   * @throws {TokenUnavailableError} {@link DatabaseError}
   */
  async attempt(
    account: MintingAccount,
    state: TokenState,
    enough: (stored: AccessToken) => boolean,
    retried = false,
  ): Promise<AccessToken | undefined> {
    const key = keyOf(account);
    const overdue = state.lease && this.watch.overdue(key, state.lease);
    if (state.lease && overdue === undefined) return undefined;
    const since = this.clock.now();
    const lease = await this.store.acquireLease(key, INSTANCE, overdue);
    if ('heldBy' in lease) {
      this.watch.overdue(key, lease);
      return undefined;
    }
    if (state.lease)
      this.logger.warn(
        `account ${account.appId}: took the right to mint over from ${state.lease.heldBy}, which held it for more than ${this.leaseMs(key.family) / 1000} s`,
        { appId: account.appId },
      );
    return this.underLease(lease, account, since, enough, retried);
  }

  /**
   * Between the last look and winning the lease somebody else may have minted: `enough` decides whether that
   * token will do.
   */
  private async underLease(
    lease: TokenLease,
    account: MintingAccount,
    since: number,
    enough: (stored: AccessToken) => boolean,
    retried: boolean,
  ): Promise<AccessToken | undefined> {
    const { appId, tokenFamily: family } = account;
    const { mintLimits } = this.config;
    let state: TokenState | undefined;
    let counted = false;
    let asked = false;
    try {
      state = await this.vault.read(lease.key);
      if (state.token && this.cache.isUsable(appId, state.token) && enough(state.token)) {
        await this.store.releaseLease(lease).catch(() => undefined);
        return this.cache.adopt(appId, state.token);
      }
      counted = await this.store.countMint(lease, mintLimits);
      const refusal = counted ? undefined : floorRefusal(appId, state, mintLimits, this.clock.now());
      if (refusal) throw refusal;
      // This process stood still, and another one may have taken over: it may have a token for us.
      if (!counted || this.clock.now() - since > this.leaseMs(family) - this.longestMintMs(family)) {
        await this.store.releaseLease(lease, { uncountMint: counted }).catch(() => undefined);
        return undefined;
      }
      asked = true;
      const token = await this.mint(lease, account, state);
      const answeredAt = this.clock.now();
      this.announce(account, token);
      this.cache.adopt(appId, token);
      const stored = await this.keep(lease, account, token);
      return (
        stored ?? (await this.overtaken(lease, account, token, answeredAt - since >= this.leaseMs(family)))
      );
    } catch (error) {
      const refused = error instanceof TokenUnavailableError ? error : undefined;
      // Without having asked there is nothing to wait for: the store tells each caller anew when the next
      // mint is free.
      const failed =
        asked && refused && !refused.notAsked
          ? { ...mintFailure(refused, state?.failure, this.clock.now()), credential: account.credential.id }
          : undefined;
      const failure: MintFailure | undefined = failed && retried ? { ...failed, retried: true } : failed;
      const uncountMint = counted && refused !== undefined && !refused.mayHaveMinted;
      await this.store.releaseLease(lease, { uncountMint, failure }).catch(() => undefined);
      if (failure)
        this.events.emit('weixin.token.mint-failed', {
          appId,
          message: failure.message,
          errcode: failure.errcode,
          retryAt: new Date(failure.until),
        });
      throw error;
    }
  }

  /** The longest that asking the platform takes. */
  private longestMintMs(family: MintedFamily): number {
    return this.minter.callsFor(family) * this.timeoutMs;
  }

  private async mint(lease: TokenLease, account: MintingAccount, state: TokenState): Promise<AccessToken> {
    const isReported = state.token?.expiresAt.getTime() === 0;
    const reported = isReported ? state.digest : undefined;
    const terms: MintTerms = {
      isDead: (token) => digest(token) === reported || this.cache.isDead(account.appId, token),
      refused: isReported ? state.token?.accessToken : undefined,
      takeForce: () => this.takeForce(lease),
    };
    const attributes = { 'weixin.app_id': account.appId, 'weixin.family': account.tokenFamily };
    const { accessToken, mintedAt, expiresAt } = await this.telemetry.span(
      'weixin token mint',
      { attributes },
      () => this.minter.mint(account, terms),
    );
    return new AccessToken(accessToken, mintedAt, expiresAt, lease.fence);
  }

  private async takeForce(lease: TokenLease): Promise<number | undefined> {
    if (await this.store.countForce(lease)) return undefined;
    const now = this.clock.now();
    const { usage } = await this.vault.read(lease.key);
    return forceResumesAt(usage, now) ?? now + FORCE_INTERVAL_MS;
  }

  private announce({ appId, tokenFamily }: MintingAccount, { expiresAt }: AccessToken): void {
    this.logger.log(`account ${appId}: new ${mintedNameOf(tokenFamily)}, ends ${expiresAt.toISOString()}`, {
      appId,
    });
    this.events.emit('weixin.token.minted', { appId, family: tokenFamily, expiresAt });
  }

  /**
   * A minted token is in use already and must not be lost, whatever becomes of the write: the one before it
   * is dying. `undefined`: the lease went to somebody else meanwhile. Never throws.
   */
  private async keep(
    lease: TokenLease,
    { appId }: MintingAccount,
    token: AccessToken,
  ): Promise<AccessToken | undefined> {
    const written = await retriedWrite(
      WRITE_PAUSES_MS,
      () => this.write(lease, appId, token),
      ({ message }) =>
        this.logger.warn(
          `account ${appId}: the new access_token could not be stored; this process uses it all the same: ${message}`,
          { appId, reason: message },
        ),
    );
    if (written) return written.value ? token : undefined;
    await this.store.releaseLease(lease).catch(() => undefined);
    return token;
  }

  /** `false`: the lease went to another process meanwhile. */
  private async write(lease: TokenLease, appId: string, token: AccessToken): Promise<boolean> {
    if (!(await this.vault.write(lease, token))) return false;
    this.cache.replace(appId, token);
    // Reported while it was being stored.
    if (this.cache.isDead(appId, token.accessToken))
      await this.vault.expire(lease.key, token.accessToken, this.clock.now());
    return true;
  }

  /**
   * Somebody else minted meanwhile, and theirs is the token in the store. If ours was answered only after
   * they could begin (`unclear`), nobody knows which of the two killed the other: then neither is kept. Never
   * throws.
   */
  private async overtaken(
    lease: TokenLease,
    { appId }: MintingAccount,
    token: AccessToken,
    unclear: boolean,
  ): Promise<AccessToken | undefined> {
    this.logger.warn(
      `account ${appId}: fetching an access_token took longer than the lease, and another process took over`,
      { appId },
    );
    try {
      const theirs = await this.theirs(lease);
      if (!unclear) return theirs && this.cache.adopt(appId, theirs);
      this.cache.discard(appId, token.accessToken);
      if (theirs) await this.vault.expire(lease.key, theirs.accessToken, this.clock.now());
    } catch {
      // The store is away: ours will do until it is back, and is reported if it is the dead one.
      return token;
    }
    return undefined;
  }

  /** What the process that took over stores, unless it fails to. */
  private async theirs({ key, fence }: TokenLease): Promise<AccessToken | undefined> {
    const giveUpAt = this.clock.now() + this.leaseMs(key.family);
    for (;;) {
      const { token, lease } = await this.vault.read(key);
      if (token && token.generation > fence) return token;
      if (!lease || this.clock.now() > giveUpAt) return undefined;
      await this.clock.sleep(POLL_MS);
    }
  }
}
