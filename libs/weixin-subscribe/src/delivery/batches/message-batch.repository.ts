import { Injectable } from '@nestjs/common';
import { GrantRepository } from '../../grant/grant.repository.js';
import type { ClaimedGrant, GrantList, GrantSelection } from '../../grant/grant.types.js';
import { BatchIds, batchIdOf, GrantBatchRepository, numberOf } from '../../grant/grant-batch.repository.js';
import { Clock } from '../../kernel/clock.js';
import { RandomSource } from '../../kernel/random-source.js';
import { DatabaseError } from '../../sql/database.error.js';
import { SqlExecutor, UniqueViolation } from '../../sql/sql-executor.js';
import type { SqlStep } from '../../sql/sql-step.js';
import { DeliveryConfig } from '../delivery.options.js';
import { MessageRepository } from '../ledger/message.repository.js';
import type { MessageContent } from '../ledger/message.types.js';
import type { Settlement } from '../ledger/settlement.js';
import {
  type BatchFence,
  type BatchMessage,
  type ClaimedRow,
  claimedBatch,
  claimedBy,
  claimedIn,
  contentStep,
  type EndSteps,
  endSteps,
  fenced,
  forgetContents,
  type MessageEnd,
  notYetWrittenTo,
  readClaimed,
  SELECT_SEEN,
  type SeenBatch,
  TAKEN_OVER,
  takeBackStep,
} from './message-batch.sql.js';

/** Clocks of processes differ by less. */
export const CLOCKS_DIFFER_MS = 3_600_000;

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
  acceptedAt: Date;
  leasedUntil: number;
}

/** Tries to take messages out of a batch that others are changing. */
const ATTEMPTS = 10;

/**
 * The record of a broadcast's messages, by the hundred. While they are in flight their batch's row says whom
 * it holds, and under which id each message will be found; a message is written once, with its outcome, and
 * is then as a single one is. One person gets at most one message of a
 * broadcast, however many grants there are: transactions that claim for one broadcast must exclude each
 * other, which the first of the steps `before` has to see to by writing to the broadcast's row. The
 * permission of a long-term template stays where it is: its messages hold no grant, and give none back.
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
    return this.sql.dialect.batchLimit;
  }

  /**
   * Claims the next grants, leaving out people who have a message of this broadcast, and writes down who they
   * are, all or nothing. Their messages are in flight from now on: post them in order, the first `posting`
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
    const { appId, templateId, channel = 'one-time' } = from;
    const row = {
      ...{ appId, templateId, channel, broadcastId: broadcast.id, requestedBy, owner, posting, leasedUntil },
      content: JSON.stringify(order.content),
      acceptedAt: now,
    };
    const into = claimedBatch(this.sql.dialect, ids, row, this.grantBatches.isLongTerm(from));
    const since = broadcast.createdAt.getTime() - CLOCKS_DIFFER_MS;
    const unwritten = notYetWrittenTo(this.sql.dialect, broadcast.id, since);
    const steps = [
      ...order.before,
      // The limit is a part of the text: only of the usual one there are few enough to stay prepared.
      ...this.prepared(
        this.grantBatches.claimSteps(from, limit, into, unwritten),
        'openids' in from || limit === this.bestSize,
      ),
      ...(order.after?.(ids) ?? []),
      ...readClaimed(this.sql.dialect, ids),
    ];
    const batch = (claimed: ClaimedGrant[]) => ({
      ...{ id: ids.batchId, owner, claimed, posting, leasedUntil },
      acceptedAt: new Date(now),
    });
    try {
      const result = await this.sql.atomically(steps);
      return result.applied ? batch(claimedIn(result.rows as ClaimedRow[], ids)) : 'refused';
    } catch (error) {
      // The answer to our COMMIT may have been lost: then they are in flight all the same.
      const taken = error instanceof DatabaseError && error.temporary ? await this.claimed(ids) : [];
      if (taken.length === 0) throw error;
      return batch(taken);
    }
  }

  private async claimed(ids: BatchIds): Promise<ClaimedGrant[]> {
    const { sql, params } = claimedBy(this.sql.dialect, ids);
    return claimedIn(await this.sql.all<ClaimedRow>(sql, params), ids);
  }

  /**
   * Writes down what messages in flight say, at most 500, before they are posted; where that is what their
   * batch says, there is no need. Whoever ends such a message gives its `content`.
   * @throws {DatabaseError}
   */
  async writeContents(contents: { id: string; content: MessageContent }[]): Promise<void> {
    if (contents.length > 0) await this.sql.atomically([contentStep(this.sql.dialect, contents)]);
  }

  /**
   * Ends messages in flight, at most 500, in one transaction. Answers for each whether anything was written.
   * Where one of them has ended already, or where an openid is unusable, the batch is halved until that one
   * stands alone. Nothing is written of a batch that a recovery has taken over: that ends its messages as
   * `unknown`, and a definite answer that comes late is then the outcome, unless a person was faster.
   * @param recovery the recovery that has taken their batch over and ends them
   * @throws {DatabaseError} some of them may be written; the same call again is safe. Temporary also while a
   * recovery that has taken a batch over has not ended it yet
   */
  async settleBatch(ends: MessageEnd[], recovery?: string): Promise<boolean[]> {
    if (ends.length === 0) return [];
    if (ends.length === 1) return [await this.settleOne(ends[0], { recovery })];
    if (await this.settleTogether(ends, { recovery })) return ends.map(() => true);
    return this.halved(ends, (half) => this.settleBatch(half, recovery));
  }

  /** All of them in one transaction; `false`: nothing was written. */
  async settleTogether(ends: MessageEnd[], fence: BatchFence = {}): Promise<boolean> {
    // That takes a step for each such person: alone, as a single send does it.
    if (ends.some(({ message, settlement }) => settlement.openidUnusable || endsKept(message, settlement)))
      return false;
    const released = ends.flatMap(({ message, settlement }) =>
      settlement.grant === 'available' ? [message] : [],
    );
    const { first, last } = this.endSteps(ends, fence);
    const steps = [...first, ...this.grantBatches.releaseSteps(released), ...last];
    try {
      const [only] = steps;
      // It writes all of them or none: no transaction is needed to undo a part.
      const isWhole = steps.length === 1;
      const result = await this.sql.atomically(isWhole ? [{ ...only, expect: undefined }] : steps);
      return result.applied && (!isWhole || result.affected[0] === ends.length);
    } catch (error) {
      if (error instanceof UniqueViolation) return false;
      throw error;
    }
  }

  private endSteps(ends: MessageEnd[], fence: BatchFence): EndSteps {
    const { dialect } = this.sql;
    const now = this.clock.now();
    const perBatch = new Map<string, MessageEnd[]>();
    for (const end of ends) {
      const batchId = batchIdOf(end.message.id);
      const ofBatch = perBatch.get(batchId);
      if (ofBatch) ofBatch.push(end);
      else perBatch.set(batchId, [end]);
    }
    // In the order of the batches, so that two transactions never wait for each other crosswise.
    const steps = [...perBatch]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([batchId, ofBatch]) => endSteps(dialect, batchId, ofBatch, fence, now));
    const personal = ends.flatMap(({ message }) => (message.content === undefined ? [] : [message.id]));
    return {
      first: [...this.prepared(steps.flatMap(({ first }) => first)), ...forgetContents(dialect, personal)],
      last: this.prepared(steps.flatMap(({ last }) => last)),
    };
  }

  private prepared(steps: SqlStep[], isUsual = true): SqlStep[] {
    const prepared = this.config.preparedStatements && isUsual;
    return steps.map((step) => ({ ...step, prepared }));
  }

  private async settleOne(end: MessageEnd, fence: BatchFence): Promise<boolean> {
    const { message, settlement } = end;
    const { appId, openid, grantId, acceptedAt } = message;
    const { outcome, grant } = settlement;
    const ref = grantId === undefined ? undefined : { sql: '?', params: [grantId] };
    const { first, last } = this.endSteps([end], fence);
    if (settlement.openidUnusable) first.push(...this.grants.voidSteps(appId, openid));
    if (endsKept(message, settlement))
      first.push(...this.grants.refusedSteps(message, acceptedAt?.getTime() ?? this.clock.now()));
    if (ref && outcome === 'failed' && (grant === 'spent' || grant === 'void'))
      first.push(this.grants.endStep(ref, grant, this.clock.now()));
    try {
      const { refusedBy } = await (ref && grant === 'available'
        ? this.grants.release(first, message, ref, last)
        : this.grants.apply([...first, ...last]));
      if (refusedBy === undefined) return true;
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
    }
    return this.settleLate(end, fence);
  }

  /** It has ended already, or is a recovery's to end. */
  private async settleLate({ message, settlement }: MessageEnd, { recovery }: BatchFence): Promise<boolean> {
    if (recovery !== undefined || settlement.outcome === 'unknown') return false;
    const batchId = batchIdOf(message.id);
    if (await this.messages.resolve(message, settlement)) return true;
    const [held] = await this.sql.all(TAKEN_OVER, [batchId, message.id]);
    if (held) throw new DatabaseError('a recovery is about to end this message', true);
    return false;
  }

  /**
   * Takes messages in flight back, at most 500: they surely were not delivered, are as if they had never
   * been, and their grants may be used again. `also`: further steps for the messages given to it, in the same
   * transaction. Answers for each whether it was in flight still.
   * @param recovery the recovery that has taken their batch over
   * @throws {DatabaseError} some of them may be taken back; the same call again is safe
   */
  async handBack(
    messages: BatchMessage[],
    also: (of: BatchMessage[]) => SqlStep[] = () => [],
    recovery?: string,
  ): Promise<boolean[]> {
    const handedBack = new Set<string>();
    for (const batchId of new Set(messages.map(({ id }) => batchIdOf(id)))) {
      const ofBatch = messages.filter(({ id }) => batchIdOf(id) === batchId);
      for (const id of await this.takeBack(batchId, ofBatch, also, { recovery })) handedBack.add(id);
    }
    return messages.map(({ id }) => handedBack.has(id));
  }

  /** Returns the ids of those that were in flight. */
  private async takeBack(
    batchId: string,
    messages: BatchMessage[],
    also: (of: BatchMessage[]) => SqlStep[],
    fence: BatchFence,
  ): Promise<string[]> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const seen = await this.seen(batchId, fence);
      if (!seen) return [];
      const taken = await this.stillInFlight(seen, messages);
      if (taken.length === 0) return [];
      const result = await this.takeOut(seen, taken, also, fence);
      if (result === 'taken') return taken.map(({ id }) => id);
      if (result === 'one by one') {
        const half = taken.length >> 1;
        return [
          ...(await this.takeBack(batchId, taken.slice(0, half), also, fence)),
          ...(await this.takeBack(batchId, taken.slice(half), also, fence)),
        ];
      }
    }
    throw new DatabaseError('the messages of this batch kept changing', true);
  }

  private async takeOut(
    seen: SeenBatch,
    taken: BatchMessage[],
    also: (of: BatchMessage[]) => SqlStep[],
    fence: BatchFence,
  ): Promise<'taken' | 'changed' | 'one by one'> {
    const numbers = new Set(taken.map(({ id }) => numberOf(id)));
    const left = heldIn(seen).filter(([n]) => !numbers.has(n));
    const before = [
      // The broadcast's row first, as a claim or a pause takes it before its batches.
      ...also(taken),
      takeBackStep(seen, JSON.stringify(left), taken, fence),
      ...forgetContents(
        this.sql.dialect,
        taken.map(({ id }) => id),
      ),
    ];
    if (taken.length === 1 && taken[0].grantId !== undefined) {
      const [message] = taken;
      const grant = { sql: '?', params: [taken[0].grantId] };
      return (await this.grants.release(before, message, grant)).refusedBy === undefined
        ? 'taken'
        : 'changed';
    }
    try {
      const steps = [...before, ...this.grantBatches.releaseSteps(taken)];
      return (await this.sql.atomically(steps)).applied ? 'taken' : 'changed';
    } catch (error) {
      if (error instanceof UniqueViolation && error.concerns('live_key')) return 'one by one';
      throw error;
    }
  }

  private async seen(id: string, fence: BatchFence): Promise<SeenBatch | undefined> {
    const allowed = fenced(fence);
    const [row] = await this.sql.all<{ held: string; claimed: number | string; ended: number | string }>(
      `${SELECT_SEEN} WHERE id = ? AND ${allowed.sql}`,
      [id, ...allowed.params],
    );
    return row && { id, held: row.held, claimed: Number(row.claimed), ended: Number(row.ended) };
  }

  /** After the batch was read: what ends from then on has changed it. */
  private async stillInFlight(seen: SeenBatch, messages: BatchMessage[]): Promise<BatchMessage[]> {
    const numbers = new Set(heldIn(seen).map(([n]) => n));
    const held = messages.filter(({ id }) => numbers.has(numberOf(id)));
    const ended = await this.messages.existing(held.map(({ id }) => id));
    return held.filter(({ id }) => !ended.has(id));
  }

  private async halved<T>(items: T[], work: (half: T[]) => Promise<boolean[]>): Promise<boolean[]> {
    const half = items.length >> 1;
    return [...(await work(items.slice(0, half))), ...(await work(items.slice(half)))];
  }
}

/** WeChat says that there is no permission, and the message holds none that would end with it. */
function endsKept({ grantId }: BatchMessage, { outcome }: Settlement): boolean {
  return grantId === undefined && outcome === 'refused';
}

/** Of each person their number, and what else HELD says. */
function heldIn({ held }: SeenBatch): [number, ...unknown[]][] {
  return JSON.parse(held);
}
