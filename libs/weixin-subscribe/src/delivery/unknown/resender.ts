import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { quietUntil } from '../../account/quiet-hours.js';
import { Clock } from '../../kernel/clock.js';
import { foreignCause } from '../../kernel/errors.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { nextTurn } from '../../kernel/next-turn.js';
import { DatabaseError } from '../../sql/database.error.js';
import { AuthorizedApiClient } from '../../token/authorized-api.client.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import { inParallel } from '../../upkeep/in-parallel.js';
import { WeixinConfig } from '../../weixin/weixin.options.js';
import { Channels } from '../channels/channels.js';
import { DeliveryConfig } from '../delivery.options.js';
import {
  aboutMessage,
  type DeliverableMessage,
  isDeliverable,
  type MessageRecord,
} from '../ledger/message.types.js';
import { SendPauses } from '../pauses/send-pauses.js';
import { InFlight } from '../send/in-flight.js';
import { Poster } from '../send/poster.js';
import { Settler } from '../send/settler.js';
import { ResendRepository } from './resend.repository.js';
import { isFresh, resendSettlementOf } from './resend-policy.js';

const TASK = 'message-resend';
const EVERY_SECONDS = 15;
const BATCH = 100;

/**
 * The policy `resend-if-not-renewed`: posts a message whose outcome is unknown once more, and once more
 * again, and learns from the answer what had become of it. 0: it had not arrived, and has now. 43101: the
 * permission is gone, so it is assumed to have arrived. Anything else says nothing about the first post, so
 * the message stays `unknown` and its grant closed.
 *
 * Why no second copy arrives: at WeChat several confirms of one person, template and scene are one
 * permission, which one message uses up (rule `set`). While there was no further confirm, the first post and
 * the second draw on the same permission, and WeChat delivers for one of them only, however they overtake
 * each other. Whether there was a further one the ledger knows, and the statement that takes the message
 * requires that there was none, in any state.
 *
 * What is left is the renewal race: the person confirms anew, and WeChat knows of it before our ledger does
 * (the browser is on its way back to the callback, or never comes). If the first post had arrived and the
 * second one leaves in that time, it uses the new permission and the person gets a second copy; the ledger
 * then counts one permission more than WeChat has, and the next message is refused. The pause of a minute
 * before the first resend lets a confirm on its way arrive, but bounds nothing. Where a second copy does
 * harm, keep the default policy. A permission that was taken away (the person switched the messages off)
 * looks like one that was used: then `sent` is assumed wrongly.
 */
@Injectable()
export class Resender implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(Resender.name);
  private closing = false;

  constructor(
    tasks: BackgroundTasks,
    private readonly resends: ResendRepository,
    private readonly channels: Channels,
    private readonly pauses: SendPauses,
    private readonly api: AuthorizedApiClient,
    private readonly poster: Poster,
    private readonly settler: Settler,
    private readonly inFlight: InFlight,
    private readonly clock: Clock,
    private readonly deliveryConfig: DeliveryConfig,
    private readonly accounts: Accounts,
    private readonly weixinConfig: WeixinConfig,
  ) {
    if (deliveryConfig.unknown === 'keep') return;
    tasks.register({ name: TASK, everySeconds: EVERY_SECONDS, run: () => this.resendDue() });
  }

  onModuleDestroy(): void {
    this.closing = true;
  }

  private async resendDue(): Promise<void> {
    for (let last: MessageRecord | undefined; ; ) {
      const batch = await this.resends.due(BATCH, last);
      if (batch.length === 0 || this.closing) return;
      last = batch.at(-1);
      await inParallel(batch, this.deliveryConfig.concurrency, (message) => this.resend(message));
      // What is given up never yields the event loop on SQLite.
      await nextTurn();
    }
  }

  private async resend(message: MessageRecord): Promise<void> {
    // Of an account that another process on this database serves.
    if (this.closing || !this.accounts.has(message.appId) || !isDeliverable(message)) return;
    try {
      await this.inFlight.track(this.attempt(message));
    } catch (error) {
      if (error instanceof DatabaseError && error.temporary) throw error;
      const reason = foreignCause(error).message;
      this.logger.warn(`message ${message.id} could not be sent again: ${reason}`, {
        ...aboutMessage(message),
        reason,
      });
    }
  }

  private async attempt(message: DeliverableMessage): Promise<void> {
    const startedAt = this.clock.now();
    if (!isFresh(message, startedAt)) return this.resends.giveUp(message);
    if (this.isHeld(message, startedAt)) return;
    const channel = this.channels.checked(message);
    await this.api.ready(message.appId);
    const begun = await this.resends.begin(message);
    if (begun === 'renewed') return this.resends.giveUp(message);
    if (begun === 'gone') return;
    const latest = startedAt + this.deliveryConfig.leaseMs - this.weixinConfig.http.timeoutMs;
    const { answer } = await this.poster.post(message, channel, { latest });
    await this.settler.settle(begun, resendSettlementOf(answer));
  }

  /** Looked at again at the next beat, until it is too old. */
  private isHeld({ appId, templateId, channel, notBefore }: DeliverableMessage, now: number): boolean {
    const quietHours = notBefore && this.accounts.find(appId)?.quietHours;
    const pause = this.pauses.of(appId, this.channels.pathOf(channel), templateId);
    if (!this.accounts.isEnabled(appId)) return true;
    return pause !== undefined || quietUntil(quietHours, now) !== undefined;
  }
}
