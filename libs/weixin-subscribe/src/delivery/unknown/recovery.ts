import { Injectable } from '@nestjs/common';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { nextTurn } from '../../kernel/next-turn.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import { DeliveryMetrics } from '../delivery.metrics.js';
import { MessageRepository } from '../ledger/message.repository.js';
import { logOutcome } from '../ledger/outcome-log.js';
import { SENDER_INTERRUPTED } from '../ledger/reasons.js';
import type { Settlement } from '../ledger/settlement.js';

const BATCH = 100;

/** Of a message that may have been posted by a process that was not there to hear the answer. */
export const INTERRUPTED: Settlement = {
  outcome: 'unknown',
  grant: 'unknown',
  reason: SENDER_INTERRUPTED,
};

/**
 * Finds messages whose sender died between the claim and the settle, and calls them `unknown`: whether WeChat
 * got them nobody can know. Several processes may do so at once; the conditional statements let one win each
 * message.
 */
@Injectable()
export class Recovery {
  private readonly logger = new LibraryLogger(Recovery.name);

  constructor(
    tasks: BackgroundTasks,
    private readonly messages: MessageRepository,
    private readonly metrics: DeliveryMetrics,
  ) {
    tasks.register({
      name: 'message-recovery',
      everySeconds: 15,
      run: async () => void (await this.recover()),
    });
  }

  /** Answers how many messages this process turned to `unknown`. */
  async recover(): Promise<number> {
    let recovered = 0;
    for (
      let batch = await this.messages.interrupted(BATCH);
      batch.length > 0;
      batch = await this.messages.interrupted(BATCH)
    ) {
      for (const message of batch) {
        if (!(await this.messages.settle(message, INTERRUPTED))) continue;
        this.metrics.ended(message, INTERRUPTED);
        logOutcome(this.logger, message, INTERRUPTED);
        recovered++;
      }
      await nextTurn();
    }
    if (recovered > 0)
      this.logger.warn(`${recovered} interrupted message(s) became "unknown"; resolve them by hand`);
    return recovered;
  }
}
