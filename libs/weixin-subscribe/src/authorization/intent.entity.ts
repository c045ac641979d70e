import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { IntentFlow, IntentStatus } from './intent.types.js';

/** One row for every intent put to a person. Holds no state and no cookie, only their digests. */
@WeixinEntity('intent')
// Expiry, and retention of what was answered.
@Index('ix_weixin_intent_status', ['status', 'expiresAt'])
// Whether an intent is open under a scene.
@Index('ix_weixin_intent_open', ['appId', 'templateId', 'scene'], { where: "status = 'pending'" })
export class IntentEntity {
  @PrimaryIdColumn()
  id!: string;

  /** SHA-256 of the state (WeChat's `reserved`), base64url. */
  @Index('uq_weixin_intent_state_digest', { unique: true })
  @Column({ name: 'state_digest', type: 'varchar', length: 43 })
  stateDigest!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @Column({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  @Column({ type: 'int' })
  scene!: number;

  @Column({ type: 'varchar', length: 8 })
  flow!: IntentFlow;

  @Column({ name: 'binding_digest', type: 'varchar', length: 43 })
  bindingDigest!: string;

  @Column({ type: 'varchar', length: 128, nullable: true })
  subject!: string | null;

  @Index('ix_weixin_intent_expected_openid', { where: 'expected_openid IS NOT NULL' })
  @Column({ name: 'expected_openid', type: 'varchar', length: 64, nullable: true })
  expectedOpenid!: string | null;

  @Column({ name: 'return_to', type: 'varchar', length: 2048, nullable: true })
  returnTo!: string | null;

  @Column({ type: 'varchar', length: 16 })
  status!: IntentStatus;

  @Index('ix_weixin_intent_openid', { where: 'openid IS NOT NULL' })
  @Column({ type: 'varchar', length: 64, nullable: true })
  openid!: string | null;

  @EpochColumn({ name: 'created_at' })
  createdAt!: Date;

  @EpochColumn({ name: 'expires_at' })
  expiresAt!: Date;

  @EpochColumn({ name: 'answered_at', nullable: true })
  answeredAt!: Date | null;
}
