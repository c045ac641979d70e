import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { nextTurn } from '../kernel/next-turn.js';
import { DatabaseError } from '../sql/database.error.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { inParallel } from '../upkeep/in-parallel.js';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { CardConfig } from './card.options.js';
import { CardRepository } from './card.repository.js';
import type { CardUpdateRecord } from './card.types.js';
import { CardUpdates } from './card-updates.js';

const TASK = 'card-updates';
const EVERY_SECONDS = 5;
const BATCH = 100;

/**
 * Goes on with updates that are due: those that wait to be tried again, those that WeChat has to be asked
 * about, and those whose process died. Every process looks for them; whose conditional taking comes first
 * goes on with one. Ends cards whose time is over, and deletes them after their retention.
 */
@Injectable()
export class CardWorker implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(CardWorker.name);
  private closing = false;

  constructor(
    tasks: BackgroundTasks,
    sweeps: Sweeps,
    private readonly cards: CardRepository,
    private readonly updates: CardUpdates,
    private readonly config: CardConfig,
    retention: RetentionConfig,
  ) {
    tasks.register({ name: TASK, everySeconds: EVERY_SECONDS, run: () => this.resumeDue() });
    sweeps.register({
      name: 'card-expiry',
      everySeconds: 60,
      find: (limit) => cards.expired(limit),
      end: (ids) => cards.endExpired(ids),
    });
    sweeps.retain({
      name: 'card-retention',
      days: retention.cardsDays,
      find: (before, limit) => cards.endedBefore(before, limit),
      remove: (ids) => cards.deleteEnded(ids),
    });
  }

  onModuleDestroy(): void {
    this.closing = true;
  }

  private async resumeDue(): Promise<void> {
    for (let last: CardUpdateRecord | undefined; !this.closing; ) {
      const batch = await this.cards.due(BATCH, last);
      if (batch.length === 0) return;
      last = batch.at(-1);
      await inParallel(batch, this.config.concurrency, (update) => this.resume(update));
      await nextTurn();
    }
  }

  private async resume(update: CardUpdateRecord): Promise<void> {
    if (this.closing) return;
    try {
      await this.updates.resume(update);
    } catch (error) {
      if (error instanceof DatabaseError && error.temporary) throw error;
      this.logger.error(
        `update ${update.id} of card ${update.cardId} could not go on: ${foreignCause(error).message}`,
      );
    }
  }
}
