import type { DataSourceOptions } from 'typeorm';
import type { WeixinAccountOptions } from './account/account.options.js';
import type { ComponentOptions } from './account/component.options.js';
import type { AuthorizationOptions } from './authorization/authorization.options.js';
import type { BroadcastOptions } from './broadcast/broadcast.options.js';
import type { CardOptions } from './card/card.options.js';
import type { DeliveryOptions } from './delivery/delivery.options.js';
import type { RateLimitOptions } from './http/http.options.js';
import type { ServiceClientOptions, ServiceKeysOption } from './http/service-keys.options.js';
import type { JssdkOptions } from './jssdk/jssdk.options.js';
import type { SceneOptions } from './scene/scene.options.js';
import type { TemplateOptions } from './template/template.options.js';
import type { TokenOptions } from './token/token.options.js';
import type { RetentionOptions, ScheduleOptions } from './upkeep/upkeep.options.js';
import type { HttpOptions } from './weixin/weixin.options.js';

/**
 * What a host writes. Everything that has a default is optional. Ids, secrets and addresses may come straight
 * from the environment (`process.env.X`): one that is required and not set stops the start and is named.
 */
export class WeixinSubscribeModuleOptions {
  /** Required, unless the static `accountSource` brings accounts; both together are fine. */
  accounts?: WeixinAccountOptions[];
  /**
   * The host's own address as browsers see it, e.g. `https://remind.example.com`, with the path that a proxy
   * takes off, if one does, and without the prefix that Nest adds. Its host must be a business domain (业务域名)
   * of the official account.
   */
  publicBaseUrl!: string | undefined;
  /** @default 'https://api.weixin.qq.com' */
  apiBaseUrl?: string;
  /** @default 'https://mp.weixin.qq.com' */
  mpBaseUrl?: string;
  /** Where OAuth is, for `authorization.oauth`. @default 'https://open.weixin.qq.com' */
  openBaseUrl?: string;
  /**
   * Name → key (or two keys, while one is being replaced) of the services that may call the endpoints for
   * other services (token, messages, broadcasts, templates, grants), at least 16 characters each; or name →
   * {@link ServiceClientOptions}, to give a client fewer rights than all. Without any, those endpoints refuse
   * everybody.
   */
  serviceKeys?: ServiceKeysOption;
  authorization?: AuthorizationOptions;
  token?: TokenOptions;
  /**
   * This application is a third-party platform (第三方平台): accounts with the credential `authorizer` authorised
   * it. Needs `token.encryption`, whose keys seal their refresh tokens, and the static
   * `controllers: { component: true }`.
   */
  component?: ComponentOptions;
  /**
   * A `redis://` or `rediss://` address, or an ioredis 5 client of the host's, which it closes itself. Needed
   * by `token.store: 'redis'`; needs the package `ioredis`.
   */
  redis?: string | object;
  http?: HttpOptions;
  delivery?: DeliveryOptions;
  broadcast?: BroadcastOptions;
  cards?: CardOptions;
  jssdk?: JssdkOptions;
  scenes?: SceneOptions;
  templates?: TemplateOptions;
  retention?: RetentionOptions;
  rateLimit?: RateLimitOptions;
  schedule?: ScheduleOptions;
  /**
   * The module's own DataSource, used with the static `dataSource: 'own'`. Entities and migrations are added,
   * and where you give none, time limits: 10 s to connect, 30 s for a statement on PostgreSQL
   * (`extra.query_timeout`). `synchronize`, `migrationsRun` and `dropSchema` are not taken.
   */
  database?: DataSourceOptions;
}
