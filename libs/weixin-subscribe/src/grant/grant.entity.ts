import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { IdColumn, PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { GrantChannel, GrantEnding, GrantProof } from './grant.types.js';

/**
 * One row for every confirm, written once. What may still be used stands in {@link LiveGrantEntity}; what was
 * used is told by its message. Written by GrantRepository only; read it as you like.
 */
@WeixinEntity('grant')
@Index('uq_weixin_grant_accept', ['acceptKey', 'acceptNo'], {
  unique: true,
  where: 'accept_key IS NOT NULL',
})
// Retention: what ended without a message, and since when.
@Index('ix_weixin_grant_ended', ['endedAt', 'id'], { where: 'ended_at IS NOT NULL' })
// The history of one person, and their erasure: an openid is one account's.
@Index('ix_weixin_grant_person', ['openid', 'grantedAt'])
// The latest of a scene.
@Index('ix_weixin_grant_scene', ['sceneKey', 'grantedAt'])
export class GrantEntity {
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

  /** A number for account, template and scene, which the index of them has in their place. */
  @Column({ name: 'scene_key', type: 'bigint' })
  sceneKey!: string;

  /**
   * Digest of account, openid, template, scene and channel where the account's rule is `set`, from the
   * confirm on until a newer one takes its place; null otherwise. Its unique index is what makes "one current
   * confirm per key" true under any race; while one takes the place of another, that has an id here.
   */
  @Index('uq_weixin_grant_live_key', { unique: true, where: 'live_key IS NOT NULL' })
  @Column({ name: 'live_key', type: 'varchar', length: 36, nullable: true })
  liveKey!: string | null;

  /** The event that gave the permission; unique, so that it counts once. Null where that is an intent. */
  @Index('uq_weixin_grant_source', { unique: true, where: 'source IS NOT NULL' })
  @Column({ type: 'varchar', length: 160, nullable: true })
  source!: string | null;

  /** The intent that gave the permission; unique likewise. */
  @Index('uq_weixin_grant_intent_id', { unique: true, where: 'intent_id IS NOT NULL' })
  @IdColumn({ name: 'intent_id', nullable: true })
  intentId!: string | null;

  /**
   * The other report of the same accept: of the front end and the event that WeChat pushed, the one that came
   * second.
   */
  @Index('uq_weixin_grant_paired_source', { unique: true, where: 'paired_source IS NOT NULL' })
  @Column({ name: 'paired_source', type: 'varchar', length: 160, nullable: true })
  pairedSource!: string | null;

  /**
   * Of an accept that is reported twice: the digest of its key, the same in all accepts of one person and
   * template.
   */
  @Column({ name: 'accept_key', type: 'varchar', length: 22, nullable: true })
  acceptKey!: string | null;

  /** Its place among these, from 1. Unique, so that nobody adds one without having seen the one before. */
  @Column({ name: 'accept_no', type: 'int', nullable: true })
  acceptNo!: number | null;

  @Column({ type: 'varchar', length: 128, nullable: true })
  subject!: string | null;

  /** How well the openid is known. The words are in the order in which grants are used. */
  @Column({ type: 'varchar', length: 8 })
  proof!: GrantProof;

  @EpochColumn({ name: 'granted_at' })
  grantedAt!: Date;

  @EpochColumn({ name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /**
   * How it ended, where no message tells: `renewed`, `void`, `expired`; or `spent`. Of one that a message
   * held when a newer confirm came it is `renewed`, so that it is not given back, and the message tells its
   * end.
   */
  @Column({ name: 'ended_as', type: 'varchar', length: 8, nullable: true })
  endedAs!: GrantEnding | null;

  @EpochColumn({ name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  /** The moment until which the person has taken back what they gave, where that closed it. */
  @EpochColumn({ name: 'rejected_at', nullable: true })
  rejectedAt!: Date | null;
}
