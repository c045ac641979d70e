import { Injectable } from '@nestjs/common';
import { BackgroundTasks } from '../common/background/background-tasks.js';
import { Clock } from '../common/clock.js';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { IntentRepository } from './intent.repository.js';

const DAY_MS = 86_400_000;

/** Expires questions that nobody answered and deletes finished ones after their retention. */
@Injectable()
export class IntentKeeper {
  constructor(
    tasks: BackgroundTasks,
    private readonly intents: IntentRepository,
    private readonly clock: Clock,
    private readonly config: WeixinSubscribeConfig,
  ) {
    tasks.register({ name: 'intent-expiry', everySeconds: 60, run: () => this.expire() });
    tasks.register({ name: 'intent-retention', everySeconds: 3600, run: () => this.purge() });
  }

  private async expire(): Promise<void> {
    await this.intents.expire();
  }

  private async purge(): Promise<void> {
    const days = this.config.retention.intentsDays;
    if (days > 0) await this.intents.purgeEndedBefore(new Date(this.clock.now() - days * DAY_MS));
  }
}
