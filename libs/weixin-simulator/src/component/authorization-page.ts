import type { Account, AccountKind } from '../config/options.js';
import { OFFICIAL_KINDS } from '../platform/official-kinds.js';
import type { Platform } from '../platform/platform.js';
import type { PushRecord } from '../push/pushes.js';
import { USUAL_SETS } from './component-book.js';
import { systemPush } from './component-events.js';
import type { ComponentConfig } from './component-options.js';

/** An address of the authorisation page, read. */
export interface AuthorizationRequest {
  preAuthCode: string;
  redirectUri: string;
  /** Kinds of accounts that may agree. */
  kinds: readonly AccountKind[];
  /** The one account that may; absent: any of these kinds. */
  appId?: string;
}

/** By `auth_type`; mobile apps cannot agree to anything. */
const KINDS: Readonly<Record<string, readonly AccountKind[]>> = {
  1: OFFICIAL_KINDS,
  2: ['mini-program'],
  3: [...OFFICIAL_KINDS, 'mini-program'],
};

/** Whether the page lets this account agree. */
export function mayAgree({ kinds, appId }: AuthorizationRequest, account: Account): boolean {
  return kinds.includes(account.kind) && (appId === undefined || appId === account.appId);
}

/** What the page says instead of opening. */
export interface AuthorizationProblem {
  reason: string;
}

export const isAuthorizationProblem = (
  value: AuthorizationRequest | AuthorizationProblem,
): value is AuthorizationProblem => 'reason' in value;

/**
 * Reads the query of `componentloginpage` or `bindcomponent` (fact sheet E.2).
 * @param referer where the page was opened from; `undefined`: it is not looked at, as on phones
 */
export function readAuthorizationRequest(
  config: ComponentConfig | null,
  query: Readonly<Record<string, string | undefined>>,
  referer?: string,
): AuthorizationRequest | AuthorizationProblem {
  const { component_appid: appId, pre_auth_code: preAuthCode, redirect_uri: redirectUri } = query;
  if (!config || appId !== config.appId) return { reason: 'component_appid is no platform here' };
  if (referer !== undefined && !isOn(config, referer))
    return { reason: `授权入口页所在域名:${hostOf(referer) || '空'}` };
  if (!redirectUri || !isOn(config, redirectUri))
    return { reason: `redirect_uri is not on a start host (${config.startHosts.join(', ')})` };
  if (!preAuthCode) return { reason: 'pre_auth_code is missing' };
  const authType = query.auth_type ?? '3';
  const kinds = Object.hasOwn(KINDS, authType) ? KINDS[authType] : undefined;
  if (!kinds) return { reason: 'auth_type must be 1, 2 or 3' };
  return { preAuthCode, redirectUri, kinds, ...(query.biz_appid && { appId: query.biz_appid }) };
}

/** The owner agrees: the code, and the event that tells of it. */
export function authorizeComponent(
  platform: Platform,
  config: ComponentConfig,
  { appId, sets, preAuthCode }: { appId: string; sets?: readonly number[]; preAuthCode?: string },
): { code: string; expiresIn: number; push?: PushRecord } {
  const { component } = platform;
  const before = component.find(appId);
  const given = sets ?? before?.sets ?? USUAL_SETS;
  const issued = component.authorize(appId, given);
  // An authorisation given anew is told only where its permission sets changed (fact sheet E.3).
  if (before && sameSets(before.sets, given)) return issued;
  const at = platform.clock.now();
  const push = platform.pushes.pushSystem(
    config,
    systemPush(config, before ? 'updateauthorized' : 'authorized', at, {
      AuthorizerAppid: appId,
      AuthorizationCode: issued.code,
      AuthorizationCodeExpiredTime: Math.floor(at / 1000) + issued.expiresIn,
      // Without a page there was none: one that nobody has.
      PreAuthCode: preAuthCode ?? component.newPreAuthCode(),
    }),
  );
  return { ...issued, push };
}

/** Where the browser goes back to. */
export function backTo(
  redirectUri: string,
  { code, expiresIn }: { code: string; expiresIn: number },
): string {
  const url = new URL(redirectUri);
  url.searchParams.append('auth_code', code);
  url.searchParams.append('expires_in', String(expiresIn));
  return url.href;
}

export function openAuthorization(
  platform: Platform,
  request: AuthorizationRequest,
  account: Account,
): AuthorizationProblem | undefined {
  if (!mayAgree(request, account))
    return { reason: `auth_type or biz_appid of the address leave ${account.appId} out` };
  return platform.component.takePreAuthCode(request.preAuthCode)
    ? undefined
    : { reason: 'pre_auth_code is invalid, used or expired' };
}

function isOn({ startHosts }: ComponentConfig, address: string): boolean {
  return startHosts.includes(hostOf(address));
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : '';
}

function sameSets(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((set) => other.includes(set));
}
