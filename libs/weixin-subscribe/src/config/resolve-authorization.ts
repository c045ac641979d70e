import type { OptionChecks } from './option-checks.js';
import type { AuthorizationOptions } from './options.js';
import { allowedAddress } from './return-addresses.js';
import type { WeixinSubscribeConfig } from './weixin-subscribe.config.js';

export function resolveAuthorization(
  checks: OptionChecks,
  given: AuthorizationOptions,
  publicBaseUrl: URL,
): WeixinSubscribeConfig['authorization'] {
  const returnTo = returnAddresses(checks, given.returnTo ?? [publicBaseUrl.origin]);
  const { defaultReturnTo } = given;
  if (
    defaultReturnTo !== undefined &&
    !(typeof defaultReturnTo === 'string' && allowedAddress(defaultReturnTo, publicBaseUrl, returnTo))
  ) {
    checks.refuse(
      'authorization.defaultReturnTo',
      'is not under one of the addresses of "authorization.returnTo", so every use of it would be refused',
    );
  }
  if (given.subject !== undefined && typeof given.subject !== 'function') {
    checks.refuse('authorization.subject', 'must be a function');
  }
  return {
    returnTo,
    defaultReturnTo,
    callbackUrl:
      given.callbackUrl === undefined || given.callbackUrl === null
        ? undefined
        : checks.url('authorization.callbackUrl', given.callbackUrl).href,
    intentTtlMs:
      1000 * checks.integer('authorization.intentTtlSeconds', given.intentTtlSeconds, 600, 30, 86_400),
    subject: given.subject,
  };
}

function returnAddresses(checks: OptionChecks, given: string[]): URL[] {
  if (Array.isArray(given) && given.length > 0)
    return given.map((url, index) => checks.url(`authorization.returnTo[${index}]`, url));
  checks.refuse('authorization.returnTo', 'must be a list of at least one address, or be left out');
  return [];
}
