import { Injectable } from '@nestjs/common';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { BroadcastRetentionRepository } from './broadcast-retention.repository.js';
import { RecurringRepository } from './recurring/recurring.repository.js';

/**
 * Deletes broadcasts that are over, drafts that were never started, and what became of the times of recurring
 * ones, after the retention of messages.
 */
@Injectable()
export class BroadcastUpkeep {
  constructor(
    sweeps: Sweeps,
    retention: BroadcastRetentionRepository,
    recurring: RecurringRepository,
    config: RetentionConfig,
  ) {
    sweeps.retain({
      name: 'broadcast-retention',
      days: config.messagesDays,
      find: (before, limit) => retention.next(before, limit),
      remove: (rows) => retention.remove(rows),
    });
    sweeps.retain({
      name: 'occurrence-retention',
      days: config.messagesDays,
      find: (before, limit) => recurring.decidedBefore(before, limit),
      remove: (ids) => recurring.removeOccurrences(ids),
    });
  }
}
