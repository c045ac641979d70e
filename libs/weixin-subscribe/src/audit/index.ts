export { AuditEntity } from './audit.entity.js';
export type { AuditEntry } from './audit.types.js';
export { AuditLog } from './audit-log.js';
