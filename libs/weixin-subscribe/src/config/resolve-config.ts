import { resolveAccounts } from '../account/resolve-accounts.js';
import { InvalidOptionsError } from '../kernel/errors.js';
import { environmentProxy, namedProxy } from '../kernel/forward-proxy.js';
import { checkNames } from './known-options.js';
import { OptionChecks } from './option-checks.js';
import {
  type HttpOptions,
  type RetentionOptions,
  type SceneOptions,
  UNKNOWN_POLICIES,
  type WeixinSubscribeModuleOptions,
} from './options.js';
import { resolveAuthorization } from './resolve-authorization.js';
import { resolveBroadcast } from './resolve-broadcast.js';
import { resolveServiceKeys } from './resolve-service-keys.js';
import { resolveToken } from './resolve-token.js';
import type { HttpConfig, WeixinSubscribeConfig } from './weixin-subscribe.config.js';

/**
 * Fills in the defaults and checks everything, once, while the module starts.
 * @throws {InvalidOptionsError} naming every option that is missing, out of range or contradicts another
 */
export function resolveConfig(
  options: WeixinSubscribeModuleOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): WeixinSubscribeConfig {
  if (options === null || typeof options !== 'object') {
    throw new InvalidOptionsError([
      {
        option: 'options',
        message: 'is missing: what forRoot takes, or a factory answers, must be an object',
      },
    ]);
  }
  const checks = new OptionChecks();
  checkNames(checks, options);
  const publicBaseUrl = checks.url('publicBaseUrl', options.publicBaseUrl);
  const apiBaseUrl = checks.url('apiBaseUrl', options.apiBaseUrl ?? 'https://api.weixin.qq.com');
  const http = resolveHttp(checks, checks.section('http', options.http), apiBaseUrl, environment);
  const token = checks.section('token', options.token);
  const delivery = checks.section('delivery', options.delivery);
  const rateLimit = checks.section('rateLimit', options.rateLimit);
  const leaseMs = 1000 * checks.integer('delivery.leaseSeconds', delivery.leaseSeconds, 60, 10, 3600);
  if (leaseMs <= 2 * http.timeoutMs) {
    checks.refuse(
      'delivery.leaseSeconds',
      'must be longer than twice "http.timeoutMs": a send may be posted twice (token refresh)',
    );
  }
  const accounts = resolveAccounts(checks, options.accounts, token);
  const config: WeixinSubscribeConfig = {
    accounts,
    publicBaseUrl,
    apiBaseUrl: apiBaseUrl.href.replace(/\/$/, ''),
    mpBaseUrl: checks
      .url('mpBaseUrl', options.mpBaseUrl ?? 'https://mp.weixin.qq.com')
      .href.replace(/\/$/, ''),
    serviceKeys: resolveServiceKeys(checks, checks.section('serviceKeys', options.serviceKeys), accounts),
    authorization: resolveAuthorization(
      checks,
      checks.section('authorization', options.authorization),
      publicBaseUrl,
    ),
    token: resolveToken(checks, token, options.redis, options.http?.proxy === false ? {} : environment),
    redis: options.redis,
    http,
    leaseMs,
    templates: {
      cacheMs:
        1000 *
        checks.integer(
          'templates.cacheSeconds',
          checks.section('templates', options.templates).cacheSeconds,
          600,
          1,
          86_400,
        ),
    },
    scenes: resolveScenes(checks, checks.section('scenes', options.scenes)),
    delivery: {
      concurrency: checks.integer('delivery.concurrency', delivery.concurrency, 16, 1, 256),
      unknown: checks.oneOf('delivery.unknown', delivery.unknown, UNKNOWN_POLICIES, 'keep'),
    },
    broadcast: resolveBroadcast(
      checks,
      checks.section('broadcast', options.broadcast),
      http.connections,
      options.redis,
    ),
    retention: resolveRetention(checks, checks.section('retention', options.retention)),
    rateLimit: {
      perMinute: checks.integer('rateLimit.perMinute', rateLimit.perMinute, 60, 0, 1_000_000),
      unprovenPerHour: checks.integer(
        'rateLimit.unprovenPerHour',
        rateLimit.unprovenPerHour,
        600,
        0,
        1_000_000,
      ),
      storage: rateLimit.storage,
    },
    scheduleEnabled: checks.flag(
      'schedule.enabled',
      checks.section('schedule', options.schedule).enabled,
      true,
    ),
    database: options.database,
  };
  checks.finish();
  return deepFreeze(config);
}

function resolveHttp(
  checks: OptionChecks,
  given: HttpOptions,
  apiBaseUrl: URL,
  environment: Readonly<Record<string, string | undefined>>,
): HttpConfig {
  const milliseconds = (name: 'timeoutMs' | 'connectTimeoutMs', fallback: number) =>
    checks.integer(`http.${name}`, given[name], fallback, 100, 60_000);
  const { proxy: named } = given;
  const proxy =
    named === undefined || named === null
      ? environmentProxy(checks, apiBaseUrl, environment)
      : namedProxy(checks, named);
  return {
    ...(proxy && { proxy }),
    transport: checks.oneOf('http.transport', given.transport, ['axios', 'undici'] as const, 'axios'),
    timeoutMs: milliseconds('timeoutMs', 5000),
    connectTimeoutMs: milliseconds('connectTimeoutMs', 3000),
    connections: checks.integer('http.connections', given.connections, 64, 1, 1024),
  };
}

function resolveScenes(checks: OptionChecks, given: SceneOptions): Required<SceneOptions> {
  const from = checks.integer('scenes.from', given.from, 0, 0, 10_000);
  const to = checks.integer('scenes.to', given.to, 10_000, 0, 10_000);
  if (from > to) checks.refuse('scenes.from', `must not be above "scenes.to", got ${from} and ${to}`);
  return { from, to };
}

function resolveRetention(checks: OptionChecks, given: RetentionOptions): Required<RetentionOptions> {
  const days = (name: keyof RetentionOptions, fallback: number) =>
    checks.integer(`retention.${name}`, given[name], fallback, 0, 36_500);
  return {
    intentsDays: days('intentsDays', 30),
    grantsDays: days('grantsDays', 0),
    messagesDays: days('messagesDays', 0),
    auditDays: days('auditDays', 90),
    pushEventsDays: days('pushEventsDays', 30),
  };
}

/** Objects of the host's that are handed on as they are. */
const NOT_OURS = ['database', 'storage', 'redis'];

function deepFreeze<T extends object>(config: T): T {
  for (const [name, part] of Object.entries(config)) {
    if (NOT_OURS.includes(name)) continue;
    const plain =
      part !== null &&
      typeof part === 'object' &&
      [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(part));
    if (plain && !Object.isFrozen(part)) deepFreeze(part);
  }
  return Object.freeze(config);
}
