import { Column, Index } from 'typeorm';
import type { GrantChannel } from '../grant/grant.types.js';
import { EpochColumn } from '../sql/epoch-column.js';
import { PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { BroadcastAudience, BroadcastStatus, PauseCause } from './broadcast.types.js';

/** One row for every broadcast. Written by BroadcastRepository only; read it as you like. */
@WeixinEntity('broadcast')
@Index('uq_weixin_broadcast_idempotency_key', ['appId', 'idempotencyKey'], {
  unique: true,
  where: 'idempotency_key IS NOT NULL',
})
@Index('ix_weixin_broadcast_status', ['status', 'id'])
// The list of an account.
@Index('ix_weixin_broadcast_account', ['appId', 'id'])
// Whether one is under way under a scene. Only those rows on PostgreSQL and SQLite.
@Index('ix_weixin_broadcast_scene', ['appId', 'templateId', 'scene', 'status'], {
  where: "status IN ('scheduled', 'running', 'paused')",
})
export class BroadcastEntity {
  @PrimaryIdColumn()
  id!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @Column({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  @Column({ type: 'varchar', length: 16 })
  channel!: GrantChannel;

  @Column({ type: 'varchar', length: 16 })
  audience!: BroadcastAudience;

  @Column({ type: 'int', nullable: true })
  scene!: number | null;

  @Column({ type: 'varchar', length: 128, nullable: true })
  purpose!: string | null;

  @Column({ type: 'varchar', length: 16 })
  status!: BroadcastStatus;

  /** JSON of MessageContent, with its placeholders. */
  @Column({ type: 'text', nullable: true })
  content!: string | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  renderer!: string | null;

  /** Tells whether a repeated idempotency key comes with the same broadcast. */
  @Column({ type: 'varchar', length: 43 })
  digest!: string;

  @Column({ name: 'idempotency_key', type: 'varchar', length: 128, nullable: true })
  idempotencyKey!: string | null;

  @Column({ name: 'requested_by', type: 'varchar', length: 64, nullable: true })
  requestedBy!: string | null;

  /** Messages per second. */
  @Column({ type: 'int', nullable: true })
  rate!: number | null;

  @EpochColumn({ name: 'not_before', nullable: true })
  notBefore!: Date | null;

  @EpochColumn({ name: 'deadline_at', nullable: true })
  deadline!: Date | null;

  @Column({ type: 'int', nullable: true })
  total!: number | null;

  @Column({ type: 'int', default: 0 })
  recipients!: number;

  @Column({ type: 'int', default: 0 })
  invalid!: number;

  @Column({ type: 'int', default: 0 })
  duplicates!: number;

  @Column({ name: 'no_grant', type: 'int', default: 0 })
  noGrant!: number;

  @Column({ name: 'pause_cause', type: 'varchar', length: 16, nullable: true })
  pauseCause!: PauseCause | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  reason!: string | null;

  @EpochColumn({ name: 'resumes_at', nullable: true })
  resumesAt!: Date | null;

  @EpochColumn({ name: 'created_at' })
  createdAt!: Date;

  @EpochColumn({ name: 'started_at', nullable: true })
  startedAt!: Date | null;

  /** Since when it has been running without a break. */
  @EpochColumn({ name: 'resumed_at', nullable: true })
  resumedAt!: Date | null;

  /** How many messages had ended by then. */
  @Column({ name: 'ended_before', type: 'int', default: 0 })
  endedBefore!: number;

  /** When its last batch was claimed, or looked for; null where somebody was handed back since. */
  @EpochColumn({ name: 'claimed_at', nullable: true })
  claimedAt!: Date | null;

  @EpochColumn({ name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  /** The process that works on it, or takes its recipients in, while its lease lasts. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  runner!: string | null;

  @EpochColumn({ name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;
}
