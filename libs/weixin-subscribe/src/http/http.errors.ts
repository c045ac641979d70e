import { WeixinSubscribeError } from '../kernel/errors.js';

/** The request has no valid service key. */
export class ServiceKeyError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_SERVICE_KEY',
    status: 401,
    title: 'A valid service key is required',
  };
}

/** The key is valid, but its client may not do this, or not with this account. */
export class ServiceForbiddenError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_SERVICE_FORBIDDEN',
    status: 403,
    title: 'This service may not do that',
  };

  constructor(message: string, remedy: string) {
    super(message, { remedy });
  }
}

/** Too many calls from one address or one subject, or too many streams of one client. */
export class RateLimitedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_RATE_LIMITED',
    status: 429,
    title: 'Too many requests',
  };

  constructor(
    readonly retryAfterSeconds: number,
    what = 'too many requests',
  ) {
    super(`${what}; try again in ${retryAfterSeconds} s`);
  }

  override problemMembers(): object {
    return { retryAfterSeconds: this.retryAfterSeconds };
  }
}
