import type { ErrorFacts } from '../kernel/errors.js';
import { WeixinApiError, type WeixinVerdict } from '../weixin/weixin-api.errors.js';

export interface TokenUnavailableFacts extends ErrorFacts {
  retryAfterSeconds?: number;
  mayHaveMinted?: boolean;
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
  override readonly retryAfterSeconds?: number;
  /** No usable answer came: the platform may have made a token, and counted it, all the same. */
  readonly mayHaveMinted: boolean;
  readonly #verdict?: WeixinVerdict;

  constructor(message: string, verdict?: WeixinVerdict, facts: TokenUnavailableFacts = {}) {
    const { retryAfterSeconds, mayHaveMinted, ...rest } = facts;
    super(message, verdict, rest);
    this.#verdict = verdict;
    this.retryAfterSeconds = retryAfterSeconds ?? verdict?.facts.retryAfterSeconds;
    this.mayHaveMinted = mayHaveMinted ?? false;
  }

  /** The same error for a later caller, with the seconds that are left for it. */
  later(retryAfterSeconds: number): TokenUnavailableError {
    const { message, remedy, cause, mayHaveMinted } = this;
    return new TokenUnavailableError(message, this.#verdict, {
      ...(remedy !== undefined && { remedy }),
      cause,
      mayHaveMinted,
      retryAfterSeconds,
    });
  }
}
