import { Injectable } from '@nestjs/common';
import type { ProvidedAccessToken } from '../../account/credential.options.js';
import { Clock } from '../../kernel/clock.js';
import { foreignCause } from '../../kernel/errors.js';
import { SecretMask } from '../../kernel/secret-mask.js';
import { settledWithin } from '../../kernel/settled-within.js';
import { WeixinConfig } from '../../weixin/weixin.options.js';
import { isAccessToken, LIFETIME_SECONDS, TOKEN_SHAPE } from '../access-token.js';
import { type MintedToken, type MintTerms, stillDead } from '../mint/token.minter.js';
import type { MintingAccount } from '../store/token.store.js';
import { TokenUnavailableError } from '../token.errors.js';
import { Credential } from './credential.js';

const REMEDY = 'Look at getAccessToken of the credential of this account, and at what it calls.';

/** Tokens that a function of the host gives. */
@Injectable()
export class CustomCredential extends Credential {
  override readonly kind = 'custom';
  /** As long as asking the platform twice: what the lease allows for. */
  private readonly patienceMs: number;

  constructor(
    private readonly clock: Clock,
    { http }: WeixinConfig,
  ) {
    super();
    this.patienceMs = 2 * http.timeoutMs;
  }

  override async mint({ appId, credential }: MintingAccount, terms: MintTerms): Promise<MintedToken> {
    if (credential.kind !== 'custom') throw new Error(`account ${appId} has another credential`);
    const mintedAt = this.clock.now();
    const given = await this.ask(appId, terms.refused, async () =>
      credential.getAccessToken({ appId, ...(terms.refused !== undefined && { refused: terms.refused }) }),
    );
    const { accessToken, expiresAt } = this.checked(appId, given, mintedAt);
    if (terms.isDead(accessToken)) throw stillDead(appId, { remedy: REMEDY });
    return { accessToken, mintedAt: new Date(mintedAt), expiresAt };
  }

  private async ask(
    appId: string,
    refused: string | undefined,
    call: () => Promise<ProvidedAccessToken>,
  ): Promise<ProvidedAccessToken> {
    const answer = call();
    try {
      if (await settledWithin(this.patienceMs, answer)) return await answer;
    } catch (error) {
      const why = new SecretMask([refused ?? '']).mask(foreignCause(error).message);
      throw unavailable(appId, `getAccessToken of its credential failed: ${why}`);
    }
    throw unavailable(appId, `getAccessToken of its credential took more than ${this.patienceMs} ms`);
  }

  private checked(appId: string, given: unknown, now: number): { accessToken: string; expiresAt: Date } {
    const { accessToken, expiresAt } = (given ?? {}) as Partial<ProvidedAccessToken>;
    const wrong = (what: string) => unavailable(appId, `getAccessToken of its credential gave ${what}`);
    if (!isAccessToken(accessToken)) throw wrong(`no accessToken of ${TOKEN_SHAPE}`);
    if (!(expiresAt instanceof Date) || Number.isNaN(expiresAt.getTime()))
      throw wrong('no expiresAt, which must be a Date');
    if (expiresAt.getTime() <= now) throw wrong(`a token that ended ${expiresAt.toISOString()}`);
    const latest = now + 1000 * LIFETIME_SECONDS;
    return { accessToken, expiresAt: new Date(Math.min(expiresAt.getTime(), latest)) };
  }
}

/** Whether the host's own source made a token, nobody knows: it counts as one. */
function unavailable(appId: string, why: string): TokenUnavailableError {
  return new TokenUnavailableError(`no access_token for account ${appId}: ${why}`, undefined, {
    mayHaveMinted: true,
    remedy: REMEDY,
  });
}
