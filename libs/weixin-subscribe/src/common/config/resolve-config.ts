import { Secret } from '../secret.js';
import { OptionChecks } from './option-checks.js';
import {
  ACCOUNT_KINDS,
  type AuthorizationOptions,
  GRANT_RULES,
  TOKEN_FAMILIES,
  type TokenFamily,
  type TokenOptions,
  type WeixinAccountOptions,
  type WeixinSubscribeModuleOptions,
} from './options.js';
import type { AccountConfig, WeixinSubscribeConfig } from './weixin-subscribe.config.js';

const IDENTIFIER = /^[\w-]{1,64}$/;

/**
 * Fills in the defaults and checks everything, once, while the module starts.
 * @throws {InvalidOptionsError} naming every option that is missing, out of range or contradicts another
 */
export function resolveConfig(options: WeixinSubscribeModuleOptions): WeixinSubscribeConfig {
  const checks = new OptionChecks();
  const publicBaseUrl = checks.url('publicBaseUrl', options.publicBaseUrl);
  const http = {
    transport: checks.oneOf('http.transport', options.http?.transport, ['axios', 'undici'] as const, 'axios'),
    timeoutMs: checks.integer('http.timeoutMs', options.http?.timeoutMs, 5000, 100, 60_000),
    connectTimeoutMs: checks.integer(
      'http.connectTimeoutMs',
      options.http?.connectTimeoutMs,
      3000,
      100,
      60_000,
    ),
    connections: checks.integer('http.connections', options.http?.connections, 64, 1, 1024),
  };
  const leaseMs =
    1000 * checks.integer('delivery.leaseSeconds', options.delivery?.leaseSeconds, 60, 10, 3600);
  if (leaseMs <= 2 * http.timeoutMs) {
    checks.refuse(
      'delivery.leaseSeconds',
      'must be longer than twice "http.timeoutMs": a send may be posted twice (token refresh)',
    );
  }
  const config: WeixinSubscribeConfig = {
    accounts: accounts(checks, options.accounts, options.token),
    publicBaseUrl,
    apiBaseUrl: checks
      .url('apiBaseUrl', options.apiBaseUrl ?? 'https://api.weixin.qq.com')
      .href.replace(/\/$/, ''),
    mpBaseUrl: checks
      .url('mpBaseUrl', options.mpBaseUrl ?? 'https://mp.weixin.qq.com')
      .href.replace(/\/$/, ''),
    serviceKeys: serviceKeys(checks, options.serviceKeys ?? {}),
    authorization: authorization(checks, options.authorization ?? {}, publicBaseUrl),
    tokenStore: checks.oneOf(
      'token.store',
      options.token?.store,
      ['database', 'memory'] as const,
      'database',
    ),
    http,
    leaseMs,
    retention: {
      intentsDays: checks.integer('retention.intentsDays', options.retention?.intentsDays, 30, 0, 36_500),
      grantsDays: checks.integer('retention.grantsDays', options.retention?.grantsDays, 0, 0, 36_500),
      messagesDays: checks.integer('retention.messagesDays', options.retention?.messagesDays, 0, 0, 36_500),
    },
    rateLimit: {
      perMinute: checks.integer('rateLimit.perMinute', options.rateLimit?.perMinute, 60, 0, 1_000_000),
      storage: options.rateLimit?.storage,
    },
    scheduleEnabled: checks.flag('schedule.enabled', options.schedule?.enabled, true),
    database: options.database,
  };
  checks.finish();
  return deepFreeze(config);
}

function accounts(
  checks: OptionChecks,
  given: WeixinAccountOptions[] | undefined,
  token: TokenOptions | undefined,
): Map<string, AccountConfig> {
  if (!Array.isArray(given) || given.length === 0) {
    checks.refuse('accounts', 'must list at least one account');
    return new Map();
  }
  const known = new Map<string, AccountConfig>();
  given.forEach((account, index) => {
    const at = `accounts[${index}]`;
    const resolved = resolveAccount(checks, at, account ?? {}, token);
    if (known.has(resolved.appId)) checks.refuse(`${at}.appId`, `"${resolved.appId}" is listed twice`);
    known.set(resolved.appId, resolved);
  });
  return known;
}

function resolveAccount(
  checks: OptionChecks,
  at: string,
  account: Partial<WeixinAccountOptions>,
  token: TokenOptions | undefined,
): AccountConfig {
  const moduleFamily = checks.oneOf('token.family', token?.family, TOKEN_FAMILIES, 'token');
  const tokenFamily = checks.oneOf(`${at}.tokenFamily`, account.tokenFamily, TOKEN_FAMILIES, moduleFamily);
  const templates = Array.isArray(account.templates) ? account.templates : [];
  if (templates.length === 0) checks.refuse(`${at}.templates`, 'must list at least one template id');
  templates.forEach((id, index) => {
    checks.text(`${at}.templates[${index}]`, id, IDENTIFIER, 'must be 1–64 letters, digits, "_" or "-"');
  });
  return {
    appId: checks.text(
      `${at}.appId`,
      account.appId,
      /^[\w-]{1,32}$/,
      'must be 1–32 letters, digits, "_" or "-"',
    ),
    appSecret: new Secret(checks.text(`${at}.appSecret`, account.appSecret, /\S/, 'is missing')),
    kind: checks.oneOf(`${at}.kind`, account.kind, ACCOUNT_KINDS),
    templates: new Set(templates),
    grantRule: checks.oneOf(`${at}.grantRule`, account.grantRule, GRANT_RULES, 'set'),
    tokenFamily,
    refreshMarginMs: 1000 * refreshMargin(checks, token, tokenFamily),
  };
}

/** `stable_token` answers the same token until 300 s remain (weixin-api.md §4.2), so a larger margin there only repeats the call. */
function refreshMargin(checks: OptionChecks, token: TokenOptions | undefined, family: TokenFamily): number {
  const chosen = checks.integer(
    'token.refreshMarginSeconds',
    token?.refreshMarginSeconds,
    family === 'stable' ? 290 : 600,
    60,
    3600,
  );
  return family === 'stable' ? Math.min(chosen, 290) : chosen;
}

function serviceKeys(
  checks: OptionChecks,
  given: Record<string, string | string[]>,
): { name: string; key: Secret }[] {
  const all: { name: string; key: Secret }[] = [];
  for (const [name, keys] of Object.entries(given)) {
    for (const key of [keys].flat()) {
      checks.text(
        `serviceKeys.${name}`,
        key,
        /^[\x21-\x7e]{16,512}$/,
        'must be 16–512 printable ASCII characters without spaces',
      );
      if (all.some((other) => other.key.reveal() === key))
        checks.refuse(`serviceKeys.${name}`, 'repeats a key of another entry');
      all.push({ name, key: new Secret(key) });
    }
  }
  return all;
}

function authorization(
  checks: OptionChecks,
  given: AuthorizationOptions,
  publicBaseUrl: URL,
): WeixinSubscribeConfig['authorization'] {
  const returnTo = (given.returnTo ?? [publicBaseUrl.origin]).map((url, index) =>
    checks.url(`authorization.returnTo[${index}]`, url),
  );
  if (given.defaultReturnTo !== undefined && !URL.canParse(given.defaultReturnTo, publicBaseUrl)) {
    checks.refuse('authorization.defaultReturnTo', 'must be a URL');
  }
  if (given.subject !== undefined && typeof given.subject !== 'function') {
    checks.refuse('authorization.subject', 'must be a function');
  }
  return {
    returnTo,
    defaultReturnTo: given.defaultReturnTo,
    callbackUrl: checks.url(
      'authorization.callbackUrl',
      given.callbackUrl ?? `${publicBaseUrl.href.replace(/\/$/, '')}/weixin/callback`,
    ).href,
    intentTtlMs:
      1000 * checks.integer('authorization.intentTtlSeconds', given.intentTtlSeconds, 600, 30, 86_400),
    subject: given.subject,
  };
}

function deepFreeze<T extends object>(config: T): T {
  for (const [name, part] of Object.entries(config)) {
    if (name === 'database') continue; // the host's own object, handed on to TypeORM
    const plain =
      part !== null &&
      typeof part === 'object' &&
      [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(part));
    if (plain && !Object.isFrozen(part)) deepFreeze(part);
  }
  return Object.freeze(config);
}
