import type { Account } from '../config/options.js';
import type { Accounts } from '../platform/accounts.js';
import { WITH_NOTICES } from '../platform/official-kinds.js';

export interface OAuthRequest {
  account: Account;
  redirectUri: string;
  scope: string;
  state: string | undefined;
}

/** The number that the page shows, and what it does not say (fact sheet §14.3). */
export interface OAuthError {
  code: 10003 | 10004 | 10005 | 10010 | 10011 | 10012;
  reason: string;
}

/** The platform compares the address with a pattern: another order does not open. */
const ORDER = /^appid=[^&]*&redirect_uri=[^&]*&response_type=code&scope=[^&]*(&state=[^&]*)?(&|$)/;

/** Reads the query of `connect/oauth2/authorize`. Row 46. @param search without the `?` */
export function readOAuthRequest(
  query: Readonly<Record<string, string>>,
  search: string,
  accounts: Accounts,
): OAuthRequest | OAuthError {
  const { appid, redirect_uri: redirectUri, scope, state } = query;
  if (!appid) return { code: 10012, reason: 'appid is missing' };
  const account = accounts.find(appid);
  if (!account) return { code: 10012, reason: 'appid is not an account here' };
  if (!redirectUri) return { code: 10011, reason: 'redirect_uri is missing' };
  if (scope !== 'snsapi_base' && scope !== 'snsapi_userinfo')
    return { code: 10010, reason: 'scope must be snsapi_base or snsapi_userinfo' };
  if (account.limited || account.banned) return { code: 10004, reason: 'the account is banned' };
  if (!WITH_NOTICES.includes(account.kind) || account.unauthorized)
    return { code: 10005, reason: 'OAuth is for verified service accounts' };
  if (!ORDER.test(search))
    return { code: 10011, reason: 'the parameters must be appid, redirect_uri, response_type, scope, state' };
  if (state !== undefined && !/^[a-zA-Z0-9]{0,128}$/.test(state))
    return { code: 10011, reason: 'state must be letters and digits, at most 128' };
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  if (!url || !account.oauthDomains.includes(url.hostname))
    return {
      code: 10003,
      reason: `redirect_uri is not on one of the OAuth domains of this account (${account.oauthDomains.join(', ') || 'none'})`,
    };
  return { account, redirectUri, scope, state };
}

export function isOAuthError(verdict: OAuthRequest | OAuthError): verdict is OAuthError {
  return 'code' in verdict;
}
