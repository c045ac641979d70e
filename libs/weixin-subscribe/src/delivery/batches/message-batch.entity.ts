import { Column, Index, PrimaryColumn } from 'typeorm';
import type { GrantChannel } from '../../grant/grant.types.js';
import { EpochColumn } from '../../sql/epoch-column.js';
import { IdColumn } from '../../sql/id-column.js';
import { WeixinEntity } from '../../sql/weixin-entity.js';

/**
 * One row for every batch of a broadcast's messages, at most 500. Until a message has ended, this row is all
 * there is of it: its own row is written once, with its outcome, in the transaction that changes the counts.
 */
@WeixinEntity('message_batch')
@Index('ix_weixin_message_batch_broadcast', ['broadcastId', 'id'])
@Index('ix_weixin_message_batch_open', ['leasedUntil'], { where: 'leased_until IS NOT NULL' })
export class MessageBatchEntity {
  /** What the ids of its messages begin with. */
  @PrimaryColumn({ type: 'varchar', length: 33 })
  id!: string;

  @IdColumn({ name: 'broadcast_id' })
  broadcastId!: string;

  /** Of all its messages, as are the four that follow. */
  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @Column({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  @Column({ type: 'varchar', length: 16 })
  channel!: GrantChannel;

  /** JSON of MessageContent; where a message says something else, see {@link BatchContentEntity}. */
  @Column({ type: 'text' })
  content!: string;

  @Column({ name: 'requested_by', type: 'varchar', length: 64, nullable: true })
  requestedBy!: string | null;

  @EpochColumn({ name: 'accepted_at' })
  acceptedAt!: Date;

  /** The process that may post it; `stopped` when nobody may. */
  @Column({ type: 'varchar', length: 36 })
  owner!: string;

  /** The recovery that ends it, since its owner did not renew its lease. From then on its owner may not. */
  @Column({ name: 'taken_over_by', type: 'varchar', length: 36, nullable: true })
  takenOverBy!: string | null;

  /**
   * Who it has claimed and not handed back: JSON, an array for each of the message's number in the batch, the
   * grant's id, the openid, the scene and the place of the proof in GRANT_PROOFS. Whoever of them has no
   * message is in flight. Null when all its messages have ended.
   */
  @Column({ type: 'text', nullable: true })
  held!: string | null;

  /** How many messages it has. */
  @Column({ type: 'int' })
  claimed!: number;

  /** How many of them, in the order of their ids, may have been posted. The others surely were not. */
  @Column({ type: 'int' })
  posting!: number;

  @Column({ type: 'int', default: 0 })
  sent!: number;

  @Column({ type: 'int', default: 0 })
  refused!: number;

  @Column({ type: 'int', default: 0 })
  failed!: number;

  @Column({ type: 'int', default: 0 })
  unknown!: number;

  /**
   * How many of its messages rest on an openid that is not proven; and below, how those of them ended that
   * have.
   */
  @Column({ name: 'unproven_claimed', type: 'int', default: 0 })
  unprovenClaimed!: number;

  @Column({ name: 'unproven_sent', type: 'int', default: 0 })
  unprovenSent!: number;

  @Column({ name: 'unproven_refused', type: 'int', default: 0 })
  unprovenRefused!: number;

  @Column({ name: 'unproven_failed', type: 'int', default: 0 })
  unprovenFailed!: number;

  @Column({ name: 'unproven_unknown', type: 'int', default: 0 })
  unprovenUnknown!: number;

  /** Null when all its messages have ended. */
  @EpochColumn({ name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;
}
