import { Injectable } from '@nestjs/common';
import { MessageBatchRepository } from '../../delivery/batches/message-batch.repository.js';
import { type AbandonedBatch, OpenBatchRepository } from '../../delivery/batches/open-batch.repository.js';
import { DeliveryMetrics } from '../../delivery/delivery.metrics.js';
import { INTERRUPTED } from '../../delivery/unknown/recovery.js';
import { numberOf } from '../../grant/grant-batch.repository.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { nextTurn } from '../../kernel/next-turn.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import { RecipientRepository } from '../recipient.repository.js';

/**
 * Finds batches whose process died or stood still. Messages that surely were not posted are handed back, as
 * if they had never been claimed. The others become `unknown`, since nobody can know whether WeChat got them.
 */
@Injectable()
export class BatchRecovery {
  private readonly logger = new LibraryLogger(BatchRecovery.name);

  constructor(
    private readonly open: OpenBatchRepository,
    private readonly batches: MessageBatchRepository,
    private readonly broadcasts: BroadcastRepository,
    private readonly recipients: RecipientRepository,
    private readonly metrics: DeliveryMetrics,
  ) {}

  /** Several processes may recover at once; one of them gets each batch. @throws {DatabaseError} */
  async recover(): Promise<void> {
    for (const batch of await this.open.abandoned()) {
      const recovery = await this.open.takeOver(batch);
      if (recovery !== undefined) await this.end(batch, recovery);
      await nextTurn();
    }
  }

  private async end(batch: AbandonedBatch, recovery: string): Promise<void> {
    const broadcast = await this.broadcasts.find(batch.broadcastId);
    const messages = await this.open.inFlight(batch.id);
    const unposted = messages.filter(({ id }) => numberOf(id) >= batch.posting);
    const unclear = messages.filter(({ id }) => numberOf(id) < batch.posting);
    await this.batches.handBack(
      unposted,
      (handedBack) =>
        broadcast
          ? this.recipients.backStep(
              broadcast,
              handedBack.map(({ openid }) => openid),
            )
          : [],
      recovery,
    );
    const ends = unclear.map((message) => ({ message, settlement: INTERRUPTED }));
    const written = await this.batches.settleBatch(ends, recovery);
    ends.forEach(({ message, settlement }, index) => {
      if (written[index]) this.metrics.ended(message, settlement);
    });
    this.logger.warn(
      `broadcast ${batch.broadcastId}: a process was interrupted; ${unposted.length} messages were handed back, ` +
        `${unclear.length} became "unknown"`,
    );
  }
}
