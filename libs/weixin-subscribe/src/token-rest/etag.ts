import type { AccessToken } from '../token/access-token.js';
import { tokenIdOf } from '../token/token-id.js';

/**
 * Names what the endpoint answers, without telling the token: another token or another end of its life is
 * another tag. Seconds that remain (`expiresIn`) are the same fact seen from another moment, so they do not
 * count.
 */
export function entityTag({ accessToken, expiresAt }: AccessToken): string {
  return `"${tokenIdOf(accessToken)}.${expiresAt.getTime().toString(36)}"`;
}

/**
 * `If-None-Match` compares weakly (RFC 9110 §13.1.2): a proxy that compresses may have put `W/` before the
 * tag.
 */
export function isKnown(tag: string, ifNoneMatch = ''): boolean {
  return ifNoneMatch.split(',').some((given) => ['*', tag].includes(given.trim().replace(/^W\//, '')));
}
