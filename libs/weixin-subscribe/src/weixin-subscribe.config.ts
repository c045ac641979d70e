import type { DataSourceOptions } from 'typeorm';
import { type AccountConfig, resolveAccounts } from './account/account.options.js';
import { Accounts } from './account/accounts.js';
import { AuthorizationConfig, resolveAuthorization } from './authorization/authorization.options.js';
import { BroadcastConfig, resolveBroadcast } from './broadcast/broadcast.options.js';
import { DeliveryConfig, resolveDelivery } from './delivery/delivery.options.js';
import { RateLimitConfig, RoutesConfig } from './http/http.options.js';
import { resolveServiceKeys } from './http/service-keys.options.js';
import { InvalidOptionsError } from './kernel/errors.js';
import { OptionChecks } from './kernel/option-checks.js';
import { RedisConfig, resolveRedis } from './kernel/redis.options.js';
import { resolveScenes, SceneConfig } from './scene/scene.options.js';
import { TemplateConfig } from './template/template.options.js';
import { resolveToken, TokenConfig, TokenOptions } from './token/token.options.js';
import { RetentionConfig, ScheduleConfig } from './upkeep/upkeep.options.js';
import { resolveWeixin, WeixinConfig } from './weixin/weixin.options.js';
import { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';

/**
 * The options with every default filled in and everything checked; frozen. A room of the library injects its
 * own slice.
 */
export abstract class WeixinSubscribeConfig {
  abstract readonly accounts: ReadonlyMap<string, AccountConfig>;
  abstract readonly authorization: AuthorizationConfig;
  abstract readonly broadcast: BroadcastConfig;
  abstract readonly database?: DataSourceOptions;
  abstract readonly delivery: DeliveryConfig;
  abstract readonly redis: RedisConfig;
  abstract readonly retention: RetentionConfig;
  abstract readonly routes: RoutesConfig;
  abstract readonly scenes: SceneConfig;
  abstract readonly schedule: ScheduleConfig;
  abstract readonly templates: TemplateConfig;
  abstract readonly token: TokenConfig;
  abstract readonly weixin: WeixinConfig;
}

/**
 * Fills in the defaults and checks everything, once, while the module starts.
 * @throws {InvalidOptionsError} naming every option that is missing, out of range or contradicts another
 */
export function resolveConfig(
  written: WeixinSubscribeModuleOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): WeixinSubscribeConfig {
  if (written === null || typeof written !== 'object') {
    throw new InvalidOptionsError([
      {
        option: 'options',
        message: 'is missing: what forRoot takes, or a factory answers, must be an object',
      },
    ]);
  }
  const checks = new OptionChecks();
  const options = checks.pick('', WeixinSubscribeModuleOptions, written);
  const { authorization, redis } = options;
  const publicBaseUrl = checks.url('publicBaseUrl', options.publicBaseUrl);
  const weixin = resolveWeixin(checks, options.http, options.apiBaseUrl, environment);
  const token = checks.read('token', TokenOptions, options.token);
  const accounts = resolveAccounts(checks, options.accounts, token);
  const config: WeixinSubscribeConfig = {
    accounts,
    authorization: resolveAuthorization(checks, authorization, publicBaseUrl, options.mpBaseUrl),
    broadcast: resolveBroadcast(checks, options.broadcast, weixin.http.connections, redis),
    database: options.database,
    delivery: resolveDelivery(checks, options.delivery, weixin.http.timeoutMs),
    redis: resolveRedis(checks, redis),
    retention: checks.read('retention', RetentionConfig, options.retention),
    routes: {
      publicBaseUrl,
      rateLimit: checks.read('rateLimit', RateLimitConfig, options.rateLimit),
      serviceKeys: resolveServiceKeys(checks, options.serviceKeys, accounts),
      subject: authorization?.subject,
    },
    scenes: resolveScenes(checks, options.scenes),
    schedule: checks.read('schedule', ScheduleConfig, options.schedule),
    templates: checks.read('templates', TemplateConfig, options.templates),
    token: resolveToken(
      checks,
      token,
      options.token,
      redis,
      options.http?.proxy === false ? {} : environment,
    ),
    weixin,
  };
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

const slice = (provide: abstract new () => unknown, name: keyof WeixinSubscribeConfig) => ({
  provide,
  useFactory: (config: WeixinSubscribeConfig) => config[name],
  inject: [WeixinSubscribeConfig],
});

/** Providers of what each room sees of the config. */
export const CONFIG_SLICES = [
  {
    provide: Accounts,
    useFactory: ({ accounts }: WeixinSubscribeConfig) => new Accounts(accounts),
    inject: [WeixinSubscribeConfig],
  },
  slice(AuthorizationConfig, 'authorization'),
  slice(BroadcastConfig, 'broadcast'),
  slice(DeliveryConfig, 'delivery'),
  slice(RedisConfig, 'redis'),
  slice(RetentionConfig, 'retention'),
  slice(RoutesConfig, 'routes'),
  slice(SceneConfig, 'scenes'),
  slice(ScheduleConfig, 'schedule'),
  slice(TemplateConfig, 'templates'),
  slice(TokenConfig, 'token'),
  slice(WeixinConfig, 'weixin'),
];
