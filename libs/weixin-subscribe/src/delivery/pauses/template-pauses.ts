import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { Clock } from '../../kernel/clock.js';
import { DriftObservers } from '../../template/drift/drift-observers.js';
import type { TemplateFinding } from '../../template/drift/template-drift.js';
import { TemplateConfig } from '../../template/template.options.js';
import { Channels } from '../channels/channels.js';
import { SendPauses } from './send-pauses.js';

const A_DAY_MS = 86_400_000;

/**
 * Pauses the sends of templates that are missing at WeChat, until a comparison finds them there again. Should
 * nobody compare any more, the pause ends by itself within a day, or two intervals where they are longer.
 */
@Injectable()
export class TemplatePauses {
  constructor(
    drift: DriftObservers,
    private readonly pauses: SendPauses,
    private readonly channels: Channels,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    private readonly config: TemplateConfig,
  ) {
    drift.register((appId, missing) => this.follow(appId, missing));
  }

  /** @throws {DatabaseError} */
  private async follow(appId: string, missing: readonly TemplateFinding[]): Promise<void> {
    const inForce = (await this.pauses.list()).filter((pause) => pause.appId === appId && pause.templateId);
    for (const { templateId, detail } of missing) {
      const pause = inForce.find((each) => each.templateId === templateId);
      if (!pause || this.endsBeforeTheNext(pause.pausedUntil)) await this.pause(appId, templateId, detail);
    }
    for (const { path, templateId } of inForce)
      if (!missing.some((finding) => finding.templateId === templateId))
        await this.pauses.resume(appId, path, templateId);
  }

  /**
   * Lasting longer moves its end, and a message that waits for the end of before looks only then whether it
   * may go: so it is not done each time.
   */
  private endsBeforeTheNext(pausedUntil: Date): boolean {
    return pausedUntil.getTime() - this.clock.now() < 1.5 * this.intervalMs;
  }

  private async pause(appId: string, templateId: string, reason: string): Promise<void> {
    const channel = this.accounts.get(appId).templates.get(templateId);
    if (!channel) return;
    const until = this.clock.now() + Math.max(A_DAY_MS, 2 * this.intervalMs);
    const path = this.channels.pathOf(channel);
    await this.pauses.pauseTemplate({ appId, path, templateId }, new Date(until), reason);
  }

  private get intervalMs(): number {
    return 1000 * this.config.compareEverySeconds;
  }
}
