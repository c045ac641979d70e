import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { IdColumn, PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { BroadcastAction } from './broadcast.types.js';

/** Who started, paused, resumed or cancelled which broadcast, and when. Rows are only added. */
@WeixinEntity('broadcast_event')
@Index('ix_weixin_broadcast_event_broadcast', ['broadcastId', 'id'])
export class BroadcastEventEntity {
  @PrimaryIdColumn()
  id!: string;

  @IdColumn({ name: 'broadcast_id' })
  broadcastId!: string;

  @Column({ type: 'varchar', length: 16 })
  action!: BroadcastAction;

  /** Null for what the library did by itself. */
  @Column({ name: 'requested_by', type: 'varchar', length: 64, nullable: true })
  requestedBy!: string | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  reason!: string | null;

  @EpochColumn({ name: 'happened_at' })
  happenedAt!: Date;
}
