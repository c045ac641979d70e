// Module

export type { IntentReply, IntentResultReply } from './authorization/app-authorization.controller.js';
export {
  AnswerMismatchError,
  ReturnToRefusedError,
  StateExpiredError,
  StateForeignError,
  StateReusedError,
  StateUnknownError,
} from './authorization/authorization.errors.js';
export type {
  Answer,
  Answered,
  OpenQuestion,
  Proof,
  Question,
} from './authorization/authorization.service.js';
// Ask
export { AuthorizationService } from './authorization/authorization.service.js';
export {
  AuthorizeQueryDto,
  CallbackQueryDto,
  CreateIntentDto,
  IntentResultDto,
} from './authorization/dto/authorization.dto.js';
export { IntentEntity } from './authorization/intent.entity.js';
export type { Intent, IntentDoor, IntentStatus } from './authorization/intent.types.js';
// For tests and simulations: override these providers
export { type BackgroundTask, BackgroundTasks } from './common/background/background-tasks.js';
export { Clock, SystemClock } from './common/clock.js';
export type * from './common/config/options.js';
export { WeixinSubscribeConfig } from './common/config/weixin-subscribe.config.js';
export { migrate } from './common/database/migrate.js';
export { TABLE_PREFIX } from './common/database/table-prefix.js';
export { WEIXIN_DATA_SOURCE } from './common/database/tokens.js';
// Errors
export {
  AccountKindError,
  DatabaseError,
  type FieldError,
  InvalidInputError,
  InvalidOptionsError,
  RateLimitedError,
  ServiceKeyError,
  UnknownAccountError,
  UnknownTemplateError,
  WeixinSubscribeError,
} from './common/errors.js';
export { ProblemDetailsFilter } from './common/http/problem-details.filter.js';
export type { ProblemDetails } from './common/http/problem-details.js';
export { type ErasureReport, PersonalDataService } from './common/personal-data.js';
export { CryptoRandomSource, RandomSource } from './common/random-source.js';
export {
  MessageFailedError,
  MessageOutcomeError,
  MessageRefusedError,
  MessageUnknownError,
  NoGrantError,
} from './delivery/delivery.errors.js';
export { MessageEntity } from './delivery/message.entity.js';
export type { MessageContent, MessageRecord, MessageStatus, Outcome } from './delivery/message.types.js';
// Database
export { WEIXIN_SUBSCRIBE_ENTITIES } from './entities.js';
export { GrantEntity } from './grant/grant.entity.js';
// Record
export { GrantRepository } from './grant/grant.repository.js';
export type {
  Grant,
  GrantChannel,
  GrantFilter,
  GrantKey,
  GrantStatus,
  NewGrant,
} from './grant/grant.types.js';
// Explain
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
export { GrantQueryDto } from './message/dto/grant-query.dto.js';
export { MessageMiniprogramDto, MessageTextDto, SendMessageDto } from './message/dto/send-message.dto.js';
export type { HistoryView } from './message/history.view.js';
export {
  IdempotencyKeyReusedError,
  MessageInFlightError,
  MessageNotFoundError,
  MessageNotUnknownError,
} from './message/message.errors.js';
export type { GrantsView, MessageView } from './message/message.view.js';
// Send
export { SubscribeService } from './message/subscribe.service.js';
export { WEIXIN_SUBSCRIBE_MIGRATIONS } from './migrations/index.js';
// Scenes
export { SceneEntity } from './scene/scene.entity.js';
export { PurposeUnknownError, ScenesExhaustedError } from './scene/scene.errors.js';
export { SceneRegistry } from './scene/scene.registry.js';
export type { Scene, SceneFilter, ScenePurpose } from './scene/scene.types.js';
// Token
export { AccessToken } from './token/access-token.js';
export { RefreshTokenDto, type TokenReply } from './token/token.dto.js';
export { TokenEntity } from './token/token.entity.js';
export { TokenUnavailableError } from './token/token.errors.js';
export { TokenService } from './token/token.service.js';
export type { BilingualText, ErrcodeClass, ErrcodeContext, ErrcodeFacts } from './weixin/errcodes.js';
// Platform
export { ERRCODE_TABLE, errcodeFacts } from './weixin/errcodes.js';
export {
  type WeixinHttpRequest,
  type WeixinHttpResponse,
  WeixinTransport,
  WeixinTransportError,
} from './weixin/transport.js';
export { WEIXIN_HTTP_SERVICE } from './weixin/transports/axios.transport.js';
export { WeixinApiError } from './weixin/weixin-api.errors.js';
export { WeixinSubscribeModule } from './weixin-subscribe.module.js';
export type {
  WeixinSubscribeControllers,
  WeixinSubscribeExtras,
  WeixinSubscribeOptionsFactory,
} from './weixin-subscribe.module-definition.js';
