import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DatabaseError } from '../../common/errors.js';
import type { MessageBatchRepository } from '../../delivery/message-batch.repository.js';
import type { MessageEnd } from '../../delivery/message-batch.sql.js';
import { BATCH_LIMIT } from '../../grant/grant-batch.repository.js';

/** Further tries when the database does not answer. After them recovery calls what is not recorded `unknown`. */
const PAUSES_MS = [100, 400, 1600, 3000, 3000, 3000];
/** One writes while the next one gathers. */
const AT_ONCE = 2;

/**
 * Records what became of messages, as many at a time as have come together while the ones before were written: one caller waits for nobody, many share
 * a transaction.
 */
export class EndQueue {
  private readonly logger = new Logger(EndQueue.name);
  private waiting: { end: MessageEnd; recorded: () => void }[] = [];
  private writing = 0;

  constructor(private readonly batches: MessageBatchRepository) {}

  /** Resolves when it is recorded, or can not be. Never rejects. */
  add(end: MessageEnd): Promise<void> {
    return new Promise((recorded) => {
      this.waiting.push({ end, recorded });
      // In a turn of its own, so that all answers that came in one read of a socket go together.
      if (this.writing < AT_ONCE) setImmediate(() => void this.write());
    });
  }

  private async write(): Promise<void> {
    if (this.writing >= AT_ONCE || this.waiting.length === 0) return;
    this.writing++;
    const taken = this.waiting.slice(0, BATCH_LIMIT);
    this.waiting = this.waiting.slice(BATCH_LIMIT);
    await this.persist(taken.map(({ end }) => end));
    for (const { recorded } of taken) recorded();
    this.writing--;
    void this.write();
  }

  private async persist(ends: MessageEnd[]): Promise<void> {
    for (const pause of [...PAUSES_MS, undefined]) {
      try {
        await this.batches.settleBatch(ends);
        return;
      } catch (error) {
        const say = `the outcomes of ${ends.length} messages could not be recorded: ${(error as Error).message}`;
        if (pause === undefined || !(error instanceof DatabaseError && error.temporary)) {
          this.logger.error(`${say}; they will become "unknown"`);
          return;
        }
        this.logger.warn(`${say}; trying again`);
        await wait(pause);
      }
    }
  }
}
