// What a host names of this room. Access tokens.

export { AccessToken } from './access-token.js';
export type { MintFailure } from './mint/mint-failure.js';
export type { MintLimits, MintUsage } from './mint/mint-limits.js';
export { DEATHS_KEPT, type TokenDeath } from './mint/token-deaths.js';
export { StoredToken } from './store/stored-token.js';
export { TokenEntity } from './store/token.entity.js';
export {
  type HeldLease,
  type LeaseEnd,
  type TokenKey,
  type TokenLease,
  type TokenRecord,
  TokenStore,
} from './store/token.store.js';
export { JsapiTicket } from './ticket/jsapi-ticket.js';
export { TicketService } from './ticket/ticket.service.js';
export { NoAccessTokenError, TokenUnavailableError } from './token.errors.js';
export type {} from './token.events.js';
export { type HealthStatus, type TokenHealth, TokenHealthIndicator, upOrDown } from './token.health.js';
export type {
  CentralOptions,
  TokenEncryptionKey,
  TokenEncryptionOptions,
  TokenOptions,
  TokenRole,
  TokenStoreKind,
} from './token.options.js';
export { TokenService } from './token.service.js';
export type { TokenStatus } from './token.status.js';
