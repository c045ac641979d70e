import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import { verdictOf } from '../../weixin/weixin-api.errors.js';
import { LIFETIME_SECONDS, TOKEN_SHAPE } from '../access-token.js';
import type { MintedFamily, MintingAccount } from '../store/token.store.js';
import { TokenUnavailableError, type TokenUnavailableFacts } from '../token.errors.js';

export interface MintedToken {
  accessToken: string;
  mintedAt: Date;
  expiresAt: Date;
}

export interface MintTerms {
  /** Whether this token was reported dead and must not come back. */
  isDead(accessToken: string): boolean;
  /** The last token, where it was reported dead and can be read. */
  readonly refused?: string;
  /**
   * Takes one of the day's `force_refresh`. `undefined`: go ahead; otherwise the moment from which on there
   * is one.
   */
  takeForce(): Promise<number | undefined>;
}

/** Gets a token from where it is made, once: a credential, or the tickets of the JS-SDK. */
export abstract class TokenMinter {
  /** How many calls of the platform one mint of a family takes at most: its lease lasts as long. */
  callsFor(_family: MintedFamily): number {
    return 2;
  }

  /**
   * A token that is not dead.
   * @throws {TokenUnavailableError} also when what it would give is the dead token; {@link DatabaseError}
   */
  abstract mint(account: MintingAccount, terms: MintTerms): Promise<MintedToken>;
}

/** As people know it. */
export function mintedNameOf(family: MintedFamily): string {
  if (family === 'component') return 'component_access_token';
  return family === 'jsapi-ticket' ? 'jsapi_ticket' : 'access_token';
}

/** As a number or as its digits. Anything else says nothing, and the documented lifetime holds. */
export function lifetime(expiresIn: unknown): number {
  const text = typeof expiresIn === 'number' || typeof expiresIn === 'string' ? String(expiresIn) : '';
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return seconds > 0 ? Math.min(seconds, LIFETIME_SECONDS) : LIFETIME_SECONDS;
}

export function refusal(
  appId: string,
  answer: WeixinAnswer,
  family: MintedFamily = 'token',
): TokenUnavailableError {
  const what = mintedNameOf(family);
  const verdict = verdictOf(answer);
  if (verdict && verdict.errcode !== 0) {
    return new TokenUnavailableError(
      `no ${what} for account ${appId}: errcode ${verdict.errcode} ${verdict.errmsg}`.trimEnd(),
      verdict,
    );
  }
  const reason = answer.kind === 'answered' ? `an answer without ${what} of ${TOKEN_SHAPE}` : answer.reason;
  return new TokenUnavailableError(`no ${what} for account ${appId}: ${reason}`, undefined, {
    mayHaveMinted: answer.kind !== 'not-sent',
    isUnreached: answer.kind === 'not-sent',
    remedy: 'Try again shortly; if it lasts, check apiBaseUrl and the way to the platform.',
  });
}

export function stillDead(appId: string, facts: TokenUnavailableFacts): TokenUnavailableError {
  return new TokenUnavailableError(
    `no access_token for account ${appId}: the platform answers the token that was reported dead`,
    undefined,
    {
      remedy:
        'Try again after retryAfterSeconds; if it lasts, find out who reports live tokens as dead, or why force_refresh has no effect.',
      ...facts,
    },
  );
}
