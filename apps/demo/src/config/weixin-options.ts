import type { TokenOptions, WeixinSubscribeModuleOptions } from 'nestjs-weixin-subscribe';
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
    token: tokenOptions(environment),
    redis: environment.REDIS_URL,
    broadcast: { ratePerSecond: environment.WEIXIN_BROADCAST_RATE },
    rateLimit: { perMinute: environment.RATE_LIMIT_PER_MINUTE },
  };
}

function tokenOptions(environment: Environment): TokenOptions {
  const { WEIXIN_TOKEN_ROLE: role, WEIXIN_TOKEN_FAMILY: family, REDIS_URL } = environment;
  if (role === 'central') return { role, family, store: REDIS_URL ? 'redis' : 'database' };
  const central = {
    url: String(environment.WEIXIN_CENTRAL_URL),
    key: String(environment.WEIXIN_CENTRAL_KEY),
  };
  return { role, family, central };
}
