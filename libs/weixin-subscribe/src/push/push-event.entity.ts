import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { PushEventStatus } from './push.types.js';

/**
 * One row for every event that WeChat pushed, however often it did. Written by PushEventRepository only; read
 * it as you like.
 */
@WeixinEntity('push_event')
@Index('uq_weixin_push_event_identity', ['appId', 'identity'], { unique: true })
@Index('uq_weixin_push_event_signature', ['appId', 'signature'], {
  unique: true,
  where: 'signature IS NOT NULL',
})
@Index('ix_weixin_push_event_due', ['dueAt', 'id'], { where: 'due_at IS NOT NULL' })
@Index('ix_weixin_push_event_person', ['appId', 'openid'])
export class PushEventEntity {
  /** A UUID version 7 of `receivedAt`: the primary key is the order in which they came. */
  @PrimaryIdColumn()
  id!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  /** Hash of what every delivery of one event has in common. */
  @Column({ type: 'varchar', length: 43 })
  identity!: string;

  /** In plain mode, hash of the signature it came under, which does not cover the body and serves once. */
  @Column({ type: 'varchar', length: 43, nullable: true })
  signature!: string | null;

  @Column({ type: 'varchar', length: 128 })
  name!: string;

  @Column({ type: 'varchar', length: 64 })
  openid!: string;

  @Column({ type: 'varchar', length: 16 })
  status!: PushEventStatus;

  /** Its fields as JSON; gone once it is done. */
  @Column({ type: 'text', nullable: true })
  payload!: string | null;

  /** The listeners that are done with it while others are not, as a JSON list. */
  @Column({ name: 'handled_by', type: 'text', nullable: true })
  handledBy!: string | null;

  @Column({ type: 'int' })
  attempts!: number;

  @Column({ type: 'varchar', length: 255, nullable: true })
  reason!: string | null;

  @EpochColumn({ name: 'received_at' })
  receivedAt!: Date;

  /** When it may be taken, next or again; absent when it has ended. */
  @EpochColumn({ name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @EpochColumn({ name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
