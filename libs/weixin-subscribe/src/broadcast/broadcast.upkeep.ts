import { Injectable } from '@nestjs/common';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { BroadcastRetentionRepository } from './broadcast-retention.repository.js';

/** Deletes broadcasts that are over, and drafts that were never started, after the retention of messages. */
@Injectable()
export class BroadcastUpkeep {
  constructor(sweeps: Sweeps, retention: BroadcastRetentionRepository, config: RetentionConfig) {
    sweeps.retain({
      name: 'broadcast-retention',
      days: config.messagesDays,
      find: (before, limit) => retention.next(before, limit),
      remove: (rows) => retention.remove(rows),
    });
  }
}
