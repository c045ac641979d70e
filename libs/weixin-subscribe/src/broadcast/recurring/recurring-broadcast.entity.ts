import { Column, Index } from 'typeorm';
import { EpochColumn } from '../../sql/epoch-column.js';
import { PrimaryIdColumn } from '../../sql/id-column.js';
import { WeixinEntity } from '../../sql/weixin-entity.js';
import type { RecurringStatus } from './recurring.types.js';

/** One row for every recurring broadcast. Written by RecurringRepository only; read it as you like. */
@WeixinEntity('recurring_broadcast')
@Index('uq_weixin_recurring_broadcast_name', ['appId', 'name'], { unique: true })
@Index('ix_weixin_recurring_broadcast_due', ['nextAt', 'id'], { where: 'next_at IS NOT NULL' })
export class RecurringBroadcastEntity {
  @PrimaryIdColumn()
  id!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @Column({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  @Column({ type: 'varchar', length: 64 })
  name!: string;

  @Column({ type: 'varchar', length: 16 })
  status!: RecurringStatus;

  /** JSON of RecurringContent. */
  @Column({ type: 'text' })
  input!: string;

  @Column({ type: 'varchar', length: 100 })
  cron!: string;

  @Column({ name: 'time_zone', type: 'varchar', length: 64 })
  timeZone!: string;

  @Column({ name: 'start_within_minutes', type: 'int' })
  startWithinMinutes!: number;

  @Column({ name: 'end_after_minutes', type: 'int', nullable: true })
  endAfterMinutes!: number | null;

  @Column({ name: 'requested_by', type: 'varchar', length: 64, nullable: true })
  requestedBy!: string | null;

  @EpochColumn({ name: 'created_at' })
  createdAt!: Date;

  /** Empty while it is paused. */
  @EpochColumn({ name: 'next_at', nullable: true })
  nextAt!: Date | null;
}
