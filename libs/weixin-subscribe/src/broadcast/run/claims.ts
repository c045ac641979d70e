import { Injectable } from '@nestjs/common';
import {
  type MessageBatch,
  MessageBatchRepository,
} from '../../delivery/batches/message-batch.repository.js';
import type { BatchMessage } from '../../delivery/batches/message-batch.sql.js';
import type { MessageContent } from '../../delivery/ledger/message.types.js';
import { GrantRepository } from '../../grant/grant.repository.js';
import type { GrantCursor } from '../../grant/grant.types.js';
import { Clock } from '../../kernel/clock.js';
import { SqlExecutor } from '../../sql/sql-executor.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { RecipientRepository } from '../recipient.repository.js';
import { afterClaim } from '../recipient.sql.js';

/**
 * What a renderer returns is not known when its messages are claimed. Nobody reads this content: a process
 * that dies before the content is written has posted none of the messages.
 */
const NOT_YET: MessageContent = { title: '', content: { value: '' } };

/** How far the people of a broadcast have been claimed. */
export interface BroadcastCursor {
  after?: GrantCursor;
  /** For a list of recipients. */
  afterOpenid?: string;
  /** When a claim found nobody; of a list its recipients tell that nobody waits. */
  lookedAt?: number;
}

export interface Claim {
  broadcast: BroadcastRecord;
  /** Names the process. */
  owner: string;
  /** Claims only while the broadcast is leased by this process. */
  exclusive: boolean;
  /** 1–500. */
  limit: number;
  /** How many messages may be posted before the batch is advanced. */
  posting: number;
}

/** Claims the next people of a broadcast, and hands back those who were not posted to. */
@Injectable()
export class Claims {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly batches: MessageBatchRepository,
    private readonly broadcasts: BroadcastRepository,
    private readonly recipients: RecipientRepository,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
  ) {}

  /** How many messages should be claimed together at most. */
  get bestSize(): number {
    return this.batches.bestSize;
  }

  /**
   * Claims the next batch, and advances `cursor`. `end`: nobody is left, also from the start. `refused`: the
   * broadcast is not running, or belongs to another process. A batch may be empty: its people have no
   * permission.
   *
   * The cursor saves reading again all that was claimed. Messages that were handed back behind it, and
   * permissions that were confirmed meanwhile, are found by a last claim from the start.
   * @throws {DatabaseError}
   */
  async next(claim: Claim, cursor: BroadcastCursor): Promise<MessageBatch | 'end' | 'refused'> {
    for (;;) {
      const isFromStart = cursor.after === undefined && cursor.afterOpenid === undefined;
      const batch = await (claim.broadcast.audience === 'scene'
        ? this.ofScene(claim, cursor)
        : this.ofList(claim, cursor));
      if (batch !== 'end') return batch;
      if (isFromStart) return 'end';
      cursor.after = undefined;
      cursor.afterOpenid = undefined;
    }
  }

  /**
   * Hands back messages that surely were not posted, as if they had never been claimed.
   * @returns for each message whether it was; `false`: recovery has ended it
   * @throws {DatabaseError}
   */
  handBack(broadcast: BroadcastRecord, messages: BatchMessage[]): Promise<boolean[]> {
    return this.batches.handBack(messages, (handedBack) =>
      this.recipients.backStep(
        broadcast,
        handedBack.map(({ openid }) => openid),
      ),
    );
  }

  private async ofScene(claim: Claim, cursor: BroadcastCursor): Promise<MessageBatch | 'end' | 'refused'> {
    const { appId, templateId, scene, channel } = claim.broadcast;
    const now = this.clock.now();
    const from = { appId, templateId, scene, channel, after: cursor.after };
    const batch = await this.claim(claim, from, claim.limit, now);
    if (batch === 'refused') return batch;
    const last = batch.claimed.at(-1);
    if (!last) {
      cursor.lookedAt = now;
      return 'end';
    }
    const { proof, grantedAt, id } = last;
    cursor.after = { scene: last.scene, proof, grantedAt, id };
    return batch;
  }

  private async ofList(claim: Claim, cursor: BroadcastCursor): Promise<MessageBatch | 'end' | 'refused'> {
    const { broadcast, limit } = claim;
    const openids = await this.recipients.pending(broadcast.id, limit, cursor.afterOpenid);
    if (openids.length === 0) return 'end';
    cursor.afterOpenid = openids.at(-1);
    const { appId, templateId, scene, channel } = broadcast;
    const from = { appId, templateId, scene, channel, openids };
    return this.claim(claim, from, openids.length, this.clock.now(), openids);
  }

  private claim(
    { broadcast, owner, exclusive, posting }: Claim,
    from: Parameters<MessageBatchRepository['claimBatch']>[0]['from'],
    limit: number,
    now: number,
    openids?: string[],
  ): Promise<MessageBatch | 'refused'> {
    const { dialect } = this.sql;
    return this.batches.claimBatch({
      broadcast,
      from,
      limit,
      owner,
      posting,
      content: broadcast.content ?? NOT_YET,
      requestedBy: broadcast.requestedBy,
      before: [this.broadcasts.claimStep(broadcast.id, exclusive ? owner : undefined, now)],
      after:
        openids &&
        ((ids) => {
          const kept = this.grants.scopeOf({ ...broadcast, openid: '' });
          return afterClaim(dialect, { id: broadcast.id, kept }, openids, ids, now);
        }),
    });
  }
}
