import { Module } from '@nestjs/common';
import { TokenAudit } from './token-audit.js';
import { TokenAuditRepository } from './token-audit.repository.js';
import { TokenAuditUpkeep } from './token-audit.upkeep.js';
import { TokenReports } from './token-reports.js';

/** Which client took which token, and reported which one as dead. */
@Module({
  providers: [TokenAuditRepository, TokenAudit, TokenAuditUpkeep, TokenReports],
  exports: [TokenAudit, TokenReports],
})
export class TokenAuditModule {}
