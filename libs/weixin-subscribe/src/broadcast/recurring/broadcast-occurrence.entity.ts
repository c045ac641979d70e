import { Column, Index } from 'typeorm';
import { EpochColumn } from '../../sql/epoch-column.js';
import { IdColumn, PrimaryIdColumn } from '../../sql/id-column.js';
import { WeixinEntity } from '../../sql/weixin-entity.js';
import type { OccurrenceOutcome } from './recurring.types.js';

/** One row for every time of a recurring broadcast that has come. Written by RecurringRepository only. */
@WeixinEntity('broadcast_occurrence')
@Index('uq_weixin_broadcast_occurrence_due', ['recurringId', 'dueAt'], { unique: true })
// The last broadcast that was started, however many of its times were none.
@Index('ix_weixin_broadcast_occurrence_started', ['recurringId', 'outcome', 'dueAt'])
export class BroadcastOccurrenceEntity {
  /** A UUID version 7 of `decidedAt`. */
  @PrimaryIdColumn()
  id!: string;

  @IdColumn({ name: 'recurring_id' })
  recurringId!: string;

  @EpochColumn({ name: 'due_at' })
  dueAt!: Date;

  @Column({ type: 'varchar', length: 16 })
  outcome!: OccurrenceOutcome;

  /** The last one of several in a row that were missed together. */
  @EpochColumn({ name: 'through_at', nullable: true })
  throughAt!: Date | null;

  @IdColumn({ name: 'broadcast_id', nullable: true })
  broadcastId!: string | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  reason!: string | null;

  @EpochColumn({ name: 'decided_at' })
  decidedAt!: Date;
}
