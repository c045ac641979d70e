import { Injectable } from '@nestjs/common';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { TokenAuditRepository } from './token-audit.repository.js';

/** Deletes rows of the audit that nobody has counted on for their retention. */
@Injectable()
export class TokenAuditUpkeep {
  constructor(sweeps: Sweeps, rows: TokenAuditRepository, config: RetentionConfig) {
    sweeps.retain({
      name: 'token-audit-retention',
      days: config.auditDays,
      find: (before, limit) => rows.idleSince(before, limit),
      remove: (keys, before) => rows.deleteIdle(keys, before),
    });
  }
}
