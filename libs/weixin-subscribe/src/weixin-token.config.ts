import type { DataSourceOptions } from 'typeorm';
import {
  type AccountConfig,
  resolveAccounts,
  resolveTokenAccount,
  type TokenAccountOptions,
} from './account/account.options.js';
import { Accounts } from './account/accounts.js';
import { RateLimitConfig, RoutesConfig } from './http/http.options.js';
import { resolveServiceKeys, type ServiceKeysOption } from './http/service-keys.options.js';
import { InvalidOptionsError } from './kernel/errors.js';
import { OptionChecks } from './kernel/option-checks.js';
import { RedisConfig, resolveRedis } from './kernel/redis.options.js';
import { resolveToken, TokenConfig, TokenOptions } from './token/token.options.js';
import {
  RetentionConfig,
  type RetentionOptions,
  ScheduleConfig,
  type ScheduleOptions,
} from './upkeep/upkeep.options.js';
import { type HttpOptions, resolveWeixin, WeixinConfig } from './weixin/weixin.options.js';

/**
 * Of the options of the whole library those that the token service reads, with the same meaning and defaults.
 * Others are refused: they would have no effect.
 */
export class WeixinTokenModuleOptions {
  accounts!: TokenAccountOptions[];
  /** @default 'https://api.weixin.qq.com' */
  apiBaseUrl?: string;
  /** Who may ask for tokens: name → key, two while one is being replaced, or a client with fewer rights. */
  serviceKeys?: ServiceKeysOption;
  token?: TokenOptions;
  /** Needed by `token.store: 'redis'`. */
  redis?: string | object;
  http?: HttpOptions;
  retention?: Pick<RetentionOptions, 'auditDays'>;
  schedule?: ScheduleOptions;
  /** Used with the static `dataSource: 'own'`. */
  database?: DataSourceOptions;
}

/** What the token service, and every room that stands on it, reads of the options; frozen. */
export abstract class TokenServiceConfig {
  abstract readonly accounts: ReadonlyMap<string, AccountConfig>;
  /** Whether a source adds accounts at run time. */
  abstract readonly sourced: boolean;
  abstract readonly database?: DataSourceOptions;
  abstract readonly redis: RedisConfig;
  abstract readonly retention: RetentionConfig;
  abstract readonly routes: RoutesConfig;
  abstract readonly schedule: ScheduleConfig;
  abstract readonly token: TokenConfig;
  abstract readonly weixin: WeixinConfig;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Fills in the defaults and checks everything, once, while the module starts.
 * @throws {InvalidOptionsError} naming every option that is missing, out of range or contradicts another
 */
export function resolveTokenConfig(
  written: WeixinTokenModuleOptions,
  environment: Environment = process.env,
): TokenServiceConfig {
  return resolved(written, (checks, given) => {
    const options = checks.pick('', WeixinTokenModuleOptions, given);
    const token = checks.read('token', TokenOptions, options.token);
    const accounts = resolveAccounts(checks, options.accounts, token, resolveTokenAccount);
    return {
      ...resolveTokenService(checks, options, token, accounts, environment),
      sourced: false,
      routes: {
        rateLimit: new RateLimitConfig(),
        serviceKeys: resolveServiceKeys(checks, options.serviceKeys, accounts),
      },
    };
  });
}

/**
 * The slices that are the same in the whole library.
 * @param token as `OptionChecks.read` returns it, defaults filled in
 */
export function resolveTokenService(
  checks: OptionChecks,
  options: Omit<WeixinTokenModuleOptions, 'accounts'>,
  token: TokenOptions,
  accounts: ReadonlyMap<string, AccountConfig>,
  environment: Environment,
  sourced = false,
): Omit<TokenServiceConfig, 'routes' | 'sourced'> {
  const { http, redis } = options;
  return {
    accounts,
    database: options.database,
    redis: resolveRedis(checks, redis),
    retention: checks.read('retention', RetentionConfig, options.retention),
    schedule: checks.read('schedule', ScheduleConfig, options.schedule),
    token: resolveToken(checks, token, options.token, {
      redis,
      environment: http?.proxy === false ? {} : environment,
      mayRead: sourced || [...accounts.values()].some(({ credential }) => credential.kind === 'remote'),
    }),
    weixin: resolveWeixin(checks, http, options.apiBaseUrl, environment),
  };
}

/**
 * Runs `resolve` over what a host wrote.
 * @throws {InvalidOptionsError} it wrote no object, or something was refused
 */
export function resolved<Options extends object, Config extends object>(
  written: Options,
  resolve: (checks: OptionChecks, written: Options) => Config,
): Config {
  if (written === null || typeof written !== 'object') {
    throw new InvalidOptionsError([
      {
        option: 'options',
        message: 'is missing: what forRoot takes, or a factory answers, must be an object',
      },
    ]);
  }
  const checks = new OptionChecks();
  const config = resolve(checks, written);
  checks.finish();
  return deepFreeze(config);
}

/** Objects of the host's that are handed on as they are. */
const OF_THE_HOST = ['client', 'database', 'storage'];
/** Values with a state or a guard of their own. */
const isOurs = (part: unknown): part is object =>
  part !== null && typeof part === 'object' && !(part instanceof URL || part instanceof Map);

function deepFreeze<T extends object>(config: T): T {
  for (const [name, part] of Object.entries(config)) {
    if (!OF_THE_HOST.includes(name) && isOurs(part) && !Object.isFrozen(part)) deepFreeze(part);
  }
  return Object.freeze(config);
}

const slice = (provide: abstract new () => unknown, name: keyof TokenServiceConfig) => ({
  provide,
  useFactory: (config: TokenServiceConfig) => config[name],
  inject: [TokenServiceConfig],
});

/** Providers of what each room sees of the config. */
export const TOKEN_SERVICE_SLICES = [
  {
    provide: Accounts,
    useFactory: ({ accounts, sourced }: TokenServiceConfig) => new Accounts(accounts, sourced),
    inject: [TokenServiceConfig],
  },
  slice(RedisConfig, 'redis'),
  slice(RetentionConfig, 'retention'),
  slice(RoutesConfig, 'routes'),
  slice(ScheduleConfig, 'schedule'),
  slice(TokenConfig, 'token'),
  slice(WeixinConfig, 'weixin'),
];
