import { Injectable } from '@nestjs/common';
import {
  type MessageBatch,
  MessageBatchRepository,
} from '../../delivery/batches/message-batch.repository.js';
import type { OneTimeContent } from '../../delivery/ledger/message.types.js';
import type { GrantCursor } from '../../grant/grant.types.js';
import { Clock } from '../../kernel/clock.js';
import { SqlExecutor } from '../../sql/sql-executor.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { RecipientRepository } from '../recipient.repository.js';
import { afterClaim } from '../recipient.sql.js';

/** What a renderer says is not known when its messages are claimed; nobody reads it: who dies in between has posted none of them. */
const NOT_YET: OneTimeContent = { title: '', content: { value: '' } };

/** Where a walk through the people of a broadcast is. */
export interface Walk {
  after?: GrantCursor;
  /** Of a list. */
  afterOpenid?: string;
}

export interface Claim {
  broadcast: BroadcastRecord;
  /** The process. */
  owner: string;
  /** Claim only while the broadcast is this process's own. */
  exclusive: boolean;
  limit: number;
  posting: number;
}

/** Claims the next people of a broadcast. */
@Injectable()
export class Claims {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly batches: MessageBatchRepository,
    private readonly broadcasts: BroadcastRepository,
    private readonly recipients: RecipientRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * The next batch, moving `walk` on. `end`: nobody is left, looked for from the start. `refused`: the broadcast is not running, or not ours. A batch
   * may be empty: its people have no permission.
   *
   * A walk moves on from where the last batch ended, because to begin at the start means to pass over all that was taken; what was handed back behind
   * it, or confirmed anew, is found by a last look from the start.
   * @throws {DatabaseError}
   */
  async next(claim: Claim, walk: Walk): Promise<MessageBatch | 'end' | 'refused'> {
    for (;;) {
      const isFromStart = walk.after === undefined && walk.afterOpenid === undefined;
      const batch = await (claim.broadcast.audience === 'scene'
        ? this.ofScene(claim, walk)
        : this.ofList(claim, walk));
      if (batch !== 'end') return batch;
      if (isFromStart) return 'end';
      walk.after = undefined;
      walk.afterOpenid = undefined;
    }
  }

  private async ofScene(claim: Claim, walk: Walk): Promise<MessageBatch | 'end' | 'refused'> {
    const { appId, templateId, scene, channel } = claim.broadcast;
    const batch = await this.claim(
      claim,
      { appId, templateId, scene, channel, after: walk.after },
      claim.limit,
    );
    if (batch === 'refused') return batch;
    const last = batch.claimed.at(-1);
    if (!last) return 'end';
    const { proof, grantedAt, id } = last;
    walk.after = { scene: last.scene, proof, grantedAt, id };
    return batch;
  }

  private async ofList(claim: Claim, walk: Walk): Promise<MessageBatch | 'end' | 'refused'> {
    const { broadcast, limit } = claim;
    const openids = await this.recipients.pending(broadcast.id, limit, walk.afterOpenid);
    if (openids.length === 0) return 'end';
    walk.afterOpenid = openids.at(-1);
    const { appId, templateId, scene, channel } = broadcast;
    return this.claim(claim, { appId, templateId, scene, channel, openids }, openids.length, openids);
  }

  private claim(
    { broadcast, owner, exclusive, posting }: Claim,
    from: Parameters<MessageBatchRepository['claimBatch']>[0]['from'],
    limit: number,
    openids?: string[],
  ): Promise<MessageBatch | 'refused'> {
    const { dialect } = this.sql;
    return this.batches.claimBatch({
      ...{ broadcast, from, limit, owner, posting },
      content: broadcast.content ?? NOT_YET,
      requestedBy: broadcast.requestedBy,
      before: [this.broadcasts.claimStep(broadcast.id, exclusive ? owner : undefined)],
      after: openids && ((ids) => afterClaim(dialect, broadcast, openids, ids, this.clock.now())),
    });
  }
}
