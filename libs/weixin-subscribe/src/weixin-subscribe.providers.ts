import type { Provider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Accounts } from './account/accounts.js';
import { AUTHORIZATION_PROVIDERS } from './authorization/authorization.providers.js';
import { AuthorizationService } from './authorization/authorization.service.js';
import { BROADCAST_PROVIDERS } from './broadcast/broadcast.providers.js';
import { BroadcastService } from './broadcast/broadcast.service.js';
import { resolveConfig } from './config/resolve-config.js';
import { WeixinSubscribeConfig } from './config/weixin-subscribe.config.js';
import { DeliveryHealthIndicator } from './delivery/delivery.health.js';
import { DELIVERY_PROVIDERS } from './delivery/delivery.providers.js';
import { SubscribeService } from './delivery/send/subscribe.service.js';
import { WEIXIN_SUBSCRIBE_ENTITIES } from './entities.js';
import { FormIdService } from './grant/form-id/form-id.service.js';
import { GRANT_PROVIDERS } from './grant/grant.providers.js';
import { GrantRepository } from './grant/grant.repository.js';
import { DriftService } from './history/drift.service.js';
import { HISTORY_PROVIDERS } from './history/history.providers.js';
import { HistoryService } from './history/history.service.js';
import { ProblemDetailsFilter } from './http/problem-details.filter.js';
import { RateLimits } from './http/rate-limits.js';
import { RawBodies } from './http/raw-bodies.js';
import { RouteUrls } from './http/route-urls.js';
import { RouteVersions } from './http/route-versions.js';
import { ServiceClients } from './http/service-clients.js';
import { Subjects } from './http/subjects.js';
import { ThrottlerExemption } from './http/throttler-exemption.js';
import { Clock, SystemClock } from './kernel/clock.js';
import { InvalidOptionsError } from './kernel/errors.js';
import { CryptoRandomSource, RandomSource } from './kernel/random-source.js';
import { RedisConnection } from './kernel/redis-connection.js';
import { WeixinEvents } from './kernel/weixin-events.js';
import { WEIXIN_SUBSCRIBE_MIGRATIONS } from './migrations/index.js';
import { PUSH_PROVIDERS } from './push/push.providers.js';
import { PushEventService } from './push/push-event.service.js';
import { SCENE_PROVIDERS } from './scene/scene.providers.js';
import { SceneRegistry } from './scene/scene.registry.js';
import { CollationCheck } from './sql/collation-check.js';
import { createExecutor } from './sql/create-executor.js';
import { OwnDataSource } from './sql/own-data-source.js';
import { SqlExecutor } from './sql/sql-executor.js';
import { WEIXIN_DATA_SOURCE } from './sql/tokens.js';
import { TEMPLATE_PROVIDERS } from './template/template.providers.js';
import { TemplateService } from './template/template.service.js';
import { TokenHealthIndicator } from './token/token.health.js';
import { TOKEN_PROVIDERS, tokenStore } from './token/token.providers.js';
import { TokenService } from './token/token.service.js';
import { TokenAudit } from './token-audit/token-audit.js';
import { BackgroundTasks } from './upkeep/background-tasks.js';
import { PersonalDataService } from './upkeep/personal-data.js';
import { UPKEEP_PROVIDERS } from './upkeep/upkeep.providers.js';
import { WEIXIN_HTTP_SERVICE } from './weixin/transports/axios.transport.js';
import { WEIXIN_PROVIDERS } from './weixin/weixin.providers.js';
import {
  MODULE_OPTIONS_TOKEN,
  OWN_DATA_SOURCE,
  type WeixinSubscribeExtras,
} from './weixin-subscribe.module-definition.js';

const common: Provider[] = [
  { provide: Clock, useClass: SystemClock },
  { provide: RandomSource, useClass: CryptoRandomSource },
  { provide: WeixinSubscribeConfig, useFactory: resolveConfig, inject: [MODULE_OPTIONS_TOKEN] },
  {
    provide: SqlExecutor,
    useFactory: (dataSource: DataSource, random: RandomSource) => createExecutor(dataSource, random),
    inject: [WEIXIN_DATA_SOURCE, RandomSource],
  },
  Accounts,
  BackgroundTasks,
  CollationCheck,
  PersonalDataService,
  ProblemDetailsFilter,
  RateLimits,
  RawBodies,
  RouteUrls,
  RouteVersions,
  RedisConnection,
  ServiceClients,
  Subjects,
  ThrottlerExemption,
  WeixinEvents,
];

/** The DataSource under a name of ours: services never have to know what the host calls it. */
function dataSource(name: string | undefined): Provider[] {
  if (name !== OWN_DATA_SOURCE) {
    return [
      {
        provide: WEIXIN_DATA_SOURCE,
        useFactory: hostDataSource,
        inject: [getDataSourceToken(name), WeixinSubscribeConfig],
      },
    ];
  }
  return [
    {
      provide: OwnDataSource,
      useFactory: ({ database }: WeixinSubscribeConfig) =>
        OwnDataSource.open(database, WEIXIN_SUBSCRIBE_ENTITIES, WEIXIN_SUBSCRIBE_MIGRATIONS),
      inject: [WeixinSubscribeConfig],
    },
    {
      provide: WEIXIN_DATA_SOURCE,
      useFactory: (own: OwnDataSource) => own.dataSource,
      inject: [OwnDataSource],
    },
  ];
}

function hostDataSource(host: DataSource, { database }: WeixinSubscribeConfig): DataSource {
  if (!database) return host;
  throw new InvalidOptionsError([
    {
      option: 'database',
      message: 'is used only with the static dataSource: "own"; leave it out, or set that',
    },
  ]);
}

export function providers({ dataSource: name, tokenStore: own }: WeixinSubscribeExtras): Provider[] {
  return [
    ...dataSource(name),
    tokenStore(own),
    ...common,
    ...UPKEEP_PROVIDERS,
    ...WEIXIN_PROVIDERS,
    ...TOKEN_PROVIDERS,
    ...GRANT_PROVIDERS,
    ...SCENE_PROVIDERS,
    ...TEMPLATE_PROVIDERS,
    ...AUTHORIZATION_PROVIDERS,
    ...DELIVERY_PROVIDERS,
    ...HISTORY_PROVIDERS,
    ...PUSH_PROVIDERS,
    SubscribeService,
    ...BROADCAST_PROVIDERS,
  ];
}

/** What hosts may inject. */
export const EXPORTED = [
  WeixinSubscribeConfig,
  WEIXIN_DATA_SOURCE,
  WEIXIN_HTTP_SERVICE,
  TokenService,
  TokenHealthIndicator,
  TokenAudit,
  GrantRepository,
  FormIdService,
  SceneRegistry,
  AuthorizationService,
  SubscribeService,
  BroadcastService,
  PushEventService,
  HistoryService,
  DriftService,
  TemplateService,
  DeliveryHealthIndicator,
  PersonalDataService,
  BackgroundTasks,
  ProblemDetailsFilter,
];
