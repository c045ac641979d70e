import { redirectTo } from '../confirm/redirect.js';
import { deriveOpenid } from '../platform/people.js';
import type { Platform } from '../platform/platform.js';
import type { OAuthRequest } from './oauth-request.js';

/** Where the browser of this person goes: back, with a code that stands for who it is. */
export function oauthRedirect(
  platform: Platform,
  { account, redirectUri, scope, state, isOnBehalf }: OAuthRequest,
  person: string,
): string {
  const { appId, snapshotUsers: isSnapshot, documentedSlash } = account;
  const openid = isSnapshot
    ? deriveOpenid(`snapshot of ${person}`, appId)
    : platform.people.openid(person, appId);
  const code = platform.codes.issue({ kind: 'oauth', appId, openid, scope, isSnapshot, isOnBehalf });
  return redirectTo(redirectUri, `code=${code}&state=${state ?? ''}`, documentedSlash);
}
