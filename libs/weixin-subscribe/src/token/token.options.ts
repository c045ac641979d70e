import { IsOptional } from 'class-validator';
import { TOKEN_FAMILIES, type TokenFamily } from '../account/account.options.js';
import { environmentProxy, type ForwardProxy } from '../kernel/forward-proxy.js';
import { IsChoice, IsSetAndFit, type OptionChecks, unset } from '../kernel/option-checks.js';
import { Secret } from '../kernel/secret.js';
import { IsWhole } from '../kernel/validation.js';

/**
 * `central`: each account has its own credential. `remote`: all of them have `remote`, and this process keeps
 * no token.
 */
export const TOKEN_ROLES = ['central', 'remote'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

export const TOKEN_STORES = ['database', 'redis', 'memory'] as const;
export type TokenStoreKind = (typeof TOKEN_STORES)[number];

export class TokenOptions {
  /** @default 'central' */
  @IsChoice(TOKEN_ROLES)
  role?: TokenRole = 'central';

  /** Where a `remote` finds its central. Required with that role, and for credentials of that kind. */
  central?: CentralOptions;
  /** @default 'token' */
  @IsChoice(TOKEN_FAMILIES)
  family?: TokenFamily = 'token';

  /**
   * `database` and `redis` share one token between all processes on them; `memory` is for a single process.
   * `redis` needs the option `redis`. A store of the host's own is given as the static `tokenStore`. @default
   * 'database'
   */
  @IsChoice(TOKEN_STORES)
  store?: TokenStoreKind = 'database';

  /**
   * A token is replaced this long before it ends, 60–3,600 s.
   * @default 600 (`token`), 290 (`stable`: earlier calls return the same token)
   */
  @IsOptional()
  @IsWhole(60, 3600)
  refreshMarginSeconds?: number;

  /** Mints per account and hour, whoever asks, 1–1,000. @default 60 */
  @IsWhole(1, 1000)
  mintsPerHour?: number = 60;

  /**
   * Mints per account and day (Beijing), whoever asks, 1–1,900; the platform allows 2,000, and 200 to test
   * accounts.
   * @default 500
   */
  @IsWhole(1, 1900)
  mintsPerDay?: number = 500;

  /**
   * Encrypts tokens in the store; one that is not encrypted is not used then, but replaced.
   * @default they are stored as they are
   */
  encryption?: TokenEncryptionOptions;
}

export class CentralOptions {
  /** Address of the central's endpoints, e.g. `https://central.example.com/weixin`. */
  url!: string | undefined;

  /** One of this client's keys in the central's `serviceKeys`. */
  @IsSetAndFit(/^[\x21-\x7e]{16,512}$/, 'must be 16–512 printable ASCII characters')
  key!: string | undefined;

  /** How long a token is served from memory before the central is asked again, 5–300 s. @default 60 */
  @IsWhole(5, 300)
  cacheSeconds?: number = 60;
}

/**
 * AES-256-GCM. The first key encrypts; all of them decrypt. To replace one, add the new key at the end in
 * every process first, then move it to the front.
 */
export class TokenEncryptionOptions {
  keys!: TokenEncryptionKey[];
}

export class TokenEncryptionKey {
  /** Stored beside each token, 1–32 letters, digits, "_" or "-". */
  @IsSetAndFit(/^[\w-]{1,32}$/, 'must be 1–32 letters, digits, "_" or "-"')
  id!: string;

  /** 32 bytes in base64: `openssl rand -base64 32`. Never logged. */
  key!: string | undefined;
}

export abstract class TokenConfig {
  abstract readonly role: TokenRole;
  /** Where a remote asks. */
  abstract readonly central?: {
    readonly url: string;
    readonly key: Secret;
    readonly cacheMs: number;
    readonly proxy?: ForwardProxy;
  };
  abstract readonly store: TokenStoreKind;
  abstract readonly mintLimits: { readonly perHour: number; readonly perDay: number };
  /** The first encrypts. The keys are 32 bytes in base64. */
  abstract readonly encryptionKeys: readonly { readonly id: string; readonly key: Secret }[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const KEY_BYTES = 32;

/** What decides about the section beside itself. */
export interface TokenSurroundings {
  /** The option `redis`. */
  redis: unknown;
  environment: Environment;
  /** Whether an account may have a credential of kind `remote`. */
  mayRead: boolean;
}

/**
 * @param given as `OptionChecks.read` returns it, defaults filled in
 * @param written as the host gave it
 */
export function resolveToken(
  checks: OptionChecks,
  given: TokenOptions,
  written: TokenOptions | undefined,
  { redis, environment, mayRead }: TokenSurroundings,
): TokenConfig {
  const { role, store, mintsPerHour, mintsPerDay } = given;
  const isRemote = role === 'remote';
  if (!isRemote && store === 'redis' && (redis === undefined || redis === null))
    checks.refuse('redis', 'is missing: token.store "redis" needs it');
  if (isRemote) refuseCentralOptions(checks, written ?? {});
  else if (given.central !== undefined && !mayRead)
    checks.refuse(
      'token.central',
      'is used only with token.role "remote", or for accounts with a credential of kind "remote"; leave it out, or set one of them',
    );
  return {
    role: role as TokenRole,
    ...((isRemote || given.central) && { central: resolveCentral(checks, given.central, environment) }),
    store: store as TokenStoreKind,
    mintLimits: { perHour: Number(mintsPerHour), perDay: Number(mintsPerDay) },
    encryptionKeys: resolveEncryption(checks, given.encryption),
  };
}

const CENTRAL_ONLY = ['store', 'mintsPerHour', 'mintsPerDay', 'encryption'] as const;

/** A remote keeps and mints no token: these would have no effect, in silence. */
function refuseCentralOptions(checks: OptionChecks, written: TokenOptions): void {
  for (const name of CENTRAL_ONLY) {
    if (written[name] !== undefined && written[name] !== null)
      checks.refuse(`token.${name}`, 'is for the central only; leave it out with token.role "remote"');
  }
}

function resolveCentral(
  checks: OptionChecks,
  given: CentralOptions | undefined,
  environment: Environment,
): TokenConfig['central'] {
  if (given === undefined) {
    checks.refuse('token.central', 'is missing: with token.role "remote" it says where the central is');
    return undefined;
  }
  const { url, key, cacheSeconds } = checks.read('token.central', CentralOptions, given);
  const address = checks.url('token.central.url', url);
  const proxy = environmentProxy(checks, address, environment);
  return {
    ...(proxy && { proxy }),
    url: address.href,
    key: new Secret(String(key)),
    cacheMs: 1000 * Number(cacheSeconds),
  };
}

function resolveEncryption(
  checks: OptionChecks,
  given: TokenEncryptionOptions | undefined,
): TokenConfig['encryptionKeys'] {
  if (given === undefined) return [];
  const { keys } = checks.pick('token.encryption', TokenEncryptionOptions, given);
  if (!Array.isArray(keys) || keys.length === 0) {
    checks.refuse('token.encryption.keys', 'must list at least one key, or leave token.encryption out');
    return [];
  }
  const ids = new Set<string>();
  return keys.map((one, index) => {
    const at = `token.encryption.keys[${index}]`;
    const { id, key } = checks.read(at, TokenEncryptionKey, one);
    if (id !== undefined && ids.has(id)) checks.refuse(`${at}.id`, `"${id}" is listed twice`);
    ids.add(id);
    const missing = unset(key);
    if (missing) checks.refuse(`${at}.key`, missing);
    else if (typeof key !== 'string' || Buffer.from(key, 'base64').length !== KEY_BYTES)
      checks.refuse(
        `${at}.key`,
        `must be ${KEY_BYTES} bytes in base64, as "openssl rand -base64 ${KEY_BYTES}" prints`,
      );
    return { id, key: new Secret(String(key)) };
  });
}
