import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { GrantChannel, GrantProof } from './grant.types.js';

/**
 * The grants that may be used now. To take a row out is the claim; nobody else can have it then. Written by
 * GrantRepository only; read it as you like.
 */
@WeixinEntity('live_grant')
// Claims and counts: an openid is one account's, and a template is of one channel.
@Index('ix_weixin_live_grant_claim', ['openid', 'templateId', 'scene', 'proof', 'grantedAt', 'id'])
// Who may be written to with one template, under one scene or all, those with a proven openid first, in the
// order of their confirms.
@Index('ix_weixin_live_grant_selection', ['appId', 'templateId', 'scene', 'proof', 'grantedAt', 'id'])
@Index('ix_weixin_live_grant_expiry', ['expiresAt'], { where: 'expires_at IS NOT NULL' })
export class LiveGrantEntity {
  /** That of its row in {@link GrantEntity}. */
  @PrimaryIdColumn()
  id!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @Column({ type: 'varchar', length: 64 })
  openid!: string;

  @Column({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  @Column({ type: 'int' })
  scene!: number;

  @Column({ type: 'varchar', length: 16 })
  channel!: GrantChannel;

  /** How well the openid is known. The words are in the order in which grants are used. */
  @Column({ type: 'varchar', length: 8 })
  proof!: GrantProof;

  @EpochColumn({ name: 'granted_at' })
  grantedAt!: Date;

  @EpochColumn({ name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}
