import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../config/weixin-subscribe.config.js';
import { Sweeps } from '../upkeep/sweeps.js';
import { BroadcastRetentionRepository } from './broadcast-retention.repository.js';

/** Deletes broadcasts that are over, and drafts that were never started, after the retention of messages. */
@Injectable()
export class BroadcastUpkeep {
  constructor(sweeps: Sweeps, retention: BroadcastRetentionRepository, config: WeixinSubscribeConfig) {
    sweeps.retain({
      name: 'broadcast-retention',
      days: config.retention.messagesDays,
      find: (before, limit) => retention.next(before, limit),
      remove: (rows) => retention.remove(rows),
    });
  }
}
