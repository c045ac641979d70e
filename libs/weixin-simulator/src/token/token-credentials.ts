import { timingSafeEqual } from 'node:crypto';
import type { Account } from '../config/options.js';
import type { Accounts } from '../platform/accounts.js';
import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import { checkCallerAddress } from '../platform/ip-whitelist.js';
import type { TokenFamily } from './access-token.js';

export interface Credentials {
  grantType: string | undefined;
  appId: string | undefined;
  appSecret: string | undefined;
}

/**
 * Who asks for a token: the account, or the first thing that is wrong. Codes of §4.3; their order is not
 * documented.
 */
export function checkCredentials(
  accounts: Accounts,
  { grantType, appId, appSecret }: Credentials,
  family: TokenFamily,
  ip: string,
): Account | Refusal {
  if (appId && appSecret && grantType !== 'client_credential') return refuse(40002);
  const account = checkSecret(accounts, { appId, appSecret }, wrongSecret(appSecret, family), ip);
  if (isRefusal(account) || account.tokenRefusal === null) return account;
  return refuse(account.tokenRefusal);
}

/**
 * Who calls with an AppSecret instead of a token; `wrong` is the answer to a wrong one.
 * @param isGuarded whether the whitelist of a mini-program holds for this call
 */
export function checkSecret(
  accounts: Accounts,
  { appId, appSecret }: Pick<Credentials, 'appId' | 'appSecret'>,
  wrong: 40001 | 40125,
  ip: string,
  isGuarded = true,
): Account | Refusal {
  if (!appId) return refuse(41002);
  if (!appSecret) return refuse(41004);
  const account = accounts.find(appId);
  if (!account) return refuse(40013);
  if (!equal(account.appSecret, appSecret)) return refuse(wrong);
  if (account.secretFrozen) return refuse(40243);
  if (account.limited) return refuse(50007);
  return checkCallerAddress(account, ip, isGuarded) ?? account;
}

/**
 * Both codes are documented for a wrong secret: 40001 ("wrong or not of this appid") on `cgi-bin/token` only,
 * 40125 ("invalid appsecret") on both. Taken here: 40001 for something that looks like a secret, 40125 for
 * what does not.
 */
function wrongSecret(appSecret: string | undefined, family: TokenFamily): 40001 | 40125 {
  return family === 'token' && /^[0-9a-zA-Z]{32}$/.test(appSecret ?? '') ? 40001 : 40125;
}

function equal(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
