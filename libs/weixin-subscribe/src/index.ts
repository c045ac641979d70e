/**
 * WeChat subscription messages for NestJS: asking, the ledger of grants, sending, webhooks, broadcasts.
 * @module nestjs-weixin-subscribe
 */

// What a host names in its code, by capability. A heading is followed by an empty line, so that the formatter
// leaves it where it is. The token service alone: ./token.ts; for tests of hosts: ./testing.

// The module, its options and its routes

export { AccountKindError, UnknownAccountError, UnknownTemplateError } from './account/account.errors.js';
export type { GrantRule, TokenFamily, WeixinAccountOptions } from './account/account.options.js';
export type { AccountKind } from './account/account-kinds.js';
export type { AccountTemplateOptions } from './account/account-templates.options.js';
export type { PushFormat, PushMode, PushOptions } from './account/push.options.js';
export type { QuietHoursOptions } from './account/quiet-hours.js';
export type { BroadcastDistribution, BroadcastOptions } from './broadcast/broadcast.options.js';
export { RateLimitedError, ServiceForbiddenError, ServiceKeyError } from './http/http.errors.js';
export type { RateLimitOptions, Subject, SubjectResolver } from './http/http.options.js';
export { ProblemDetailsFilter } from './http/problem-details.filter.js';
export type { ProblemDetails } from './http/problem-details.js';
export type { ServiceClient } from './http/service-client.js';
export type { ServiceClientOptions } from './http/service-keys.options.js';
export type { ServiceScope } from './http/service-scopes.js';
export { SERVICE_SCOPES } from './http/service-scopes.js';
export { WeixinRoute, type WeixinRouteKind, weixinRouteOf } from './http/weixin-route.js';
export type { SceneOptions } from './scene/scene.options.js';
export type { RetentionOptions, ScheduleOptions } from './upkeep/upkeep.options.js';
export { WeixinSubscribeConfig } from './weixin-subscribe.config.js';
export { WeixinSubscribeModule } from './weixin-subscribe.module.js';
export type {
  WeixinSubscribeControllers,
  WeixinSubscribeExtras,
  WeixinSubscribeOptionsFactory,
} from './weixin-subscribe.module-definition.js';
export type { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';

// Ask: questions to people

export {
  AnswerMismatchError,
  OpenidUnknownError,
  ReturnToRefusedError,
  StateExpiredError,
  StateForeignError,
  StateReusedError,
  StateUnknownError,
} from './authorization/authorization.errors.js';
export type { AuthorizationOptions } from './authorization/authorization.options.js';
export type {
  IntentReply,
  IntentResultReply,
  SubscribeIntentsReply,
  SubscribeResultReply,
} from './authorization/authorization.schemas.js';
export type {
  Answer,
  Answered,
  OpenQuestion,
  Proof,
  Question,
} from './authorization/authorization.service.js';
export { AuthorizationService } from './authorization/authorization.service.js';
export {
  AuthorizeQueryDto,
  CallbackQueryDto,
  CreateIntentDto,
  IntentResultDto,
} from './authorization/dto/authorization.dto.js';
export { CreateSubscribeIntentsDto, SubscribeResultDto } from './authorization/dto/subscribe.dto.js';
export { IntentEntity } from './authorization/intent.entity.js';
export type { Intent, IntentFlow, IntentStatus } from './authorization/intent.types.js';
export type {
  OpenSubscribeQuestion,
  SubscribeQuestion,
  SubscribeReport,
  SubscribeReported,
} from './authorization/subscribe-questions.js';
export type { SubscribeAnswer } from './authorization/subscribe-result.js';

// Record: the ledger of permissions, and scenes

export type { FormIdReply } from './grant/form-id/form-id.controller.js';
export { FormIdDto } from './grant/form-id/form-id.dto.js';
export { FormIdService } from './grant/form-id/form-id.service.js';
export { GrantEntity } from './grant/grant.entity.js';
export { GrantRepository } from './grant/grant.repository.js';
export type {
  Grant,
  GrantChannel,
  GrantFilter,
  GrantKey,
  GrantProof,
  GrantStatus,
  NewGrant,
} from './grant/grant.types.js';
export { SceneEntity } from './scene/scene.entity.js';
export { PurposeUnknownError, ScenesExhaustedError } from './scene/scene.errors.js';
export { SceneRegistry } from './scene/scene.registry.js';
export type { Scene, SceneFilter, ScenePurpose } from './scene/scene.types.js';

// Send: one message to one person

export { MessageBatchEntity } from './delivery/batches/message-batch.entity.js';
export {
  MessageContentDto,
  MessageMiniprogramDto,
  MessageTextDto,
} from './delivery/channels/dto/message-content.dto.js';
export { SendMiniSubscribeDto } from './delivery/channels/mini-subscribe.channel.js';
export { SendMiniTemplateDto } from './delivery/channels/mini-template.channel.js';
export { SendMessageDto } from './delivery/channels/one-time.channel.js';
export { SendServiceNoticeDto } from './delivery/channels/service-notice.channel.js';
export {
  MessageFailedError,
  MessageOutcomeError,
  MessageRefusedError,
  MessageUnknownError,
  NoGrantError,
  SendingPausedError,
} from './delivery/delivery.errors.js';
export type {} from './delivery/delivery.events.js';
export { type DeliveryHealth, DeliveryHealthIndicator } from './delivery/delivery.health.js';
export type { DeliveryOptions, UnknownPolicy } from './delivery/delivery.options.js';
export { MessageEntity } from './delivery/ledger/message.entity.js';
export type {
  KeywordContent,
  MessageContent,
  MessageRecord,
  MessageStatus,
  OneTimeContent,
  Outcome,
} from './delivery/ledger/message.types.js';
export { SendPauseEntity } from './delivery/pauses/send-pause.entity.js';
export type { SendPause } from './delivery/pauses/send-pause.repository.js';
export { GrantQueryDto } from './delivery/send/grant-query.dto.js';
export {
  IdempotencyKeyReusedError,
  MessageInFlightError,
  MessageNotFoundError,
  MessageNotUnknownError,
  MessageNotWaitingError,
} from './delivery/send/message.errors.js';
export type { GrantsView, MessageView } from './delivery/send/message.view.js';
export { type SendInput, type SendOptions, SubscribeService } from './delivery/send/subscribe.service.js';

// Broadcast: one content to many

export { BroadcastEntity } from './broadcast/broadcast.entity.js';
export {
  BroadcastIntakeBusyError,
  BroadcastKeyReusedError,
  BroadcastNotFoundError,
  BroadcastStateError,
  UnknownRendererError,
} from './broadcast/broadcast.errors.js';
export type {} from './broadcast/broadcast.events.js';
export { type BroadcastInput, BroadcastService } from './broadcast/broadcast.service.js';
export type {
  Broadcast,
  BroadcastAction,
  BroadcastAudience,
  BroadcastEvent,
  BroadcastProgress,
  BroadcastRecipient,
  BroadcastStatus,
  PauseCause,
} from './broadcast/broadcast.types.js';
export type { BroadcastEventView, BroadcastProgressView, BroadcastView } from './broadcast/broadcast.view.js';
export { BroadcastEventEntity } from './broadcast/broadcast-event.entity.js';
export { BroadcastRecipientEntity, type RecipientStatus } from './broadcast/broadcast-recipient.entity.js';
export {
  BroadcastChangeDto,
  BroadcastDto,
  BroadcastQueryDto,
  BroadcastTextDto,
  StartBroadcastDto,
} from './broadcast/dto/broadcast.dto.js';
export type { BroadcastPreview, BroadcastSample } from './broadcast/preview.service.js';
export type { RecipientList } from './broadcast/recipient-intake.js';
export { BroadcastRenderer, type RenderedRecipient, type RendersBroadcast } from './broadcast/renderers.js';
export type { SendQuota } from './broadcast/send-quotas.js';

// Listen: events that WeChat pushes

export { PushNotConfiguredError, PushRefusedError, PushTooLargeError } from './push/push.errors.js';
export type {} from './push/push.events.js';
export type {
  PushEvent,
  PushEventRecord,
  PushEventStatus,
  SubscribeMsgChangeItem,
  SubscribeMsgEventName,
  SubscribeMsgItems,
  SubscribeMsgPopupItem,
  SubscribeMsgSentItem,
} from './push/push.types.js';
export { PushEventEntity } from './push/push-event.entity.js';
export type { PushEventFilter } from './push/push-event.repository.js';
export { PushEventService } from './push/push-event.service.js';
export { OnWeixinEvent } from './push/push-listeners.js';
export type { PushQuery } from './push/push-verifier.js';

// Explain: what happened, what drifts, and what is erased

export type { CountsQuery, DayCounts } from './history/counts.types.js';
export { DriftService } from './history/drift.service.js';
export type {
  DriftCount,
  DriftFinding,
  DriftKind,
  DriftQuery,
  DriftReport,
  DriftThresholds,
  TemplateDrift,
} from './history/drift.types.js';
export { DriftQueryDto } from './history/dto/drift.dto.js';
export { CountsDto, PersonHistoryDto } from './history/dto/history.dto.js';
export type { ExportQuery } from './history/export.types.js';
export { HistoryService } from './history/history.service.js';
export type {
  HistoryEvent,
  HistoryEventType,
  HistoryPage,
  HistoryPaging,
  PersonHistoryQuery,
} from './history/history.types.js';
export type { HistoryView } from './history/history.view.js';
export { type ErasureReport, PersonalDataService } from './upkeep/personal-data.js';

// Templates

export { ReviewKeywordDto, ReviewTemplateDto } from './template/dto/review-template.dto.js';
export {
  AddTemplateDto,
  PublicKeywordsDto,
  PublicTitlesDto,
  TemplateParamsDto,
  TemplateQueryDto,
} from './template/dto/template.dto.js';
export {
  checkKeywordValue,
  KEYWORD_TYPES,
  type KeywordType,
  keywordType,
} from './template/keyword-values.js';
export type {
  KeywordDraft,
  ReviewFinding,
  ReviewRule,
  TemplateDraft,
} from './template/review/review.types.js';
export { reviewTemplate } from './template/review/review-template.js';
export { TemplateRefusedError, TemplateUnansweredError } from './template/template.errors.js';
export type { TemplateOptions } from './template/template.options.js';
export { TemplateService } from './template/template.service.js';
export type {
  KeywordEnumValues,
  PublicKeyword,
  PublicTitle,
  PublicTitles,
  SubscribeTemplate,
  TemplateCategory,
  TemplateData,
} from './template/template.types.js';
export { checkTemplateData, keywordsOf } from './template/template-data.js';

// Tokens

export { AccessToken } from './token/access-token.js';
export type { MintFailure } from './token/mint/mint-failure.js';
export type { MintLimits, MintUsage } from './token/mint/mint-limits.js';
export { DEATHS_KEPT, type TokenDeath } from './token/mint/token-deaths.js';
export { StoredToken } from './token/store/stored-token.js';
export { TokenEntity } from './token/store/token.entity.js';
export {
  type HeldLease,
  type LeaseEnd,
  type TokenKey,
  type TokenLease,
  type TokenRecord,
  TokenStore,
} from './token/store/token.store.js';
export { TokenUnavailableError } from './token/token.errors.js';
export type {} from './token/token.events.js';
export { type HealthStatus, type TokenHealth, TokenHealthIndicator, upOrDown } from './token/token.health.js';
export type {
  CentralOptions,
  TokenEncryptionKey,
  TokenEncryptionOptions,
  TokenOptions,
  TokenRole,
  TokenStoreKind,
} from './token/token.options.js';
export { TokenService } from './token/token.service.js';
export type { TokenStatus } from './token/token.status.js';
export { TokenAuditEntity } from './token-audit/token-audit.entity.js';
export { TokenAudit } from './token-audit/token-audit.js';
export type {
  TokenAuditAction,
  TokenAuditFilter,
  TokenAuditRecord,
  TokenCaller,
  TokenEndpoint,
} from './token-audit/token-audit.types.js';
export { RefreshTokenDto, type TokenReply } from './token-rest/token.dto.js';

// Platform: calls and errcodes

export type { BilingualText, ErrcodeClass, ErrcodeContext, ErrcodeFacts } from './weixin/errcodes.js';
export { ERRCODE_TABLE, errcodeFacts } from './weixin/errcodes.js';
export {
  type WeixinHttpRequest,
  type WeixinHttpResponse,
  WeixinTransport,
  WeixinTransportError,
} from './weixin/transport.js';
export { WEIXIN_HTTP_SERVICE } from './weixin/transports/axios.transport.js';
export type { HttpOptions } from './weixin/weixin.options.js';
export { WeixinApiError } from './weixin/weixin-api.errors.js';

// Database

export { WEIXIN_SUBSCRIBE_ENTITIES } from './entities.js';
export { WEIXIN_SUBSCRIBE_MIGRATIONS } from './migrations/index.js';
export { DatabaseError } from './sql/database.error.js';
export { migrate } from './sql/migrate.js';
export { TABLE_PREFIX } from './sql/table-prefix.js';
export { WEIXIN_DATA_SOURCE } from './sql/tokens.js';
export { LeaseEntity } from './upkeep/lease.entity.js';

// Errors, time and background work

export { Clock, SystemClock } from './kernel/clock.js';
export {
  type FieldError,
  InvalidInputError,
  InvalidOptionsError,
  WeixinSubscribeError,
} from './kernel/errors.js';
export { CryptoRandomSource, RandomSource } from './kernel/random-source.js';
export type { WeixinEventMap } from './kernel/weixin-events.js';
export { type BackgroundTask, BackgroundTasks } from './upkeep/background-tasks.js';
