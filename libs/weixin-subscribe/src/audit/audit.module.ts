import { Module } from '@nestjs/common';
import { AuditRepository } from './audit.repository.js';
import { AuditLog } from './audit-log.js';

/** Who changed what through the REST routes. */
@Module({ providers: [AuditRepository, AuditLog], exports: [AuditRepository, AuditLog] })
export class AuditModule {}
