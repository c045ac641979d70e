import type { Account } from '../config/options.js';
import { findApi, limitsOf } from '../platform/api-catalog.js';
import { isRefusal, OK, type Refusal, refuse } from '../platform/errcodes.js';
import type { Platform } from '../platform/platform.js';
import { callName, type Limits } from '../platform/quotas.js';
import { checkSecret } from '../token/token-credentials.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';
import { readTexts } from './json-body.js';

const RULE = { method: 'POST', upkeep: true } as const;
/** What an API without a limit reports: no figure is published, and a real account always sees one. */
const NO_LIMIT = 100_000_000;

/**
 * `POST /cgi-bin/clear_quota` `{appid}` (official page "clearQuota"): the day starts anew for every API of
 * the account.
 */
export const clearQuotaEndpoint: Endpoint = authorized(RULE, (account, call, { platform }) => {
  const body = readTexts(call, 'appid');
  if (isRefusal(body)) return body;
  return body.appid === account.appId ? clearAll(platform, account) : refuse(40013);
});

/**
 * `POST /cgi-bin/clear_quota/v2` (official page "clearQuotaByAppSecret"): without a token, so also when none
 * can be fetched any more. The page has `appid` and `appsecret` in the body, its sample in the query.
 */
export const clearQuotaBySecretEndpoint: Endpoint = (call, { platform, write }) => {
  if (call.method !== 'POST') return write.refusal(refuse(43002));
  const body = call.rawBody.length === 0 ? {} : readTexts(call, 'appid', 'appsecret');
  if (isRefusal(body)) return write.refusal(body);
  const { appid, appsecret } = call.query;
  const given = { appId: body.appid ?? appid, appSecret: body.appsecret ?? appsecret };
  const account = checkSecret(platform.accounts, given, 40125, call.ip);
  const result = isRefusal(account) ? account : clearAll(platform, account);
  return isRefusal(result) ? write.refusal(result) : write.json(result);
};

/** `POST /cgi-bin/openapi/quota/get` `{cgi_path}` (official page "getApiQuota"). */
export const quotaEndpoint: Endpoint = authorized(RULE, (account, call, { platform }) => {
  const body = readTexts(call, 'cgi_path');
  if (isRefusal(body)) return body;
  const path = readPath(account, body.cgi_path);
  if (typeof path !== 'string') return path;
  const { perDay, perMinute } = limitsOf(account, path);
  const name = callName(account.appId, path);
  const limit = perDay ?? NO_LIMIT;
  const used = platform.quotas.isFull(name) ? limit : platform.quotas.usedToday(name);
  return {
    ...OK,
    quota: { daily_limit: limit, used, remain: Math.max(0, limit - used) },
    ...rateLimit(perMinute),
  };
});

/**
 * `POST /cgi-bin/openapi/quota/clear` `{cgi_path}` (official page "clearApiQuota"): one path, 50 times a
 * month.
 */
export const clearApiQuotaEndpoint: Endpoint = authorized(RULE, (account, call, { platform }) => {
  const body = readTexts(call, 'cgi_path');
  if (isRefusal(body)) return body;
  const path = readPath(account, body.cgi_path);
  if (typeof path !== 'string') return path;
  const { appId, clearApiQuotaPerMonth } = account;
  // The page names no code for the 51st; that of the sibling call is taken.
  if (!platform.quotas.takeMonthly(callName(appId, 'clear one'), clearApiQuotaPerMonth)) return refuse(48006);
  platform.quotas.clear(appId, path);
  return OK;
});

/** Ten times a month, shared by both calls. */
function clearAll({ quotas }: Platform, { appId, clearQuotaPerMonth }: Account): Refusal | typeof OK {
  if (!quotas.takeMonthly(callName(appId, 'clear all'), clearQuotaPerMonth)) return refuse(48006);
  quotas.clear(appId);
  return OK;
}

/**
 * 76003 without the leading slash, 76022 for `/sns/` and for APIs of other kinds of accounts, 76021 for what
 * is none.
 */
function readPath(account: Account, path: string | undefined): string | Refusal {
  if (!path?.startsWith('/')) return refuse(76003, 'could not use this cgi_path');
  if (path.startsWith('/sns/')) return refuse(76022);
  const api = findApi(path);
  if (!api) return refuse(76021);
  return api.kinds.includes(account.kind) ? path : refuse(76022);
}

function rateLimit(perMinute: Limits['perMinute']): object {
  return perMinute == null ? {} : { rate_limit: { call_count: perMinute, refresh_second: 60 } };
}
