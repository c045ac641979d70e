import { oauthRedirect } from '../oauth/oauth-redirect.js';
import { isOAuthError, readOAuthRequest } from '../oauth/oauth-request.js';
import { renderProblemPage } from '../pages/problem.page.js';
import { isRefusal, refuse } from '../platform/errcodes.js';
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
  const request = readOAuthRequest(call.query, call.search, platform.accounts);
  if (isOAuthError(request))
    return page(renderProblemPage(`${request.code}: ${request.reason}`, '/_simulator/', call.language));
  return redirect(oauthRedirect(platform, request, personOf(call, platform.people)));
};

/** `GET /sns/oauth2/access_token?appid=&secret=&code=&grant_type=authorization_code` */
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
    ...(login.isSnapshot && { is_snapshotuser: 1 }),
  });
};

/** `GET /sns/jscode2session?appid=&secret=&js_code=&grant_type=authorization_code` */
export const sessionEndpoint: Endpoint = (call, context) => {
  const { platform, write } = context;
  const login = exchange(call, context, 'mini-program', call.query.js_code);
  if (isRefusal(login)) return write.refusal(login);
  const sessionKey = Buffer.from(platform.random.hex(32), 'hex').toString('base64');
  return write.json({ openid: login.openid, session_key: sessionKey });
};

function exchange(
  { method, query, ip }: PlatformCall,
  { platform }: EndpointContext,
  kind: 'oauth' | 'mini-program',
  code: string | undefined,
) {
  if (method !== 'GET') return refuse(43001);
  if (query.grant_type !== 'authorization_code') return refuse(40002);
  const given = { appId: query.appid, appSecret: query.secret };
  const account = checkSecret(platform.accounts, given, 40125, ip);
  if (isRefusal(account)) return account;
  return code ? platform.codes.exchange(code, kind, account.appId) : refuse(41008);
}
