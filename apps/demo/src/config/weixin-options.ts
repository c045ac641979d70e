import type { WeixinSubscribeModuleOptions } from 'nestjs-weixin-subscribe';
import type { Environment } from './environment.js';

/** The library's options, from the environment. */
export function weixinOptions(environment: Environment): WeixinSubscribeModuleOptions {
  const publicBaseUrl = new URL(environment.PUBLIC_BASE_URL).origin;
  return {
    accounts: environment.WEIXIN_ACCOUNTS,
    publicBaseUrl,
    apiBaseUrl: environment.WEIXIN_API_BASE_URL,
    mpBaseUrl: environment.WEIXIN_MP_BASE_URL,
    serviceKeys: environment.WEIXIN_SERVICE_KEYS,
    // The course pages come back to this app itself.
    authorization: {
      returnTo: [publicBaseUrl, ...environment.WEIXIN_RETURN_TO],
      defaultReturnTo: publicBaseUrl,
    },
    token: { family: environment.WEIXIN_TOKEN_FAMILY },
    rateLimit: { perMinute: environment.RATE_LIMIT_PER_MINUTE },
  };
}
