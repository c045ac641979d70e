import type { ComponentBook } from '../component/component-book.js';
import type { Account } from '../config/options.js';
import type { Accounts } from '../platform/accounts.js';
import { WITH_NOTICES } from '../platform/official-kinds.js';

export interface OAuthRequest {
  account: Account;
  redirectUri: string;
  scope: string;
  state: string | undefined;
  /** A third-party platform asks for the account. */
  isOnBehalf: boolean;
}

/** Of the world what a request is held against. */
interface World {
  accounts: Accounts;
  component: ComponentBook;
}

/** The number that the page shows, and what it does not say (fact sheet §14.3). */
export interface OAuthError {
  code: 10003 | 10004 | 10005 | 10010 | 10011 | 10012 | 10015 | 10016;
  reason: string;
}

/** The platform compares the address with a pattern: another order does not open. */
const ORDER =
  /^appid=[^&]*&redirect_uri=[^&]*&response_type=code&scope=[^&]*(&state=[^&]*)?(&component_appid=[^&]*)?(&|$)/;
/** The permission set of web pages (fact sheet E.4). */
const WEB_PAGES = 4;

/** Reads the query of `connect/oauth2/authorize`. Row 46. @param search without the `?` */
export function readOAuthRequest(
  query: Readonly<Record<string, string>>,
  search: string,
  { accounts, component }: World,
): OAuthRequest | OAuthError {
  const { appid, redirect_uri: redirectUri, scope, state, component_appid: componentAppId } = query;
  const isOnBehalf = componentAppId !== undefined;
  if (!appid) return { code: 10012, reason: 'appid is missing' };
  const account = accounts.find(appid);
  if (!account) return { code: 10012, reason: 'appid is not an account here' };
  if (!redirectUri) return { code: 10011, reason: 'redirect_uri is missing' };
  if (scope !== 'snsapi_base' && scope !== 'snsapi_userinfo')
    return { code: 10010, reason: 'scope must be snsapi_base or snsapi_userinfo' };
  if (account.limited || account.banned) return { code: 10004, reason: 'the account is banned' };
  if (account.kind === 'mobile-app')
    return { code: 10016, reason: 'this appid is of the Open Platform, not of an official account' };
  if (!WITH_NOTICES.includes(account.kind) || account.unauthorized)
    return { code: 10005, reason: 'OAuth is for verified service accounts' };
  if (!ORDER.test(search))
    return {
      code: 10011,
      reason: 'the parameters must be appid, redirect_uri, response_type, scope, state, component_appid',
    };
  if (state !== undefined && !/^[a-zA-Z0-9]{0,128}$/.test(state))
    return { code: 10011, reason: 'state must be letters and digits, at most 128' };
  if (isOnBehalf && !mayAskFor(component, componentAppId, appid))
    return { code: 10015, reason: 'the account has not authorised the third-party platform' };
  const domains = isOnBehalf ? (component.config?.oauthDomains ?? []) : account.oauthDomains;
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  if (!url || !domains.includes(url.hostname))
    return {
      code: 10003,
      reason: `redirect_uri is not on one of the OAuth domains (${domains.join(', ') || 'none'})`,
    };
  return { account, redirectUri, scope, state, isOnBehalf };
}

/** Whether an account lets this platform ask who visits its pages. */
function mayAskFor(component: ComponentBook, componentAppId: string, appId: string): boolean {
  const sets = component.config?.appId === componentAppId ? component.find(appId)?.sets : undefined;
  return sets?.includes(WEB_PAGES) ?? false;
}

export function isOAuthError(verdict: OAuthRequest | OAuthError): verdict is OAuthError {
  return 'code' in verdict;
}
