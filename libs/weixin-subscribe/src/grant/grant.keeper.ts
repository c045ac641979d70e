import { Injectable } from '@nestjs/common';
import { BackgroundTasks } from '../common/background/background-tasks.js';
import { Clock } from '../common/clock.js';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { GrantRepository } from './grant.repository.js';

const DAY_MS = 86_400_000;

/** Expires grants whose time ran out and deletes closed ones after their retention. */
@Injectable()
export class GrantKeeper {
  constructor(
    tasks: BackgroundTasks,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
    private readonly config: WeixinSubscribeConfig,
  ) {
    tasks.register({ name: 'grant-expiry', everySeconds: 60, run: () => this.expire() });
    tasks.register({ name: 'grant-retention', everySeconds: 3600, run: () => this.purge() });
  }

  private async expire(): Promise<void> {
    await this.grants.expire();
  }

  private async purge(): Promise<void> {
    const days = this.config.retention.grantsDays;
    if (days > 0) await this.grants.purgeClosedBefore(new Date(this.clock.now() - days * DAY_MS));
  }
}
