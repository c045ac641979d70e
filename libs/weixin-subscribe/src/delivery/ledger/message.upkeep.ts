import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../../config/weixin-subscribe.config.js';
import { Sweeps } from '../../upkeep/sweeps.js';
import { MessageRepository } from './message.repository.js';

/** Deletes messages after their retention. */
@Injectable()
export class MessageUpkeep {
  constructor(sweeps: Sweeps, messages: MessageRepository, config: WeixinSubscribeConfig) {
    sweeps.retain({
      name: 'message-retention',
      days: config.retention.messagesDays,
      find: (before, limit) => messages.endedBefore(before, limit),
      remove: (ids, before) => messages.deleteEnded(ids, before),
    });
  }
}
