import { WeixinSubscribeError } from '../kernel/errors.js';

/** The door was called without a valid service key. */
export class ServiceKeyError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_SERVICE_KEY';
}

/** The key is valid, but its client may not do this, or not with this account. */
export class ServiceForbiddenError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_SERVICE_FORBIDDEN';

  constructor(message: string, remedy: string) {
    super(message, { remedy });
  }
}

/** Too many calls from one address or one subject, or too many streams of one client. */
export class RateLimitedError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_RATE_LIMITED';

  constructor(
    readonly retryAfterSeconds: number,
    what = 'too many requests',
  ) {
    super(`${what}; try again in ${retryAfterSeconds} s`);
  }
}
