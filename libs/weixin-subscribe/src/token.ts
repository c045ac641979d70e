/**
 * The central access_token service alone.
 * @module nestjs-weixin-subscribe/token
 */

// nestjs-weixin-subscribe/token: the central token service alone.

export type {
  AccessTokenProvider,
  AccessTokenRequest,
  CredentialOptions,
  ProvidedAccessToken,
} from './account/credential.options.js';
export { WEIXIN_TOKEN_ENTITIES } from './entities.js';
export { ProblemDetailsFilter } from './http/problem-details.filter.js';
export type { ServiceClientOptions, ServiceKeysOption } from './http/service-keys.options.js';
export type { ServiceScope } from './http/service-scopes.js';
export { WeixinRoute, type WeixinRouteKind, weixinRouteOf } from './http/weixin-route.js';
export { WEIXIN_TOKEN_MIGRATIONS } from './migrations/index.js';
export { migrate } from './sql/migrate.js';
export { WEIXIN_DATA_SOURCE } from './sql/tokens.js';
export { AccessToken } from './token/access-token.js';
export { TokenStore } from './token/store/token.store.js';
export { NoAccessTokenError, TokenUnavailableError } from './token/token.errors.js';
export { TokenHealthIndicator, upOrDown } from './token/token.health.js';
export type { TokenOptions } from './token/token.options.js';
export { TokenService } from './token/token.service.js';
export { TokenAudit } from './token-audit/token-audit.js';
export { BackgroundTasks } from './upkeep/background-tasks.js';
export type { ScheduleOptions } from './upkeep/upkeep.options.js';
export type { HttpOptions } from './weixin/weixin.options.js';
export type { WeixinTokenModuleOptions } from './weixin-token.config.js';
export {
  type WeixinTokenExtras,
  WeixinTokenModule,
  type WeixinTokenOptionsFactory,
} from './weixin-token.module.js';
