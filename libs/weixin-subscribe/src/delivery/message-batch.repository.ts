import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { SqlExecutor, UniqueViolation } from '../common/database/sql-executor.js';
import { DatabaseError } from '../common/errors.js';
import { RandomSource } from '../common/random-source.js';
import type { ClaimedGrant, GrantWalk } from '../grant/grant.types.js';
import { BatchIds, GrantBatchRepository } from '../grant/grant-batch.repository.js';
import { MessageRepository } from './message.repository.js';
import type { MessageContent } from './message.types.js';
import { insertClaimed, type MessageEnd, settleMessages } from './message-batch.sql.js';

/** What a batch of messages has in common. */
export interface BatchMessage {
  content: MessageContent;
  requestedBy?: string;
}

/**
 * The record of messages by the hundred. Each message is written down and ended as a single one is, so that recovery, erasure and counts know
 * no difference.
 */
@Injectable()
export class MessageBatchRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantBatchRepository,
    private readonly messages: MessageRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: WeixinSubscribeConfig,
  ) {}

  /**
   * Claims the next grants of a walk, at most `limit` (1–500), and writes down a message for each, all or nothing. They are in flight from now
   * on: post each before its lease ends (`leaseMs`), and settle it. The last one is where the next batch goes on (`after`). An empty answer
   * means that nothing is left beyond `after`, or that somebody else is just taking it.
   * @throws {DatabaseError}
   */
  async claimBatch(walk: GrantWalk, limit: number, message: BatchMessage): Promise<ClaimedGrant[]> {
    const now = this.clock.now();
    const ids = new BatchIds(this.random.id(now));
    const content = JSON.stringify(message.content);
    const steps = [
      this.grants.claimStep(walk, limit, ids),
      insertClaimed(ids, content, message.requestedBy ?? null, now, now + this.config.leaseMs),
    ];
    try {
      await this.sql.atomically(steps);
    } catch (error) {
      // The answer to our COMMIT may have been lost: then they are in flight all the same.
      const taken = error instanceof DatabaseError && error.temporary ? await this.grants.claimed(ids) : [];
      if (taken.length === 0) throw error;
      return taken;
    }
    return this.grants.claimed(ids);
  }

  /**
   * Ends messages in flight, at most 500, in one transaction. Answers for each whether anything was written, as {@link MessageRepository.settle}.
   * Where the ledger holds something else for one of them (recovery was faster, a person confirmed at this moment), or where an openid is unusable, the batch is halved until
   * that one stands alone.
   * @throws {DatabaseError} some of them may be written; the same call again is safe
   */
  async settleBatch(ends: MessageEnd[]): Promise<boolean[]> {
    if (ends.length === 0) return [];
    const [{ message, settlement }] = ends;
    if (ends.length === 1) return [await this.messages.settle(message, settlement)];
    if (await this.settleTogether(ends)) return ends.map(() => true);
    const half = ends.length >> 1;
    return [...(await this.settleBatch(ends.slice(0, half))), ...(await this.settleBatch(ends.slice(half)))];
  }

  /** All of them in one transaction; `false`: nothing was written. */
  async settleTogether(ends: MessageEnd[]): Promise<boolean> {
    // That takes a step for each such person: alone, as a single send does it.
    if (ends.some(({ settlement }) => settlement.openidUnusable)) return false;
    const messages = settleMessages(this.sql.dialect, ends, this.clock.now());
    const grants = this.grants.settleSteps(
      ends.map(({ message, settlement }) => ({ message, to: settlement.grant })),
    );
    try {
      return (await this.sql.atomically([...messages, ...grants])).applied;
    } catch (error) {
      if (error instanceof UniqueViolation && error.concerns('live_key')) return false;
      throw error;
    }
  }
}
