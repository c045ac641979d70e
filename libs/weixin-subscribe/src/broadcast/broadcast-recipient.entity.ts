import { Column, Index, PrimaryColumn } from 'typeorm';
import { IdColumn, PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';

/**
 * `pending` · `taken`: there is a message to them · `no-grant`: they had no unused grant · `invalid`:
 * their row was wrong.
 */
export type RecipientStatus = 'pending' | 'taken' | 'no-grant' | 'invalid';

/** One row for every recipient of a broadcast to a list. */
@WeixinEntity('broadcast_recipient')
@Index('ix_weixin_broadcast_recipient_status', ['broadcastId', 'status', 'openid'])
// The erasure of a person.
@Index('ix_weixin_broadcast_recipient_person', ['openid'])
export class BroadcastRecipientEntity {
  @PrimaryIdColumn({ name: 'broadcast_id' })
  broadcastId!: string;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  openid!: string;

  @Column({ type: 'varchar', length: 16 })
  status!: RecipientStatus;

  /** JSON: what fills the placeholders. */
  @Column({ type: 'text', nullable: true })
  fields!: string | null;

  /** What is wrong with the row. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  reason!: string | null;

  @IdColumn({ name: 'message_id', nullable: true })
  messageId!: string | null;
}
