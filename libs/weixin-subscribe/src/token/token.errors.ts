import { type ErrorFacts, WeixinSubscribeError } from '../kernel/errors.js';
import { WeixinApiError, type WeixinVerdict } from '../weixin/weixin-api.errors.js';

export interface TokenUnavailableFacts extends ErrorFacts {
  retryAfterSeconds?: number;
  mayHaveMinted?: boolean;
  notAsked?: boolean;
  isUnreached?: boolean;
}

/**
 * The account is called through WeChat Cloud Run (credential `cloud`), whose relay adds the identity to each
 * call: it has neither access_token nor tickets here.
 */
export class NoAccessTokenError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_NO_ACCESS_TOKEN',
    status: 409,
    title: 'This account is called without an access token',
  };

  constructor(appId: string) {
    super(`account ${appId} is called through WeChat Cloud Run, without an access_token`, {
      remedy: 'Call WeChat from a container of its environment, or give the account another credential.',
    });
  }
}

/**
 * There is no live access_token and none could be had. Nothing was sent. `errcode` says why, where WeChat
 * answered.
 */
export class TokenUnavailableError extends WeixinApiError {
  static override readonly problem = {
    code: 'WEIXIN_TOKEN_UNAVAILABLE',
    status: 503,
    title: 'There is no access token',
  };
  /** Seconds until asking again can help, where the platform or this library knows. */
  declare readonly retryAfterSeconds?: number;
  /** No usable answer came: the platform may have made a token, and counted it, all the same. */
  readonly mayHaveMinted: boolean;
  /** The platform was not asked for this token: there is no answer of its to wait out. */
  readonly notAsked: boolean;
  /** No connection to the platform was there: nothing was sent to it. */
  readonly isUnreached: boolean;
  readonly #verdict?: WeixinVerdict;

  constructor(message: string, verdict?: WeixinVerdict, facts: TokenUnavailableFacts = {}) {
    const { retryAfterSeconds, mayHaveMinted, notAsked, isUnreached, ...rest } = facts;
    super(message, verdict, rest);
    this.#verdict = verdict;
    this.assign({ retryAfterSeconds });
    this.mayHaveMinted = mayHaveMinted ?? false;
    this.notAsked = notAsked ?? false;
    this.isUnreached = isUnreached ?? false;
  }

  /** The same error for a later caller, with the seconds that are left for it. */
  later(retryAfterSeconds: number): TokenUnavailableError {
    const { message, remedy, cause, mayHaveMinted, notAsked, isUnreached } = this;
    return new TokenUnavailableError(message, this.#verdict, {
      ...(remedy !== undefined && { remedy }),
      cause,
      mayHaveMinted,
      notAsked,
      isUnreached,
      retryAfterSeconds,
    });
  }
}
