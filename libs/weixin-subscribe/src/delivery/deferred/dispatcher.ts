import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { foreignCause } from '../../kernel/errors.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { nextTurn } from '../../kernel/next-turn.js';
import { RandomSource } from '../../kernel/random-source.js';
import { DatabaseError } from '../../sql/database.error.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import { inParallel } from '../../upkeep/in-parallel.js';
import { ScheduleConfig } from '../../upkeep/upkeep.options.js';
import { DeliveryConfig } from '../delivery.options.js';
import { aboutMessage, isDeliverable, type MessageRecord } from '../ledger/message.types.js';
import { DeferredDelivery } from './deferred-delivery.js';
import { WaitingMessageRepository } from './waiting-message.repository.js';

const TASK = 'message-dispatch';
const EVERY_SECONDS = 5;
const BATCH = 200;

/**
 * Delivers every waiting message when its time has come. Every process does so at once: whose conditional
 * move to `sending` comes first sends it, and nobody waits for a process that has died.
 */
@Injectable()
export class Dispatcher implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(Dispatcher.name);
  private closing = false;

  constructor(
    private readonly tasks: BackgroundTasks,
    private readonly waiting: WaitingMessageRepository,
    private readonly delivery: DeferredDelivery,
    private readonly random: RandomSource,
    private readonly scheduleConfig: ScheduleConfig,
    private readonly deliveryConfig: DeliveryConfig,
    private readonly accounts: Accounts,
  ) {
    tasks.register({ name: TASK, everySeconds: EVERY_SECONDS, run: () => this.dispatchDue() });
  }

  /** A message that is due does not wait for the next interval, where this process runs background tasks. */
  wake(): void {
    if (this.scheduleConfig.enabled) this.tasks.wake(TASK);
  }

  onModuleDestroy(): void {
    this.closing = true;
  }

  private async dispatchDue(): Promise<void> {
    for (let last: MessageRecord | undefined; ; ) {
      const batch = await this.waiting.due(BATCH, last);
      if (batch.length === 0 || this.closing) return;
      last = batch.at(-1);
      const { concurrency } = this.deliveryConfig;
      await inParallel(this.shuffled(batch), concurrency, (message) => this.deliver(message));
      // What ends without a call to WeChat never yields the event loop on SQLite.
      await nextTurn();
    }
  }

  /** So that processes that read the same messages at the same moment do not race for each of them. */
  private shuffled(batch: MessageRecord[]): MessageRecord[] {
    const places = batch.map((message) => ({ message, at: this.random.fraction() }));
    return places.sort((a, b) => a.at - b.at).map(({ message }) => message);
  }

  private async deliver(message: MessageRecord): Promise<void> {
    // Of an account that another process on this database serves.
    if (this.closing || !this.accounts.has(message.appId) || !isDeliverable(message)) return;
    try {
      await this.delivery.deliver(message);
    } catch (error) {
      if (error instanceof DatabaseError && error.temporary) throw error;
      const reason = foreignCause(error).message;
      this.logger.error(`message ${message.id} could not be sent: ${reason}`, {
        ...aboutMessage(message),
        reason,
      });
    }
  }
}
