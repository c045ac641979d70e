// What a host names of this room. Who took which token.

export { TokenAuditEntity } from './token-audit.entity.js';
export { TokenAudit } from './token-audit.js';
export type {
  TokenAuditAction,
  TokenAuditFilter,
  TokenAuditRecord,
  TokenCaller,
  TokenEndpoint,
} from './token-audit.types.js';
