import { UsageError } from '../common/usage-error.js';
import { TOKEN_FAMILIES, type TokenFamily } from '../token/access-token.js';
import { findApi, sendApiOf } from './api-catalog.js';
import type { Platform } from './platform.js';
import { callName } from './quotas.js';

/**
 * What can happen to an account without its callers doing anything: asked for by a test, or by a fault as a
 * call arrives.
 */

/** Live tokens die; gives how many did. */
export function killTokens(platform: Platform, appId: string, family: TokenFamily | undefined): number {
  return platform.tokens.kill(platform.accounts.get(appId).appId, readFamily(family));
}

/** Somebody else fetches a token with the same secret; gives it. */
export function mintBehindBack(platform: Platform, appId: string, family: TokenFamily = 'token'): string {
  const account = platform.accounts.get(appId);
  const overlapMs = readFamily(family) === 'token' ? account.overlapSeconds * 1000 : 0;
  return platform.tokens.mint(account, family, overlapMs).value;
}

/** Nothing is left of today's calls of one API: 45009 until midnight in Shanghai, or until cleared. */
export function fillQuota(platform: Platform, appId: string, asked?: string): void {
  const account = platform.accounts.get(appId);
  const path = asked ?? sendApiOf(account);
  if (!findApi(path)) throw new UsageError(`path: no API "${path}"`);
  platform.quotas.fill(callName(account.appId, path));
}

function readFamily(family: TokenFamily | undefined): TokenFamily | undefined {
  if (family !== undefined && !TOKEN_FAMILIES.includes(family)) {
    throw new UsageError(`family: must be one of ${TOKEN_FAMILIES.join(', ')}`);
  }
  return family;
}
