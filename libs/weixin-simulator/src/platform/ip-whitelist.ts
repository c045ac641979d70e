import { BlockList, isIP } from 'node:net';
import type { Account } from '../config/options.js';
import { type Refusal, refuse } from './errcodes.js';

/**
 * 40164 when the account has a whitelist and the caller is not on it. For official accounts the list guards
 * every call, for mini-programs only `cgi-bin/token`, `stable_token` and `clear_quota/v2` (official page on
 * the whitelist, fact sheet §8). Mobile apps are not described: treated like official accounts.
 * @param isGuarded whether it is one of those three
 */
export function checkCallerAddress(account: Account, ip: string, isGuarded: boolean): Refusal | undefined {
  if (account.ipWhitelist === null) return undefined;
  if (account.kind === 'mini-program' && !isGuarded) return undefined;
  return isListed(account.ipWhitelist, ip)
    ? undefined
    : refuse(40164, `invalid ip ${ip} ipv6 ${isIP(ip) === 6 ? ip : `::ffff:${ip}`}, not in whitelist`);
}

function isListed(whitelist: readonly string[], ip: string): boolean {
  const list = new BlockList();
  for (const entry of whitelist) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}
