import { Injectable } from '@nestjs/common';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { GrantRepository } from './grant.repository.js';

/** Expires grants whose time ran out and deletes closed ones after their retention. */
@Injectable()
export class GrantUpkeep {
  constructor(sweeps: Sweeps, grants: GrantRepository, config: RetentionConfig) {
    sweeps.register({
      name: 'grant-expiry',
      everySeconds: 60,
      find: (limit) => grants.overdue(limit),
      end: (ids) => grants.closeOverdue(ids),
    });
    sweeps.retain({
      name: 'grant-retention',
      days: config.grantsDays,
      find: (before, limit) => grants.endedBefore(before, limit),
      remove: (ids) => grants.deleteClosed(ids),
    });
  }
}
