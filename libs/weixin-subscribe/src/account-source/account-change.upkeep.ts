import { Injectable } from '@nestjs/common';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { AccountRepository } from './account.repository.js';

/** Deletes records of changes after the retention of audits. */
@Injectable()
export class AccountChangeUpkeep {
  constructor(sweeps: Sweeps, accounts: AccountRepository, config: RetentionConfig) {
    sweeps.retain({
      name: 'account-change-retention',
      days: config.auditDays,
      find: (before, limit) => accounts.changesBefore(before, limit),
      remove: (ids) => accounts.deleteChanges(ids),
    });
  }
}
