import { Injectable } from '@nestjs/common';
import { Sweeps } from '../../upkeep/sweeps.js';
import { RetentionConfig } from '../../upkeep/upkeep.options.js';
import { MessageRepository } from './message.repository.js';

/** Deletes messages after their retention. */
@Injectable()
export class MessageUpkeep {
  constructor(sweeps: Sweeps, messages: MessageRepository, config: RetentionConfig) {
    sweeps.retain({
      name: 'message-retention',
      days: config.messagesDays,
      find: (before, limit) => messages.endedBefore(before, limit),
      remove: (ids, before) => messages.deleteEnded(ids, before),
    });
  }
}
