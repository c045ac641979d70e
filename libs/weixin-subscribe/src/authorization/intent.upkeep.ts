import { Injectable } from '@nestjs/common';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { IntentRepository } from './intent.repository.js';

/** Expires intents that nobody answered and deletes finished ones after their retention. */
@Injectable()
export class IntentUpkeep {
  constructor(sweeps: Sweeps, intents: IntentRepository, config: RetentionConfig) {
    sweeps.register({
      name: 'intent-expiry',
      everySeconds: 60,
      find: (limit) => intents.overdue(limit),
      end: (ids) => intents.closeOverdue(ids),
    });
    sweeps.retain({
      name: 'intent-retention',
      days: config.intentsDays,
      find: (before, limit) => intents.endedBefore(before, limit),
      remove: (ids, before) => intents.deleteEnded(ids, before),
    });
  }
}
