import type { Account } from '../config/options.js';
import {
  CARD_API,
  CARD_EXT_API,
  CARD_QUERY_API,
  findApi,
  limitsOf,
  NOTICE_SEND_API,
  SEND_API,
  SUBSCRIBE_SEND_API,
} from '../platform/api-catalog.js';
import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import { checkCallerAddress } from '../platform/ip-whitelist.js';
import type { Platform } from '../platform/platform.js';
import { callName } from '../platform/quotas.js';
import type { AccessToken } from '../token/access-token.js';
import type { Answer } from './answer.js';
import type { PlatformCall } from './call.js';
import type { Endpoint, EndpointContext } from './endpoint.js';

export interface CallRule {
  method: 'GET' | 'POST';
  /** A call about the account itself (quotas, addresses, rids): open also to one that may not send. */
  upkeep?: boolean;
}

/**
 * What every API that takes an access_token checks before it looks at its body, in the order of row 22:
 * method, token missing, token state, caller address, account, quota. Gives the account that calls.
 */
export function authorizeCall(platform: Platform, call: PlatformCall, rule: CallRule): Account | Refusal {
  if (call.method !== rule.method) return refuse(rule.method === 'POST' ? 43002 : 43001);
  const value = call.query.access_token;
  if (!value) return authorizeByCloudRun(platform, call, rule);
  const token = platform.tokens.inspect(value);
  if (isRefusal(token)) return token;
  const account = platform.accounts.get(token.appId);
  return (
    checkOnBehalf(platform, token, call) ??
    (token.family === 'authorizer' ? undefined : checkCallerAddress(account, call.ip, false)) ??
    checkStanding(account, call.path, rule) ??
    countCall(platform, call, account) ??
    account
  );
}

/**
 * A call that the relay of WeChat Cloud Run makes for an account: no token, and no address to check (row 53).
 * The relay itself answers paths off its list: see `refusedByRelay`.
 */
function authorizeByCloudRun(platform: Platform, call: PlatformCall, rule: CallRule): Account | Refusal {
  const { cloudRun } = platform;
  if (!cloudRun) return refuse(41001);
  const { from_appid: appId = cloudRun.owner } = call.query;
  if (appId !== cloudRun.owner && !cloudRun.sharedWith.includes(appId)) return refuse(85105);
  const account = platform.accounts.get(appId);
  return checkStanding(account, call.path, rule) ?? countCall(platform, call, account) ?? account;
}

/** An endpoint behind {@link authorizeCall}: gives what is answered, or the platform's "no". */
export function authorized(
  rule: CallRule,
  answer: (account: Account, call: PlatformCall, context: EndpointContext) => object | Refusal,
): Endpoint {
  return (call, context) => {
    const refused = refusedByRelay(context.platform, call);
    if (refused) return refused;
    const account = authorizeCall(context.platform, call, rule);
    const result = isRefusal(account) ? account : answer(account, call, context);
    const written = isRefusal(result) ? context.write.refusal(result) : context.write.json(result);
    return isRelayed(context.platform, call) ? relayed(written, context.platform) : written;
  };
}

const isRelayed = ({ cloudRun }: Platform, { query }: PlatformCall): boolean =>
  cloudRun !== null && !query.access_token;

/** By this header one sees that the relay passed a call on (fact sheet F.1). */
function relayed(answer: Answer, { random }: Platform): Answer {
  return { ...answer, headers: { ...answer.headers, 'x-openapi-seqid': random.hex(16) } };
}

/** What the relay of Cloud Run answers by itself. */
function refusedByRelay({ cloudRun }: Platform, { path, query }: PlatformCall): Answer | undefined {
  if (!cloudRun || query.access_token) return undefined;
  const { allowedPaths } = cloudRun;
  if (allowedPaths.includes('/*') || allowedPaths.includes(path)) return undefined;
  return {
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html>502 Bad Gateway</html>',
    errcode: null,
  };
}

/**
 * A call on behalf of an account that authorised a third-party platform: while it does, from an address of
 * the platform, and for what the permission sets allow (row 51).
 */
function checkOnBehalf(
  { accounts, component }: Platform,
  { family, appId }: AccessToken,
  { ip, path }: PlatformCall,
): Refusal | undefined {
  if (family !== 'authorizer') return undefined;
  const authorization = component.find(appId);
  if (!authorization) return refuse(61003);
  const { ipWhitelist = null } = component.config ?? {};
  if (ipWhitelist !== null && !ipWhitelist.includes(ip)) return refuse(61004);
  const wanted = setFor(path, accounts.get(appId));
  return wanted && !authorization.sets.includes(wanted) ? refuse(61007) : undefined;
}

/** Which permission set a call needs (fact sheet E.4). */
const SETS: Readonly<Record<string, number>> = {
  [SEND_API]: 7,
  [NOTICE_SEND_API]: 89,
  [SUBSCRIBE_SEND_API]: 18,
  [CARD_API]: 18,
  [CARD_EXT_API]: 18,
  [CARD_QUERY_API]: 18,
};

/** Templates are managed under a set of their own for each kind of account. */
function setFor(path: string, { kind }: Account): number | undefined {
  if (path.startsWith('/wxaapi/newtmpl/')) return kind === 'mini-program' ? 18 : 89;
  return SETS[path];
}

/** 48001 also for a token of an account kind that has no such ability (live reports, §3.7). */
function checkStanding(account: Account, path: string, { upkeep }: CallRule): Refusal | undefined {
  if (account.limited) return refuse(50002);
  if (upkeep) return undefined;
  if (account.banned) return refuse(48004);
  if (account.unauthorized) return refuse(48001);
  const api = findApi(path);
  return api?.kinds.includes(account.kind) ? undefined : refuse(api?.wrongKind ?? 48001);
}

function countCall(platform: Platform, { path }: PlatformCall, account: Account): Refusal | undefined {
  const over = platform.quotas.take(callName(account.appId, path), limitsOf(account, path));
  return over && refuse(over);
}
