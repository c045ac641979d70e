import { Injectable } from '@nestjs/common';
import { MessageBatchRepository } from '../../delivery/batches/message-batch.repository.js';
import { type AbandonedBatch, OpenBatchRepository } from '../../delivery/batches/open-batch.repository.js';
import type { MessageRecord } from '../../delivery/ledger/message.types.js';
import { INTERRUPTED } from '../../delivery/unknown/recovery.js';
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
  ) {}

  /** Several processes may recover at once; one of them gets each batch. @throws {DatabaseError} */
  async recover(): Promise<void> {
    for (const batch of await this.open.abandoned()) {
      if (await this.open.takeOver(batch)) await this.end(batch);
      await nextTurn();
    }
  }

  private async end(batch: AbandonedBatch): Promise<void> {
    const broadcast = await this.broadcasts.find(batch.broadcastId);
    const messages = (await this.open.inFlight(batch.id)).map((message) => ({
      ...message,
      broadcastId: batch.broadcastId,
      // Each message of a batch has claimed one.
      grantId: message.grantId as string,
    }));
    const unposted = messages.filter((message) => positionOf(message) >= batch.posting);
    const unclear = messages.filter((message) => positionOf(message) < batch.posting);
    await this.batches.handBack(unposted, (handedBack) =>
      broadcast
        ? this.recipients.backStep(
            broadcast,
            handedBack.map(({ openid }) => openid),
          )
        : [],
    );
    await this.batches.settleBatch(unclear.map((message) => ({ message, settlement: INTERRUPTED })));
    this.logger.warn(
      `broadcast ${batch.broadcastId}: a process was interrupted; ${unposted.length} messages were handed back, ` +
        `${unclear.length} became "unknown"`,
    );
  }
}

/** Of the message in its batch, from 0, in the order in which the batch is posted. */
function positionOf({ id }: MessageRecord): number {
  return Number.parseInt(id.slice(-3), 16);
}
