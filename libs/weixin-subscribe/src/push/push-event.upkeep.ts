import { Injectable } from '@nestjs/common';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { PushEventRepository } from './push-event.repository.js';

/**
 * Deletes events that have ended after their retention. A day is far longer than WeChat, or a recorded
 * signature, repeats a push.
 */
@Injectable()
export class PushEventUpkeep {
  constructor(sweeps: Sweeps, events: PushEventRepository, config: RetentionConfig) {
    sweeps.retain({
      name: 'push-event-retention',
      days: config.pushEventsDays,
      find: (before, limit) => events.endedBefore(before, limit),
      remove: (ids) => events.deleteEnded(ids),
    });
  }
}
