import { Injectable } from '@nestjs/common';
import { MessageBatchRepository } from '../../delivery/batches/message-batch.repository.js';
import type { MessageEnd } from '../../delivery/batches/message-batch.sql.js';
import { DeliveryMetrics } from '../../delivery/delivery.metrics.js';
import { BATCH_LIMIT } from '../../grant/grant-batch.repository.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { retriedWrite } from '../../sql/retried-write.js';
import { BroadcastConfig } from '../broadcast.options.js';

/**
 * Further tries while the database does not respond. What is not recorded after them becomes `unknown` by
 * recovery.
 */
const PAUSES_MS = [100, 400, 1600, 3000, 3000, 3000];
/** Outcomes are collected for so long, since a transaction for few of them costs as much as one for many. */
const COLLECT_MS = 20;
/** So many outcomes are written at once. */
const ENOUGH = 250;

/** Outcomes that are not recorded yet, for each message that may be posted at once. */
const UNRECORDED_PER_POST = 4;

/**
 * Records the outcomes of messages behind the posts, many in one transaction, and one transaction at a time:
 * two would wait for each other at the row of their batch.
 */
@Injectable()
export class OutcomeWriter {
  private readonly logger = new LibraryLogger(OutcomeWriter.name);
  private waiting: { outcome: MessageEnd; recorded: () => void }[] = [];
  private blocked: (() => void)[] = [];
  private unrecorded = 0;
  private isWriting = false;
  private timer?: NodeJS.Timeout;

  /** Outcomes that may be unrecorded: after a crash they are unclear. */
  private readonly most: number;

  constructor(
    private readonly batches: MessageBatchRepository,
    private readonly metrics: DeliveryMetrics,
    config: BroadcastConfig,
  ) {
    this.most = Math.min(UNRECORDED_PER_POST * config.concurrency, BATCH_LIMIT);
  }

  /** Resolves when the outcome is recorded, or cannot be. Never rejects. */
  add(outcome: MessageEnd): Promise<void> {
    this.unrecorded++;
    return new Promise((recorded) => {
      this.waiting.push({ outcome, recorded });
      if (this.waiting.length >= Math.min(ENOUGH, this.most, this.batches.bestSize)) this.flush();
      else this.timer ??= setTimeout(() => this.flush(), COLLECT_MS);
    });
  }

  /** Resolves when more may be posted; `undefined`: at once. */
  capacity(): Promise<void> | undefined {
    if (this.unrecorded < this.most) return undefined;
    this.flush();
    return new Promise((resolve) => {
      this.blocked.push(resolve);
    });
  }

  /** Writes what was collected, because somebody waits for it. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.isWriting && this.waiting.length > 0) void this.write();
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const written = this.waiting.splice(0, this.batches.bestSize);
      await this.persist(written.map(({ outcome }) => outcome));
      for (const { recorded } of written) recorded();
      this.unrecorded -= written.length;
      for (const resume of this.blocked.splice(0)) resume();
    }
    this.isWriting = false;
  }

  private async persist(outcomes: MessageEnd[]): Promise<void> {
    const written = await retriedWrite(
      PAUSES_MS,
      () => this.batches.settleBatch(outcomes),
      ({ message }, isLast) => {
        const failure = `the outcomes of ${outcomes.length} messages could not be recorded: ${message}`;
        if (isLast) this.logger.error(`${failure}; they will become "unknown"`);
        else this.logger.warn(`${failure}; trying again`);
      },
    );
    outcomes.forEach(({ message, settlement }, index) => {
      if (written?.value[index]) this.metrics.ended(message, settlement);
    });
  }
}
