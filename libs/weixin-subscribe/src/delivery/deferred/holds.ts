import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { quietUntil } from '../../account/quiet-hours.js';
import { Clock } from '../../kernel/clock.js';
import { Channels } from '../channels/channels.js';
import type { MessageRecord } from '../ledger/message.types.js';
import { QUIET_HOURS, SLOWED_DOWN } from '../ledger/reasons.js';
import { SendPauses } from '../pauses/send-pauses.js';
import { ACCOUNT_DISABLED, DisabledAccounts } from './disabled-accounts.js';
import { WaitingMessageRepository } from './waiting-message.repository.js';

/** What keeps a deferred message from going although its time has come. */
@Injectable()
export class Holds {
  /** Until when WeChat wants no calls of an API of an account, as far as this process knows (45011). */
  private readonly minutes = new Map<string, number>();

  constructor(
    private readonly accounts: Accounts,
    private readonly channels: Channels,
    private readonly pauses: SendPauses,
    private readonly waiting: WaitingMessageRepository,
    private readonly disabled: DisabledAccounts,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts a message off while something holds it, at most to its deadline; there it is looked at again and
   * ends. Answers whether it may not go now.
   * @throws {DatabaseError}
   */
  async hold(message: MessageRecord): Promise<boolean> {
    const now = this.clock.now();
    if (!this.accounts.isEnabled(message.appId)) {
      const why = this.accounts.find(message.appId)?.disabledBecause ?? ACCOUNT_DISABLED;
      return this.putOff(message, this.disabled.waitUntil(now), why);
    }
    const path = this.channels.pathOf(message.channel);
    const pause = this.pauses.of(message.appId, path, message.templateId);
    if (pause) {
      const dueAt = byDeadline(message, pause.pausedUntil.getTime());
      const held = await this.waiting.putOffForPause(message, dueAt, pause);
      // Ended by somebody else, perhaps: then this process should know.
      if (!held) await this.pauses.catchUp();
      return true;
    }
    const minute = this.minutes.get(`${message.appId} ${path}`) ?? 0;
    if (minute > now) return this.putOff(message, minute, SLOWED_DOWN);
    const quiet = quietUntil(this.accounts.get(message.appId).quietHours, now);
    return quiet !== undefined && this.putOff(message, quiet, QUIET_HOURS);
  }

  /** Nothing deferred goes out by this API of the account from this process before `until`. */
  slowDown(appId: string, path: string, until: number): void {
    this.minutes.set(`${appId} ${path}`, until);
  }

  private async putOff(message: MessageRecord, until: number, reason: string): Promise<boolean> {
    await this.waiting.putOff(message, byDeadline(message, until), reason);
    return true;
  }
}

/** A message never waits beyond its deadline, so that it ends there. */
export function byDeadline({ deadline }: MessageRecord, moment: number): number {
  return deadline ? Math.min(moment, deadline.getTime()) : moment;
}
