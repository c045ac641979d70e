import { redirectTo } from '../confirm/redirect.js';
import { deriveOpenid, unionidOf } from '../platform/people.js';
import type { Platform } from '../platform/platform.js';
import type { OAuthRequest } from './oauth-request.js';

/** Where the browser of this person goes: back, with a code that stands for who it is. */
export function oauthRedirect(
  platform: Platform,
  { account, redirectUri, scope, state, isOnBehalf }: OAuthRequest,
  person: string,
): string {
  const { appId, snapshotUsers: isSnapshot, documentedSlash } = account;
  const who = isSnapshot ? `snapshot of ${person}` : person;
  const unionid = scope === 'snsapi_userinfo' ? unionidOf(who, account) : undefined;
  const openid = isSnapshot ? deriveOpenid(who, appId) : platform.people.openid(person, appId);
  const code = platform.codes.issue({ kind: 'oauth', appId, openid, scope, unionid, isSnapshot, isOnBehalf });
  return redirectTo(redirectUri, `code=${code}&state=${state ?? ''}`, documentedSlash);
}
