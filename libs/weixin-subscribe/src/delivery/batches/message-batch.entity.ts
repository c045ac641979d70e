import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../../sql/epoch-column.js';
import { TABLE_PREFIX } from '../../sql/table-prefix.js';

/**
 * One row for every batch of a broadcast's messages, at most 500. Its counts change in the transactions that
 * change its messages.
 */
@Entity(`${TABLE_PREFIX}message_batch`)
@Index('ix_weixin_message_batch_broadcast', ['broadcastId', 'id'])
@Index('ix_weixin_message_batch_open', ['leasedUntil'], { where: 'leased_until IS NOT NULL' })
export class MessageBatchEntity {
  /** What the ids of its messages begin with. */
  @PrimaryColumn({ type: 'varchar', length: 33 })
  id!: string;

  @Column({ name: 'broadcast_id', type: 'varchar', length: 36 })
  broadcastId!: string;

  /** The process that may post it; `stopped` when nobody may. */
  @Column({ type: 'varchar', length: 36 })
  owner!: string;

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
