import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../config/weixin-subscribe.config.js';
import { Sweeps } from '../upkeep/sweeps.js';
import { IntentRepository } from './intent.repository.js';

/** Expires questions that nobody answered and deletes finished ones after their retention. */
@Injectable()
export class IntentUpkeep {
  constructor(sweeps: Sweeps, intents: IntentRepository, config: WeixinSubscribeConfig) {
    sweeps.register({
      name: 'intent-expiry',
      everySeconds: 60,
      find: (limit) => intents.overdue(limit),
      end: (ids) => intents.closeOverdue(ids),
    });
    sweeps.retain({
      name: 'intent-retention',
      days: config.retention.intentsDays,
      find: (before, limit) => intents.endedBefore(before, limit),
      remove: (ids, before) => intents.deleteEnded(ids, before),
    });
  }
}
