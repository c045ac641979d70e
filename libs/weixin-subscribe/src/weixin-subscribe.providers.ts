import { HttpService } from '@nestjs/axios';
import type { InjectionToken, Provider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import axios from 'axios';
import type { DataSource } from 'typeorm';
import { AuthorizationService } from './authorization/authorization.service.js';
import { CookieWriter } from './authorization/cookie-writer.js';
import { IntentKeeper } from './authorization/intent.keeper.js';
import { IntentRepository } from './authorization/intent.repository.js';
import { ReturnTo } from './authorization/return-to.js';
import { SubscribeQuestions } from './authorization/subscribe-questions.js';
import { BroadcastRepository } from './broadcast/broadcast.repository.js';
import { BroadcastService } from './broadcast/broadcast.service.js';
import { BroadcastChanges } from './broadcast/broadcast-changes.js';
import { OutcomeExport } from './broadcast/outcome-export.js';
import { PreviewService } from './broadcast/preview.service.js';
import { BroadcastProgressService } from './broadcast/progress.service.js';
import { RecipientRepository } from './broadcast/recipient.repository.js';
import { RecipientIntake } from './broadcast/recipient-intake.js';
import { Renderers } from './broadcast/renderers.js';
import { AccountFlows } from './broadcast/run/account-flow.js';
import { BatchContents } from './broadcast/run/batch-contents.js';
import { BatchRecovery } from './broadcast/run/batch-recovery.js';
import { BatchSender } from './broadcast/run/batch-sender.js';
import { BroadcastKeeper } from './broadcast/run/broadcast.keeper.js';
import { BroadcastWorkers } from './broadcast/run/broadcast-workers.js';
import { BullmqWorkers } from './broadcast/run/bullmq-workers.js';
import { Claims } from './broadcast/run/claims.js';
import { LocalWorkers } from './broadcast/run/local-workers.js';
import { BroadcastRunner } from './broadcast/run/runner.js';
import { BackgroundTasks } from './common/background/background-tasks.js';
import { Clock, SystemClock } from './common/clock.js';
import { Accounts } from './common/config/accounts.js';
import { resolveConfig } from './common/config/resolve-config.js';
import { WeixinSubscribeConfig } from './common/config/weixin-subscribe.config.js';
import { CollationCheck } from './common/database/collation-check.js';
import { createExecutor } from './common/database/create-executor.js';
import { OwnDataSource } from './common/database/own-data-source.js';
import { SqlExecutor } from './common/database/sql-executor.js';
import { WEIXIN_DATA_SOURCE } from './common/database/tokens.js';
import { InvalidOptionsError } from './common/errors.js';
import { WeixinEvents } from './common/events/weixin-events.js';
import { ProblemDetailsFilter } from './common/http/problem-details.filter.js';
import { RateLimits } from './common/http/rate-limits.js';
import { ServiceClients } from './common/http/service-clients.js';
import { Subjects } from './common/http/subjects.js';
import { PersonalDataService } from './common/personal-data.js';
import { CryptoRandomSource, RandomSource } from './common/random-source.js';
import { RedisConnection } from './common/redis/redis-connection.js';
import { CHANNELS, type Channel } from './delivery/channels/channel.js';
import { CHANNEL_LIST } from './delivery/channels/channel-list.js';
import { Channels } from './delivery/channels/channels.js';
import { Deferrals } from './delivery/deferrals.js';
import { DeferredDelivery } from './delivery/deferred-delivery.js';
import { DeliveryHealthIndicator } from './delivery/delivery.health.js';
import { Delivery } from './delivery/delivery.js';
import { Dispatcher } from './delivery/dispatcher.js';
import { Holds } from './delivery/holds.js';
import { InFlight } from './delivery/in-flight.js';
import { MessageRepository } from './delivery/message.repository.js';
import { MessageBatchRepository } from './delivery/message-batch.repository.js';
import { OpenBatchRepository } from './delivery/open-batch.repository.js';
import { Poster } from './delivery/poster.js';
import { ReceiptRepository } from './delivery/receipt.repository.js';
import { Recovery } from './delivery/recovery.js';
import { ResendRepository } from './delivery/resend.repository.js';
import { Resender } from './delivery/resender.js';
import { SendPauseRepository } from './delivery/send-pause.repository.js';
import { SendPauses } from './delivery/send-pauses.js';
import { Settler } from './delivery/settler.js';
import { WaitingMessageRepository } from './delivery/waiting-message.repository.js';
import { WEIXIN_SUBSCRIBE_ENTITIES } from './entities.js';
import { FormIdService } from './grant/form-id.service.js';
import { GrantKeeper } from './grant/grant.keeper.js';
import { GrantRepository } from './grant/grant.repository.js';
import { GrantBatchRepository } from './grant/grant-batch.repository.js';
import { GrantRules } from './grant/grant-rules.js';
import { CountsRepository } from './history/counts.repository.js';
import { DriftRepository } from './history/drift.repository.js';
import { DriftService } from './history/drift.service.js';
import { ExportRepository } from './history/export.repository.js';
import { HistoryRepository } from './history/history.repository.js';
import { HistoryService } from './history/history.service.js';
import { SubscribeService } from './message/subscribe.service.js';
import { WEIXIN_SUBSCRIBE_MIGRATIONS } from './migrations/index.js';
import { PushDispatcher } from './push/push-dispatcher.js';
import { PushEventKeeper } from './push/push-event.keeper.js';
import { PushEventRepository } from './push/push-event.repository.js';
import { PushEventService } from './push/push-event.service.js';
import { PushListeners } from './push/push-listeners.js';
import { PushVerifier } from './push/push-verifier.js';
import { SubscribeMsgEffects } from './push/subscribe-msg.effects.js';
import { SceneRegistry } from './scene/scene.registry.js';
import { SceneRepository } from './scene/scene.repository.js';
import { TemplateService } from './template/template.service.js';
import { TemplateApiClient } from './template/template-api.client.js';
import { TemplateLists } from './template/template-lists.js';
import { TokenAudit } from './token/audit/token-audit.js';
import { TokenAuditRepository } from './token/audit/token-audit.repository.js';
import { TokenReports } from './token/audit/token-reports.js';
import { AuthorizedApiClient } from './token/authorized-api.client.js';
import { CentralTokenService } from './token/central-token.service.js';
import { DropInService } from './token/drop-in/drop-in.service.js';
import { PlainTextBodies } from './token/drop-in/plain-text-bodies.js';
import { TokenVerifier } from './token/drop-in/token-verifier.js';
import { CentralConnection } from './token/remote/central-connection.js';
import { RemoteTokenService } from './token/remote/remote-token.service.js';
import { DatabaseTokenStore } from './token/stores/database-token.store.js';
import { MemoryTokenStore } from './token/stores/memory-token.store.js';
import { RedisTokenStore } from './token/stores/redis-token.store.js';
import { TokenCache } from './token/token.cache.js';
import { TokenHealthIndicator } from './token/token.health.js';
import { TokenMinter } from './token/token.minter.js';
import { TokenRenewal } from './token/token.renewal.js';
import { TokenScheduler } from './token/token.scheduler.js';
import { TokenService } from './token/token.service.js';
import { TokenStore } from './token/token.store.js';
import { TokenVault } from './token/token.vault.js';
import { TokenSealer } from './token/token-sealer.js';
import { WeixinTransport } from './weixin/transport.js';
import { AxiosTransport, WEIXIN_HTTP_SERVICE } from './weixin/transports/axios.transport.js';
import { UndiciTransport } from './weixin/transports/undici.transport.js';
import { undiciAdapter } from './weixin/transports/undici-axios-adapter.js';
import { WeixinPool } from './weixin/transports/weixin-pool.js';
import { WeixinApiClient } from './weixin/weixin-api.client.js';
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
  RedisConnection,
  ServiceClients,
  Subjects,
  WeixinEvents,
];

const weixin: Provider[] = [
  WeixinPool,
  {
    provide: WEIXIN_HTTP_SERVICE,
    useFactory: (pool: WeixinPool) => new HttpService(axios.create({ adapter: undiciAdapter(pool) })),
    inject: [WeixinPool],
  },
  {
    provide: WeixinTransport,
    useFactory: (config: WeixinSubscribeConfig, pool: WeixinPool, http: HttpService) =>
      config.http.transport === 'undici'
        ? new UndiciTransport(pool, config)
        : new AxiosTransport(http, config),
    inject: [WeixinSubscribeConfig, WeixinPool, WEIXIN_HTTP_SERVICE],
  },
  WeixinApiClient,
];

const token: Provider[] = [
  TokenSealer,
  TokenVault,
  TokenCache,
  TokenMinter,
  TokenRenewal,
  CentralTokenService,
  CentralConnection,
  RemoteTokenService,
  {
    provide: TokenService,
    useFactory: (
      config: WeixinSubscribeConfig,
      central: CentralTokenService,
      remote: RemoteTokenService,
    ): TokenService => (config.token.role === 'remote' ? remote : central),
    inject: [WeixinSubscribeConfig, CentralTokenService, RemoteTokenService],
  },
  TokenScheduler,
  TokenHealthIndicator,
  AuthorizedApiClient,
  TokenAuditRepository,
  TokenAudit,
  TokenReports,
];

/** The host's own store, or the one that the options name. */
function tokenStore(own: InjectionToken<TokenStore> | undefined): Provider {
  if (own !== undefined) return { provide: TokenStore, useExisting: own };
  return {
    provide: TokenStore,
    useFactory: async (
      { token: { store } }: WeixinSubscribeConfig,
      sql: SqlExecutor,
      redis: RedisConnection,
      clock: Clock,
      random: RandomSource,
    ): Promise<TokenStore> => {
      if (store === 'memory') return new MemoryTokenStore(clock);
      if (store === 'redis') return new RedisTokenStore(await redis.client(), clock, random);
      return new DatabaseTokenStore(sql, clock);
    },
    inject: [WeixinSubscribeConfig, SqlExecutor, RedisConnection, Clock, RandomSource],
  };
}
/** Only where that door is mounted: it looks at every request of the host. */
export const dropIn: Provider[] = [DropInService, TokenVerifier, PlainTextBodies];

const ledger: Provider[] = [
  { provide: CHANNELS, useValue: CHANNEL_LIST },
  {
    provide: GrantRules,
    useFactory: (accounts: Accounts, channels: Channel[]) => new GrantRules(accounts, channels),
    inject: [Accounts, CHANNELS],
  },
  FormIdService,
  GrantRepository,
  GrantBatchRepository,
  GrantKeeper,
  SceneRepository,
  SceneRegistry,
];

const template: Provider[] = [TemplateApiClient, TemplateLists, TemplateService];

const authorization: Provider[] = [
  AuthorizationService,
  SubscribeQuestions,
  IntentRepository,
  IntentKeeper,
  ReturnTo,
  CookieWriter,
];

const delivery: Provider[] = [
  Channels,
  MessageRepository,
  WaitingMessageRepository,
  SendPauseRepository,
  SendPauses,
  ReceiptRepository,
  Poster,
  Settler,
  InFlight,
  MessageBatchRepository,
  OpenBatchRepository,
  Delivery,
  Holds,
  DeferredDelivery,
  Dispatcher,
  Deferrals,
  Recovery,
  ResendRepository,
  Resender,
  DeliveryHealthIndicator,
];

const history: Provider[] = [
  HistoryRepository,
  CountsRepository,
  ExportRepository,
  HistoryService,
  DriftRepository,
  DriftService,
];

const push: Provider[] = [
  PushEventRepository,
  PushVerifier,
  PushListeners,
  SubscribeMsgEffects,
  PushDispatcher,
  PushEventService,
  PushEventKeeper,
];

const message: Provider[] = [SubscribeService];

const broadcast: Provider[] = [
  BroadcastRepository,
  BroadcastChanges,
  RecipientRepository,
  RecipientIntake,
  Renderers,
  BroadcastProgressService,
  PreviewService,
  OutcomeExport,
  Claims,
  AccountFlows,
  BatchContents,
  BatchSender,
  BatchRecovery,
  BroadcastRunner,
  LocalWorkers,
  BullmqWorkers,
  {
    provide: BroadcastWorkers,
    useFactory: (config: WeixinSubscribeConfig, local: LocalWorkers, bullmq: BullmqWorkers) =>
      config.broadcast.distribution === 'bullmq' ? bullmq : local,
    inject: [WeixinSubscribeConfig, LocalWorkers, BullmqWorkers],
  },
  BroadcastKeeper,
  BroadcastService,
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
    ...weixin,
    ...token,
    ...ledger,
    ...template,
    ...authorization,
    ...delivery,
    ...history,
    ...push,
    ...message,
    ...broadcast,
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
