import { ACCOUNT_KINDS, type Account, type AccountKind } from '../config/options.js';
import type { Limits } from './quotas.js';

/** What the platform knows about one of its APIs apart from what it does. */
export interface Api {
  /** Kinds of accounts that have it. */
  kinds: readonly AccountKind[];
  limits(account: Account): Limits;
}

export const SEND_API = '/cgi-bin/message/template/subscribe';
export const TOKEN_API = '/cgi-bin/token';
export const STABLE_TOKEN_API = '/cgi-bin/stable_token';

const unlimited = (): Limits => ({ perDay: null });
const UPKEEP: Api = { kinds: ACCOUNT_KINDS, limits: unlimited };

/**
 * By path. For the upkeep calls (§4.6) no daily limits are published; for the send call neither (§8), so its limits come
 * from the configuration alone.
 */
export const API_CATALOG: Readonly<Record<string, Api>> = {
  [TOKEN_API]: { kinds: ACCOUNT_KINDS, limits: (account) => ({ perDay: account.tokenDailyQuota }) },
  [STABLE_TOKEN_API]: {
    kinds: ACCOUNT_KINDS,
    limits: (account) => ({ perDay: account.stableDailyQuota, perMinute: account.stableMinuteQuota }),
  },
  [SEND_API]: {
    kinds: ['official-account', 'mobile-app'],
    limits: (account) => ({ perDay: account.dailyQuota, perMinute: account.minuteQuota }),
  },
  '/cgi-bin/clear_quota': UPKEEP,
  '/cgi-bin/clear_quota/v2': UPKEEP,
  '/cgi-bin/openapi/quota/get': UPKEEP,
  '/cgi-bin/openapi/quota/clear': UPKEEP,
  '/cgi-bin/openapi/rid/get': UPKEEP,
  '/cgi-bin/get_api_domain_ip': UPKEEP,
  '/cgi-bin/getcallbackip': UPKEEP,
  '/cgi-bin/callback/check': UPKEEP,
};

export function findApi(path: string): Api | undefined {
  return Object.hasOwn(API_CATALOG, path) ? API_CATALOG[path] : undefined;
}

export function limitsOf(account: Account, path: string): Limits {
  return findApi(path)?.limits(account) ?? unlimited();
}
