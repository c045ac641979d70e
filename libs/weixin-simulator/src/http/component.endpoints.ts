import { timingSafeEqual } from 'node:crypto';
import {
  authorizeComponent,
  backTo,
  isAuthorizationProblem,
  mayAgree,
  openAuthorization,
  readAuthorizationRequest,
} from '../component/authorization-page.js';
import type { ComponentConfig } from '../component/component-options.js';
import { renderAuthorizationPage } from '../pages/authorization.page.js';
import { renderProblemPage } from '../pages/problem.page.js';
import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import type { Platform } from '../platform/platform.js';
import { page, redirect } from './answer.js';
import type { PlatformCall } from './call.js';
import type { Endpoint, EndpointContext } from './endpoint.js';
import { readObject } from './json-body.js';

type Body = Readonly<Record<string, unknown>>;

/** `POST /cgi-bin/component/api_component_token`: the only one without a token. */
export const componentTokenEndpoint: Endpoint = (call, context) =>
  answer(context, () => {
    const read = readCall(call, context.platform);
    if (isRefusal(read)) return read;
    const { config, body } = read;
    const secret = textOf(body.component_appsecret);
    if (secret === '') return refuse(41004);
    if (!equal(config.appSecret, secret)) return refuse(40125);
    const token = context.platform.component.issueToken(textOf(body.component_verify_ticket));
    if (typeof token !== 'string') return token;
    context.platform.counters.minted(config.appId, 'component');
    return { component_access_token: token, expires_in: 7200 };
  });

export const preAuthCodeEndpoint = component((_body, { platform }) => {
  const { code, expiresIn } = platform.component.issuePreAuthCode();
  return { pre_auth_code: code, expires_in: expiresIn };
});

export const queryAuthEndpoint = component((body, { platform }) => {
  const code = textOf(body.authorization_code);
  const authorization = code === '' ? refuse(61009) : platform.component.exchange(code);
  if (isRefusal(authorization)) return authorization;
  const { appId, refreshToken, sets } = authorization;
  return {
    authorization_info: {
      authorizer_appid: appId,
      authorizer_access_token: mint(platform, appId),
      expires_in: 7200,
      authorizer_refresh_token: refreshToken,
      func_info: sets.map((id) => ({ funcscope_category: { id } })),
    },
  };
});

export const authorizerTokenEndpoint = component((body, { platform }) => {
  const { component } = platform;
  const authorization = component.refresh(
    textOf(body.authorizer_appid),
    textOf(body.authorizer_refresh_token),
  );
  if (isRefusal(authorization)) return authorization;
  const { appId, refreshToken } = authorization;
  return {
    authorizer_access_token: mint(platform, appId),
    expires_in: 7200,
    authorizer_refresh_token: refreshToken,
  };
});

/**
 * A page of at most 500, or of fewer (`mostListed`). The refresh token of an authorisation whose code nobody
 * exchanged is empty.
 */
export const authorizerListEndpoint = component(({ offset, count }, { platform }) => {
  const [from, most] = [Number(offset ?? 0), Number(count ?? 0)];
  if (!Number.isInteger(from) || from < 0 || !Number.isInteger(most) || most < 1 || most > 500)
    return refuse(47001);
  const all = platform.component.all();
  const shown = Math.min(most, platform.component.config?.mostListed ?? most);
  return {
    total_count: all.length,
    list: all.slice(from, from + shown).map(({ appId, refreshToken, at, wasExchanged }) => ({
      authorizer_appid: appId,
      refresh_token: wasExchanged ? refreshToken : '',
      auth_time: Math.floor(at / 1000),
    })),
  };
});

/** The page on computers: it opens only from a page of the platform's start host. */
export const componentLoginEndpoint: Endpoint = (call, context) =>
  authorizationPage(call, context, call.referer);
/** The page on phones. */
export const bindComponentEndpoint: Endpoint = (call, context) => authorizationPage(call, context, undefined);

/** Asks which account agrees; with `authorizer_appid` it does. */
function authorizationPage(call: PlatformCall, { platform }: EndpointContext, referer: string | undefined) {
  const { query } = call;
  const { config } = platform.component;
  const chosen = query.authorizer_appid;
  const request = readAuthorizationRequest(config, query, chosen === undefined ? referer : undefined);
  if (isAuthorizationProblem(request) || !config)
    return page(renderProblemPage('reason' in request ? request.reason : '', '/_simulator/', call.language));
  if (chosen === undefined) {
    const accounts = platform.accounts.all().filter((account) => mayAgree(request, account));
    return page(renderAuthorizationPage(accounts, `${call.path}?${call.search}`, call.language));
  }
  const account = platform.accounts.find(chosen);
  const problem = account ? openAuthorization(platform, request, account) : { reason: 'no such account' };
  if (problem) return page(renderProblemPage(problem.reason, '/_simulator/', call.language));
  return redirect(
    backTo(
      request.redirectUri,
      authorizeComponent(platform, config, { appId: chosen, preAuthCode: request.preAuthCode }),
    ),
  );
}

/** A call with the token of the platform. */
function component(handle: (body: Body, context: EndpointContext) => object | Refusal): Endpoint {
  return (call, context) =>
    answer(context, () => {
      if (call.method !== 'POST') return refuse(43002);
      const token = call.query.access_token || call.query.component_access_token;
      if (!token) return refuse(41021);
      const bad = context.platform.component.inspectToken(token);
      if (bad) return bad;
      const read = readCall(call, context.platform);
      return isRefusal(read) ? read : handle(read.body, context);
    });
}

function answer({ write }: EndpointContext, handle: () => object | Refusal) {
  const result = handle();
  return isRefusal(result) ? write.refusal(result) : write.json(result);
}

/** Method, body, whose platform it is, and from where. */
function readCall(call: PlatformCall, platform: Platform): { config: ComponentConfig; body: Body } | Refusal {
  if (call.method !== 'POST') return refuse(43002);
  const read = readObject(call);
  if (isRefusal(read)) return read;
  const { config } = platform.component;
  const appId = textOf(read.body.component_appid);
  if (appId === '') return refuse(41018);
  if (!config || appId !== config.appId) return refuse(61011);
  if (config.ipWhitelist !== null && !config.ipWhitelist.includes(call.ip)) return refuse(61004);
  return { config, body: read.body };
}

function mint(platform: Platform, appId: string): string {
  const overlapMs = platform.component.config?.refreshEndsToken ? 0 : Number.POSITIVE_INFINITY;
  platform.counters.minted(appId, 'authorizer');
  return platform.tokens.mint(platform.accounts.get(appId), 'authorizer', overlapMs).value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function equal(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
