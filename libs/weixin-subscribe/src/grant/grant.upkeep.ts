import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../config/weixin-subscribe.config.js';
import { Sweeps } from '../upkeep/sweeps.js';
import { GrantRepository } from './grant.repository.js';

/** Expires grants whose time ran out and deletes closed ones after their retention. */
@Injectable()
export class GrantUpkeep {
  constructor(sweeps: Sweeps, grants: GrantRepository, config: WeixinSubscribeConfig) {
    sweeps.register({
      name: 'grant-expiry',
      everySeconds: 60,
      find: (limit) => grants.overdue(limit),
      end: (ids) => grants.closeOverdue(ids),
    });
    sweeps.retain({
      name: 'grant-retention',
      days: config.retention.grantsDays,
      find: (before, limit) => grants.closedBefore(before, limit),
      remove: (ids, before) => grants.deleteClosed(ids, before),
    });
  }
}
