import type { Account } from '../config/options.js';
import { oauthRedirect } from '../oauth/oauth-redirect.js';
import { isOAuthError, readOAuthRequest } from '../oauth/oauth-request.js';
import { renderProblemPage } from '../pages/problem.page.js';
import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import type { Platform } from '../platform/platform.js';
import { checkSecret } from '../token/token-credentials.js';
import { page, redirect } from './answer.js';
import type { PlatformCall } from './call.js';
import { personOf } from './confirm.endpoint.js';
import type { Endpoint, EndpointContext } from './endpoint.js';

/**
 * `GET /connect/oauth2/authorize`: goes back at once, as who the browser is. The consent sheet of
 * `snsapi_userinfo` is not shown: everybody agrees.
 */
export const oauthEndpoint: Endpoint = (call, { platform }) => {
  const request = readOAuthRequest(call.query, call.search, platform);
  if (isOAuthError(request))
    return page(renderProblemPage(`${request.code}: ${request.reason}`, '/_simulator/', call.language));
  return redirect(oauthRedirect(platform, request, personOf(call, platform.people)));
};

/**
 * `GET /sns/oauth2/access_token?appid=&secret=&code=&grant_type=authorization_code`; at
 * `/sns/oauth2/component/access_token` with `component_appid` and `component_access_token` for `secret`.
 */
export const oauthTokenEndpoint: Endpoint = (call, context) => {
  const { platform, write } = context;
  const login = exchange(call, context, 'oauth', call.query.code);
  if (isRefusal(login)) return write.refusal(login);
  return write.json({
    access_token: `user_${platform.random.hex(64)}`,
    expires_in: 7200,
    refresh_token: `user_${platform.random.hex(64)}`,
    openid: login.openid,
    scope: login.scope,
    ...(login.unionid !== undefined && { unionid: login.unionid }),
    ...(login.isSnapshot && { is_snapshotuser: 1 }),
  });
};

/** `GET /sns/jscode2session?appid=&secret=&js_code=&grant_type=`; `/sns/component/…` likewise. */
export const sessionEndpoint: Endpoint = (call, context) => {
  const { platform, write } = context;
  const login = exchange(call, context, 'mini-program', call.query.js_code);
  if (isRefusal(login)) return write.refusal(login);
  const sessionKey = Buffer.from(platform.random.hex(32), 'hex').toString('base64');
  return write.json({ openid: login.openid, session_key: sessionKey, unionid: login.unionid });
};

function exchange(
  { method, path, query, ip }: PlatformCall,
  { platform }: EndpointContext,
  kind: 'oauth' | 'mini-program',
  code: string | undefined,
) {
  if (method !== 'GET') return refuse(43001);
  if (query.grant_type !== 'authorization_code') return refuse(40002);
  const isOnBehalf = path.includes('/component/');
  const account = isOnBehalf
    ? accountOnBehalf(platform, query, ip)
    : checkSecret(platform.accounts, { appId: query.appid, appSecret: query.secret }, 40125, ip, false);
  if (isRefusal(account)) {
    if (!isOnBehalf) platform.codes.burn(code, query.appid);
    return account;
  }
  return code ? platform.codes.exchange(code, kind, account.appId, isOnBehalf) : refuse(41008);
}

/** The account that a third-party platform exchanges a code for, or the first thing that is wrong. */
function accountOnBehalf(
  { accounts, component }: Platform,
  query: Readonly<Record<string, string>>,
  ip: string,
): Account | Refusal {
  const { appid, component_appid: componentAppId, component_access_token: token } = query;
  if (!appid) return refuse(41002);
  if (!componentAppId) return refuse(41018);
  if (!token) return refuse(41021);
  if (componentAppId !== component.config?.appId) return refuse(61011);
  const { ipWhitelist } = component.config;
  if (ipWhitelist !== null && !ipWhitelist.includes(ip)) return refuse(61004);
  const bad = component.inspectToken(token);
  if (bad) return bad;
  return (component.find(appid) && accounts.find(appid)) ?? refuse(61003);
}
