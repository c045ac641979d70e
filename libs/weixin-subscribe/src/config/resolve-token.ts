import { environmentProxy } from '../kernel/forward-proxy.js';
import { Secret } from '../kernel/secret.js';
import type { OptionChecks } from './option-checks.js';
import {
  type CentralOptions,
  TOKEN_ROLES,
  TOKEN_STORES,
  type TokenEncryptionOptions,
  type TokenOptions,
} from './options.js';
import type { WeixinSubscribeConfig } from './weixin-subscribe.config.js';

const KEY_BYTES = 32;

export function resolveToken(
  checks: OptionChecks,
  given: Partial<TokenOptions>,
  redis: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): WeixinSubscribeConfig['token'] {
  const role = checks.oneOf('token.role', given.role, TOKEN_ROLES, 'central');
  const store = checks.oneOf('token.store', given.store, TOKEN_STORES, 'database');
  checkRedis(checks, store === 'redis' && role === 'central', redis);
  if (role === 'remote') refuseCentralOptions(checks, given);
  return {
    role,
    ...(role === 'remote' && { central: resolveCentral(checks, given.central, environment) }),
    ...(role === 'central' && centralHasNone(checks, given.central)),
    store,
    mintLimits: {
      perHour: checks.integer('token.mintsPerHour', given.mintsPerHour, 60, 1, 1000),
      perDay: checks.integer('token.mintsPerDay', given.mintsPerDay, 500, 1, 1900),
    },
    encryptionKeys: resolveEncryption(checks, given.encryption),
  };
}

const CENTRAL_ONLY = ['store', 'mintsPerHour', 'mintsPerDay', 'encryption'] as const;

/** A remote keeps and mints no token: these would have no effect, in silence. */
function refuseCentralOptions(checks: OptionChecks, given: Partial<TokenOptions>): void {
  for (const name of CENTRAL_ONLY) {
    if (given[name] !== undefined && given[name] !== null)
      checks.refuse(`token.${name}`, 'is for the central only; leave it out with token.role "remote"');
  }
}

function resolveCentral(
  checks: OptionChecks,
  given: CentralOptions | undefined,
  environment: Readonly<Record<string, string | undefined>>,
) {
  if (given === undefined || given === null)
    checks.refuse('token.central', 'is missing: with token.role "remote" it says where the central is');
  const { url, key, cacheSeconds } = checks.section('token.central', given);
  if (given)
    checks.text(
      'token.central.key',
      key,
      /^[\x21-\x7e]{16,512}$/,
      'must be 16–512 printable ASCII characters',
    );
  const address = given && checks.url('token.central.url', url);
  const proxy = address && environmentProxy(checks, address, environment);
  return {
    ...(proxy && { proxy }),
    url: address?.href ?? '',
    key: new Secret(String(key)),
    cacheMs: 1000 * checks.integer('token.central.cacheSeconds', cacheSeconds, 60, 5, 300),
  };
}

function centralHasNone(checks: OptionChecks, given: CentralOptions | undefined): object {
  if (given !== undefined && given !== null)
    checks.refuse('token.central', 'is used only with token.role "remote"; leave it out, or set that');
  return {};
}

function checkRedis(checks: OptionChecks, needed: boolean, redis: unknown): void {
  if (redis === undefined || redis === null) {
    if (needed) checks.refuse('redis', 'is missing: token.store "redis" needs it');
  } else if (typeof redis === 'string') {
    checks.text(
      'redis',
      redis,
      /^rediss?:\/\/\S+$/,
      'must be a redis:// or rediss:// address, or an ioredis client',
    );
  } else if (typeof (redis as { defineCommand?: unknown }).defineCommand !== 'function') {
    checks.refuse('redis', 'must be a redis:// or rediss:// address, or an ioredis client');
  }
}

function resolveEncryption(checks: OptionChecks, given: TokenEncryptionOptions | undefined) {
  if (given === undefined || given === null) return [];
  const { keys } = checks.section('token.encryption', given);
  if (!Array.isArray(keys) || keys.length === 0) {
    checks.refuse('token.encryption.keys', 'must list at least one key, or leave token.encryption out');
    return [];
  }
  const ids = new Set<string>();
  return keys.map((one, index) => {
    const at = `token.encryption.keys[${index}]`;
    const { id, key } = checks.section(at, one);
    checks.text(`${at}.id`, id, /^[\w-]{1,32}$/, 'must be 1–32 letters, digits, "_" or "-"');
    if (ids.has(String(id))) checks.refuse(`${at}.id`, `"${id}" is listed twice`);
    ids.add(String(id));
    if (typeof key !== 'string' || Buffer.from(key, 'base64').length !== KEY_BYTES)
      checks.refuse(
        `${at}.key`,
        `must be ${KEY_BYTES} bytes in base64, as "openssl rand -base64 ${KEY_BYTES}" prints`,
      );
    return { id: String(id), key: new Secret(String(key)) };
  });
}
