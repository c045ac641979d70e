import { Injectable } from '@nestjs/common';
import { GrantRepository } from '../../grant/grant.repository.js';
import type {
  ClaimedGrant,
  GrantKey,
  GrantList,
  GrantProof,
  GrantSelection,
} from '../../grant/grant.types.js';
import {
  BATCH_LIMIT,
  BatchIds,
  batchIdOf,
  GrantBatchRepository,
  type Released,
} from '../../grant/grant-batch.repository.js';
import { Clock } from '../../kernel/clock.js';
import { RandomSource } from '../../kernel/random-source.js';
import { DatabaseError } from '../../sql/database.error.js';
import { SqlExecutor, type SqlStep, UniqueViolation } from '../../sql/sql-executor.js';
import { DeliveryConfig } from '../delivery.options.js';
import { MessageRepository } from '../ledger/message.repository.js';
import type { MessageContent, MessageRecord, SettledMessage } from '../ledger/message.types.js';
import {
  type BatchChange,
  type ClaimedRow,
  claimedMessages,
  contentSteps,
  count,
  countEnds,
  countStep,
  deleteSending,
  insertBatch,
  type MessageEnd,
  notYetWrittenTo,
  SELECT_CLAIMED,
  settleMessages,
} from './message-batch.sql.js';

/** Clocks of processes differ by less. */
const CLOCKS_DIFFER_MS = 3_600_000;
/** SQLite works on the event loop: 500 stop it for 30–100 ms on a busy machine, and save little over 100. */
const SQLITE_LIMIT = 100;

/** Which grants a broadcast claims next, and what goes with them. */
export interface BatchOrder {
  broadcast: { id: string; createdAt: Date };
  from: GrantSelection | GrantList;
  /** 1–500; the most grants claimed in one batch. */
  limit: number;
  /**
   * What the messages say; {@link MessageBatchRepository.writeContents} may change it before they are posted.
   */
  content: MessageContent;
  requestedBy?: string;
  /** Who posts it. */
  owner: string;
  /** How many of the messages may be posted before the batch is advanced. */
  posting: number;
  /** Steps of the broadcast's own: what must hold first, and what else is written in the same transaction. */
  before: SqlStep[];
  after?: (ids: BatchIds) => SqlStep[];
}

/** Messages of one broadcast that were claimed together. */
export interface MessageBatch {
  /** What the ids of its messages begin with. */
  id: string;
  owner: string;
  claimed: ClaimedGrant[];
  posting: number;
  leasedUntil: number;
}

/** A message of a batch. */
export type BatchMessage = Required<GrantKey> &
  Pick<MessageRecord, 'id' | 'proof'> & { broadcastId: string; grantId: string };

/**
 * The record of a broadcast's messages, by the hundred. Each message is written down and ended as a single
 * one is, so that erasure, counts and history know no difference. One person gets at most one message of a
 * broadcast, however many grants there are: transactions that claim for one broadcast must exclude each
 * other, which the first of the steps `before` has to see to by writing to the broadcast's row.
 */
@Injectable()
export class MessageBatchRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantRepository,
    private readonly grantBatches: GrantBatchRepository,
    private readonly messages: MessageRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: DeliveryConfig,
  ) {}

  /** How many messages should be claimed or ended together here; no more than 500 may. */
  get bestSize(): number {
    return this.sql.dialect === 'sqlite' ? SQLITE_LIMIT : BATCH_LIMIT;
  }

  /**
   * Claims the next grants, leaving out people who have a message of this broadcast, and writes down a
   * message for each, all or nothing. They are in flight from now on: post them in order, the first `posting`
   * of them at once, the following ones after {@link OpenBatchRepository.advance}; and settle each or hand it
   * back. The last one is the cursor (`after`) for the next claim. Empty: nothing is left there, or another
   * process is just taking it. `refused`: one of the steps `before` was.
   * @throws {DatabaseError}
   */
  async claimBatch(order: BatchOrder): Promise<MessageBatch | 'refused'> {
    const now = this.clock.now();
    const ids = new BatchIds(this.random.id(now));
    const leasedUntil = now + this.config.leaseMs;
    const { broadcast, from, limit, owner, posting, requestedBy = null } = order;
    const content = JSON.stringify(order.content);
    const unwritten = notYetWrittenTo(broadcast.id, broadcast.createdAt.getTime() - CLOCKS_DIFFER_MS);
    const steps = [
      ...order.before,
      ...this.grantBatches.claimSteps(
        from,
        limit,
        claimedMessages(this.sql.dialect, ids, { broadcastId: broadcast.id, content, requestedBy }, now),
        unwritten,
      ),
      insertBatch(ids, { broadcastId: broadcast.id, owner, posting }, leasedUntil),
      ...(order.after?.(ids) ?? []),
    ];
    const batch = (claimed: ClaimedGrant[]) => ({ id: ids.batchId, owner, claimed, posting, leasedUntil });
    try {
      if (!(await this.sql.atomically(steps)).applied) return 'refused';
    } catch (error) {
      // The answer to our COMMIT may have been lost: then they are in flight all the same.
      const taken = error instanceof DatabaseError && error.temporary ? await this.claimed(ids) : [];
      if (taken.length === 0) throw error;
      return batch(taken);
    }
    return batch(await this.claimed(ids));
  }

  private async claimed({ first, last }: BatchIds): Promise<ClaimedGrant[]> {
    const rows = await this.sql.all<ClaimedRow>(SELECT_CLAIMED, [first, last]);
    return rows.map(({ message_id, id, openid, scene, proof, granted_at }) => ({
      id,
      openid,
      messageId: message_id,
      scene: Number(scene),
      proof: proof as GrantProof,
      grantedAt: Number(granted_at),
    }));
  }

  /** Writes down what messages in flight say, at most 500, before they are posted. @throws {DatabaseError} */
  async writeContents(contents: { id: string; content: MessageContent }[]): Promise<void> {
    if (contents.length > 0) await this.sql.atomically(contentSteps(this.sql.dialect, contents));
  }

  /**
   * Ends messages in flight, at most 500, in one transaction. Answers for each whether anything was written,
   * as {@link MessageRepository.settle}. Where the ledger holds something else for one of them (recovery was
   * faster), or where an openid is unusable, the batch is halved until that one stands alone.
   * @throws {DatabaseError} some of them may be written; the same call again is safe
   */
  async settleBatch(ends: MessageEnd[]): Promise<boolean[]> {
    if (ends.length === 0) return [];
    const [{ message, settlement }] = ends;
    if (ends.length === 1) return [await this.messages.settle(message, settlement)];
    if (await this.settleTogether(ends)) return ends.map(() => true);
    return this.halved(ends, (half) => this.settleBatch(half));
  }

  /** All of them in one transaction; `false`: nothing was written. */
  async settleTogether(ends: MessageEnd[]): Promise<boolean> {
    // That takes a step for each such person: alone, as a single send does it.
    if (ends.some(({ settlement }) => settlement.openidUnusable)) return false;
    const released = ends.flatMap(({ message, settlement }) =>
      settlement.grant === 'available' ? [withGrant(message)] : [],
    );
    if (released.includes(undefined)) return false;
    const grants = this.grantBatches.releaseSteps(released as Released[]);
    return this.together([
      ...settleMessages(this.sql.dialect, ends, this.clock.now()),
      ...grants,
      // Last: others who write to the batch's row wait for our COMMIT alone.
      ...countEnds(ends),
    ]);
  }

  /**
   * Takes messages in flight back, at most 500: they surely were not delivered, are as if they had never
   * been, and their grants may be used again. `also`: further steps for the messages given to it, in the same
   * transaction. Answers for each whether it was in flight still.
   * @throws {DatabaseError} some of them may be taken back; the same call again is safe
   */
  async handBack(
    messages: BatchMessage[],
    also: (of: BatchMessage[]) => SqlStep[] = () => [],
  ): Promise<boolean[]> {
    if (messages.length === 0) return [];
    const before = [...this.takeBackSteps(messages), ...also(messages)];
    if (messages.length === 1) {
      const [message] = messages;
      const grant = { sql: '?', params: [message.grantId] };
      return [(await this.grants.release(before, message, grant)).refusedBy === undefined];
    }
    const grants = this.grantBatches.releaseSteps(messages);
    if (await this.together([...before, ...grants])) return messages.map(() => true);
    return this.halved(messages, (half) => this.handBack(half, also));
  }

  private takeBackSteps(messages: BatchMessage[]): SqlStep[] {
    const perBatch = new Map<string, BatchChange>();
    for (const { id, proof } of messages) {
      const change = perBatch.get(batchIdOf(id)) ?? {};
      count(change, 'claimed', -1, proof);
      perBatch.set(batchIdOf(id), change);
    }
    const ids = messages.map(({ id }) => id);
    return [
      ...deleteSending(this.sql.dialect, ids),
      ...[...perBatch]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([batchId, change]) => countStep(batchId, change)),
    ];
  }

  private async halved<T>(items: T[], work: (half: T[]) => Promise<boolean[]>): Promise<boolean[]> {
    const half = items.length >> 1;
    return [...(await work(items.slice(0, half))), ...(await work(items.slice(half)))];
  }

  private async together(steps: SqlStep[]): Promise<boolean> {
    try {
      return (await this.sql.atomically(steps)).applied;
    } catch (error) {
      if (error instanceof UniqueViolation && error.concerns('live_key')) return false;
      throw error;
    }
  }
}

function withGrant({ grantId, ...message }: SettledMessage): Released | undefined {
  return grantId === undefined ? undefined : { ...message, grantId };
}
