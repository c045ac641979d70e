import { Column, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';

/** Which process has a job of upkeep. One row for each job, free or taken. */
@WeixinEntity('lease')
export class LeaseEntity {
  /** The background task, e.g. `grant-retention`. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  name!: string;

  /** The process that had it last. */
  @Column({ type: 'varchar', length: 36 })
  holder!: string;

  /** Free from this moment on, whatever became of its holder. */
  @EpochColumn({ name: 'leased_until' })
  leasedUntil!: Date;
}
