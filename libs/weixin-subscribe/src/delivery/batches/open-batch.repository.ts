import { Injectable } from '@nestjs/common';
import type { GrantChannel, GrantProof } from '../../grant/grant.types.js';
import { Clock } from '../../kernel/clock.js';
import { RandomSource } from '../../kernel/random-source.js';
import { SqlExecutor } from '../../sql/sql-executor.js';
import type { SqlStep } from '../../sql/sql-step.js';
import { DeliveryConfig } from '../delivery.options.js';
import { MESSAGES } from '../ledger/message.fragments.js';
import type { Outcome } from '../ledger/message.types.js';
import { messagesInFlight } from './message-batch.fragments.js';
import type { MessageBatch } from './message-batch.repository.js';
import { BATCH_COUNTS, type BatchMessage } from './message-batch.sql.js';

/** Its owner while nobody may post it any further. */
const STOPPED = 'stopped';

/** A batch whose owner has not renewed its lease. */
export interface AbandonedBatch {
  id: string;
  broadcastId: string;
  owner: string;
  posting: number;
  leasedUntil: number;
}

/** `claimed`: messages that there are, ended or not. */
export type MessageCounts = Record<Outcome | 'claimed', number>;

/** What the batches of a broadcast add up to, and what of it rests on openids that are not proven. */
export type BatchSums = MessageCounts & { unproven: MessageCounts };

export interface OutcomeRow {
  id: string;
  openid: string;
  status: string;
  errcode: number | null;
  errmsg: string | null;
  reason: string | null;
  accepted_at: string | number;
  settled_at: string | number | null;
}

/** Batches whose messages have not all ended: who may post them, and how far. */
@Injectable()
export class OpenBatchRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: DeliveryConfig,
  ) {}

  /**
   * Lets the owner of a batch post up to its `posting`-th message, and renews its lease. `false`: it may not
   * post any further, because the batch was stopped or taken over. Only an answer counts: what may have been
   * written without one keeps nobody from handing the rest back.
   * @throws {DatabaseError}
   */
  async advance(batch: MessageBatch, posting: number): Promise<boolean> {
    const leasedUntil = this.clock.now() + this.config.leaseMs;
    const affected = await this.sql.run(
      'UPDATE weixin_message_batch SET posting = ?, leased_until = ? WHERE id = ? AND owner = ? AND leased_until IS NOT NULL',
      [posting, leasedUntil, batch.id, batch.owner],
    );
    if (affected === 0) return false;
    batch.posting = posting;
    batch.leasedUntil = leasedUntil;
    return true;
  }

  /** The step after which nobody posts further messages of a broadcast's open batches. */
  stopStep(broadcastId: string): SqlStep {
    return {
      name: 'stop batches',
      sql: `UPDATE weixin_message_batch SET owner = '${STOPPED}' WHERE broadcast_id = ? AND leased_until IS NOT NULL`,
      params: [broadcastId],
    };
  }

  /** Batches whose lease has run out, at most 100. @throws {DatabaseError} */
  async abandoned(): Promise<AbandonedBatch[]> {
    const rows = await this.sql.all<{
      id: string;
      broadcast_id: string;
      owner: string;
      posting: number;
      leased_until: string | number;
    }>(
      `SELECT id, broadcast_id, owner, posting, leased_until FROM weixin_message_batch
        WHERE leased_until IS NOT NULL AND leased_until <= ? ORDER BY leased_until LIMIT 100`,
      [this.clock.now()],
    );
    return rows.map(({ id, broadcast_id, owner, posting, leased_until }) => ({
      id,
      broadcastId: broadcast_id,
      owner,
      posting: Number(posting),
      leasedUntil: Number(leased_until),
    }));
  }

  /**
   * Makes sure that its owner posts nothing beyond `posting` any more, nor ends what it has posted. Returns
   * the id under which the batch is to be ended. `undefined`: the owner is there after all, or somebody else
   * was faster.
   */
  async takeOver({ id, owner, posting, leasedUntil }: AbandonedBatch): Promise<string | undefined> {
    const now = this.clock.now();
    const recovery = this.random.id(now);
    const affected = await this.sql.run(
      `UPDATE weixin_message_batch SET owner = '${STOPPED}', taken_over_by = ?, leased_until = ?
        WHERE id = ? AND owner = ? AND posting = ? AND leased_until = ?`,
      [recovery, now + this.config.leaseMs, id, owner, posting, leasedUntil],
    );
    return affected > 0 ? recovery : undefined;
  }

  /** Its messages that are in flight, in the order in which it is posted. @throws {DatabaseError} */
  async inFlight(batchId: string): Promise<BatchMessage[]> {
    const rows = await this.sql.all<InFlightRow>(
      `SELECT id, broadcast_id, app_id, openid, template_id, scene, channel, grant_id, proof, accepted_at,
          (SELECT c.content FROM weixin_batch_content c WHERE c.id = in_flight.id) AS own_content
        FROM ${messagesInFlight(this.sql.dialect, 'b.id = ?')} AS in_flight ORDER BY id`,
      [batchId],
    );
    return rows.map((row) => ({
      id: row.id,
      broadcastId: row.broadcast_id,
      appId: row.app_id,
      openid: row.openid,
      templateId: row.template_id,
      scene: Number(row.scene),
      channel: row.channel as GrantChannel,
      grantId: row.grant_id ?? undefined,
      acceptedAt: new Date(Number(row.accepted_at)),
      proof: row.proof as GrantProof,
      ...(row.own_content === null ? {} : { content: JSON.parse(row.own_content) }),
    }));
  }

  /** @throws {DatabaseError} */
  async sums(broadcastId: string): Promise<BatchSums> {
    const columns = BATCH_COUNTS.map((name) => `SUM(${name}) AS ${name}`).join(', ');
    const [row] = await this.sql.all<Record<(typeof BATCH_COUNTS)[number], string | number | null>>(
      `SELECT ${columns} FROM weixin_message_batch WHERE broadcast_id = ?`,
      [broadcastId],
    );
    const counts = (of: '' | 'unproven_'): MessageCounts => ({
      claimed: Number(row[`${of}claimed`] ?? 0),
      sent: Number(row[`${of}sent`] ?? 0),
      refused: Number(row[`${of}refused`] ?? 0),
      failed: Number(row[`${of}failed`] ?? 0),
      unknown: Number(row[`${of}unknown`] ?? 0),
    });
    return { ...counts(''), unproven: counts('unproven_') };
  }

  /**
   * The batches of a broadcast, in their order; at most `limit`, after the one given. @throws {DatabaseError}
   */
  async list(broadcastId: string, after: string, limit: number): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(
      `SELECT id FROM weixin_message_batch WHERE broadcast_id = ? AND id > ? ORDER BY id LIMIT ${limit}`,
      [broadcastId, after],
    );
    return rows.map(({ id }) => id);
  }

  /** What became of the messages of a batch, in the order of their ids. @throws {DatabaseError} */
  outcomes(batchId: string): Promise<OutcomeRow[]> {
    const columns = 'id, openid, status, errcode, errmsg, reason, accepted_at, settled_at';
    return this.sql.all<OutcomeRow>(
      `SELECT ${columns} FROM ${MESSAGES} WHERE id BETWEEN ? AND ?
        UNION ALL SELECT ${columns} FROM ${messagesInFlight(this.sql.dialect, 'b.id = ?')} AS in_flight ORDER BY id`,
      [`${batchId}000`, `${batchId}fff`, batchId],
    );
  }
}

interface InFlightRow {
  id: string;
  broadcast_id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number | string;
  channel: string;
  grant_id: string | null;
  proof: string;
  accepted_at: string | number;
  own_content: string | null;
}
