/**
 * WeChat subscription messages for NestJS: asking, the ledger of grants, sending, webhooks, broadcasts.
 * @module nestjs-weixin-subscribe
 */

// What a host names in its code, by capability; the index of a room says what a host names of it. A heading
// is followed by an empty line, so that the formatter leaves it where it is. The token service alone:
// ./token.ts; for tests of hosts: ./testing.

// The module, its options and its routes

export {
  AccountDisabledError,
  AccountKindError,
  AccountNotAuthorizedError,
  AccountsUnavailableError,
  UnknownAccountError,
  UnknownTemplateError,
} from './account/account.errors.js';
export type { GrantRule, TokenFamily, WeixinAccountOptions } from './account/account.options.js';
export type { AccountKind } from './account/account-kinds.js';
export type { AccountTemplateOptions } from './account/account-templates.options.js';
export type {
  AccessTokenProvider,
  AccessTokenRequest,
  CredentialKind,
  CredentialOptions,
  ProvidedAccessToken,
} from './account/credential.options.js';
export type { PrivateNetworkPushOptions, PushFormat, PushMode, PushOptions } from './account/push.options.js';
export type { QuietHoursOptions } from './account/quiet-hours.js';
export { RateLimitedError, ServiceForbiddenError, ServiceKeyError } from './http/http.errors.js';
export type { RateLimitOptions, Subject, SubjectResolver } from './http/http.options.js';
export { ProblemDetailsFilter } from './http/problem-details.filter.js';
export type { ProblemDetails } from './http/problem-details.js';
export type { ServiceClientOptions, ServiceKeysOption } from './http/service-keys.options.js';
export type { ServiceScope } from './http/service-scopes.js';
export { SERVICE_SCOPES } from './http/service-scopes.js';
export { WeixinRoute, type WeixinRouteKind, weixinRouteOf } from './http/weixin-route.js';
export type { RetentionOptions, ScheduleOptions } from './upkeep/upkeep.options.js';
export { WeixinSubscribeConfig } from './weixin-subscribe.config.js';
export { WeixinSubscribeModule } from './weixin-subscribe.module.js';
export type {
  WeixinSubscribeControllers,
  WeixinSubscribeExtras,
  WeixinSubscribeOptionsFactory,
} from './weixin-subscribe.module-definition.js';
export type { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';

// For packages that put pages in front of the routes

export {
  type RequestAuthenticator,
  RequestAuthenticators,
  type ServiceCaller,
} from './http/request-authenticators.js';
export { commonPath, RouteName, RouteUrls } from './http/route-urls.js';
export { RouteVersions } from './http/route-versions.js';
export { ServiceClient } from './http/service-client.js';
export { ServiceSignIn } from './http/service-sign-in.js';
export { WeixinController } from './http/weixin-controller.js';

// Accounts that come and go while the application runs

export * from './account-source/index.js';

// A third-party platform and the accounts that authorise it

export * from './component/index.js';

// Ask: intents to people

export * from './authorization/index.js';
export * from './balance/index.js';
export * from './identity/index.js';
export * from './jssdk/index.js';

// Record: the ledger of grants, and scenes

export * from './grant/index.js';
export * from './scene/index.js';

// Send: one message to one person

export * from './delivery/index.js';

// Broadcast: one content to many; also ./broadcast

export * from './broadcast/index.js';

// Service cards: one code, one card, its states one after the other

export * from './card/index.js';

// Listen: events that WeChat pushes

export * from './push/index.js';

// Record who changed what

export * from './audit/index.js';

// Examine: the going-live checklist

export * from './doctor/index.js';

// Explain: what happened and what drifts, also ./history; and what is erased

export * from './history/index.js';
export { type ErasureReport, PersonalDataService } from './upkeep/personal-data.js';

// Templates

export * from './template/index.js';

// Tokens

export * from './token/index.js';
export * from './token-audit/index.js';
export * from './token-rest/index.js';

// Platform: calls and errcodes

export type { BilingualText, ErrcodeClass, ErrcodeContext, ErrcodeFacts } from './weixin/errcodes.js';
export { ERRCODE_TABLE, errcodeFacts } from './weixin/errcodes.js';
export type {
  ApiSecurityOptions,
  ApplicationKeyOptions,
  PlatformCertificateOptions,
  SymmetricKeyOptions,
} from './weixin/signing/api-security.options.js';
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
export { formatLogs, type LogFields, type LogFormat } from './kernel/library-logger.js';
export { CryptoRandomSource, RandomSource } from './kernel/random-source.js';
export { traceIdOf } from './kernel/telemetry.js';
export type { WeixinEventMap } from './kernel/weixin-events.js';
export { type BackgroundTask, BackgroundTasks } from './upkeep/background-tasks.js';
