import { Injectable } from '@nestjs/common';
import { BackgroundTasks } from '../common/background/background-tasks.js';
import { Clock } from '../common/clock.js';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { PushEventRepository } from './push-event.repository.js';

const DAY_MS = 86_400_000;
const PURGE_BATCH = 500;

/** Deletes events that have ended after their retention. A day is far longer than WeChat, or a recorded signature, repeats a push. */
@Injectable()
export class PushEventKeeper {
  constructor(
    tasks: BackgroundTasks,
    private readonly events: PushEventRepository,
    private readonly clock: Clock,
    private readonly config: WeixinSubscribeConfig,
  ) {
    tasks.register({ name: 'push-event-retention', everySeconds: 3600, run: () => this.purge() });
  }

  private async purge(): Promise<void> {
    const days = this.config.retention.pushEventsDays;
    if (days === 0) return;
    const moment = new Date(this.clock.now() - days * DAY_MS);
    while ((await this.events.purgeEndedBefore(moment, PURGE_BATCH)) === PURGE_BATCH);
  }
}
