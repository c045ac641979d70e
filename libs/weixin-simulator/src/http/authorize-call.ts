import type { Account, AccountKind } from '../config/options.js';
import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import { checkCallerAddress } from '../platform/ip-whitelist.js';
import type { Platform } from '../platform/platform.js';
import type { PlatformCall } from './call.js';

export interface CallRule {
  method: 'GET' | 'POST';
  /** Kinds of accounts that have this ability. */
  kinds: readonly AccountKind[];
}

/**
 * What every API that takes an access_token checks before it looks at its body, in the order of row 22: method, token missing,
 * token state, caller address, account, quota. Gives the account that calls.
 */
export function authorizeCall(platform: Platform, call: PlatformCall, rule: CallRule): Account | Refusal {
  if (call.method !== rule.method) return refuse(rule.method === 'POST' ? 43002 : 43001);
  const value = call.query.access_token;
  if (!value) return refuse(41001);
  const token = platform.tokens.inspect(value);
  if (isRefusal(token)) return token;
  const account = platform.accounts.get(token.appId);
  return (
    checkCallerAddress(account, call.ip, false) ??
    checkStanding(account, rule.kinds) ??
    countCall(platform, call, account) ??
    account
  );
}

/** 48001 also for a token of an account kind that has no such ability (live reports, §3.7). */
function checkStanding(account: Account, kinds: readonly AccountKind[]): Refusal | undefined {
  if (account.limited) return refuse(50002);
  if (account.banned) return refuse(48004);
  return account.unauthorized || !kinds.includes(account.kind) ? refuse(48001) : undefined;
}

function countCall(platform: Platform, call: PlatformCall, account: Account): Refusal | undefined {
  const limits = { perDay: account.dailyQuota, perMinute: account.minuteQuota };
  const over = platform.quotas.take(`${account.appId} ${call.path}`, limits);
  return over && refuse(over);
}
