import { Column, Index } from 'typeorm';
import type { GrantChannel, GrantProof } from '../../grant/grant.types.js';
import { EpochColumn } from '../../sql/epoch-column.js';
import { IdColumn, PrimaryIdColumn } from '../../sql/id-column.js';
import { WeixinEntity } from '../../sql/weixin-entity.js';
import type { MessageStatus } from './message.types.js';

/** One row for every accepted message. Written by MessageRepository only; read it as you like. */
@WeixinEntity('message')
@Index('uq_weixin_message_idempotency_key', ['appId', 'idempotencyKey'], {
  unique: true,
  where: 'idempotency_key IS NOT NULL',
})
// What is in flight, for recovery. Only those rows on PostgreSQL and SQLite.
@Index('ix_weixin_message_in_flight', ['status', 'leasedUntil'], { where: "status = 'sending'" })
// What a worker takes next, and what a person should look at. Only those rows on PostgreSQL and SQLite.
@Index('ix_weixin_message_due', ['status', 'dueAt', 'id'], {
  where: "status = 'waiting' OR status = 'unknown'",
})
// Retention: what has ended, and since when. Only that on PostgreSQL and SQLite.
@Index('ix_weixin_message_ended', ['status', 'settledAt'], {
  where: "status IN ('sent', 'refused', 'failed')",
})
// An openid is one account's.
@Index('ix_weixin_message_person', ['openid', 'acceptedAt'])
// What has become of a grant.
@Index('ix_weixin_message_grant', ['grantId'], { where: 'grant_id IS NOT NULL' })
// Whether a message is under way, or unclear, under a scene. Only those rows on PostgreSQL and SQLite.
@Index('ix_weixin_message_held', ['appId', 'templateId', 'scene', 'status'], {
  where: "grant_id IS NOT NULL AND status IN ('sending', 'unknown')",
})
export class MessageEntity {
  @PrimaryIdColumn()
  id!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  /** Empty after the person was forgotten. */
  @Column({ type: 'varchar', length: 64 })
  openid!: string;

  @Column({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  @Column({ type: 'int' })
  scene!: number;

  @Column({ type: 'varchar', length: 16 })
  channel!: GrantChannel;

  @Column({ type: 'varchar', length: 16 })
  status!: MessageStatus;

  /** JSON of MessageContent; null after the person was forgotten. */
  @Column({ type: 'text', nullable: true })
  content!: string | null;

  /** Tells whether a repeated idempotency key comes with the same message. */
  @Column({ name: 'content_digest', type: 'varchar', length: 43 })
  contentDigest!: string;

  @Column({ name: 'idempotency_key', type: 'varchar', length: 128, nullable: true })
  idempotencyKey!: string | null;

  @Column({ name: 'requested_by', type: 'varchar', length: 64, nullable: true })
  requestedBy!: string | null;

  /** The broadcast that it is part of. */
  @IdColumn({ name: 'broadcast_id', nullable: true })
  broadcastId!: string | null;

  @IdColumn({ name: 'grant_id', nullable: true })
  grantId!: string | null;

  /** That of its grant, as it was when the message claimed it. */
  @Column({ type: 'varchar', length: 8, nullable: true })
  proof!: GrantProof | null;

  @Column({ type: 'int', nullable: true })
  errcode!: number | null;

  @Column({ type: 'varchar', length: 512, nullable: true })
  errmsg!: string | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  rid!: string | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  reason!: string | null;

  /** WeChat's id of the message, of the channels that answer one. */
  @Column({ type: 'varchar', length: 32, nullable: true })
  msgid!: string | null;

  @EpochColumn({ name: 'accepted_at' })
  acceptedAt!: Date;

  /**
   * How often a send of it began, or could not begin for want of a token. Tells the attempts of one message
   * apart.
   */
  @Column({ type: 'int', default: 1 })
  attempts!: number;

  /** How often it was posted again while its outcome was unknown. */
  @Column({ type: 'int', default: 0 })
  resends!: number;

  /** Only of deferred messages: they do not go out before. */
  @EpochColumn({ name: 'not_before', nullable: true })
  notBefore!: Date | null;

  /** It is not posted after this moment. */
  @EpochColumn({ name: 'deadline_at', nullable: true })
  deadline!: Date | null;

  /** When a worker takes it next, while it is `waiting`, or `unknown` and to be sent again. */
  @EpochColumn({ name: 'due_at', nullable: true })
  dueAt!: Date | null;

  /** While in flight: after this moment the send counts as interrupted. */
  @EpochColumn({ name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;

  @EpochColumn({ name: 'settled_at', nullable: true })
  settledAt!: Date | null;
}
