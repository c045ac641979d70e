import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { TABLE_PREFIX } from '../sql/table-prefix.js';
import type { GrantChannel, GrantProof, GrantStatus } from './grant.types.js';

/** One row for every confirm. Written by GrantRepository only; read it as you like. */
@Entity(`${TABLE_PREFIX}grant`)
// Claims and counts. PostgreSQL and SQLite keep only the available rows in it; MariaDB has no partial indexes
// and uses the status inside.
@Index(
  'ix_weixin_grant_claim',
  ['appId', 'openid', 'templateId', 'scene', 'channel', 'status', 'proof', 'grantedAt', 'id'],
  {
    where: "status = 'available'",
  },
)
// Who may be written to with one template, under one scene or all, those with a proven openid first, in the
// order of their confirms. The status stands before the scene for MariaDB's sake: a scan of all scenes is
// one range there too.
@Index('ix_weixin_grant_selection', ['appId', 'templateId', 'status', 'scene', 'proof', 'grantedAt', 'id'], {
  where: "status = 'available'",
})
@Index('uq_weixin_grant_accept', ['acceptKey', 'acceptNo'], {
  unique: true,
  where: 'accept_key IS NOT NULL',
})
// Whether a message is under way, or unclear, under a scene.
@Index('ix_weixin_grant_held', ['appId', 'templateId', 'scene'], {
  where: "status IN ('claimed', 'unknown')",
})
@Index('ix_weixin_grant_expiry', ['status', 'expiresAt'], {
  where: "status = 'available' AND expires_at IS NOT NULL",
})
// Retention: what is over, and since when. Only that on PostgreSQL and SQLite.
@Index('ix_weixin_grant_closed', ['status', 'closedAt'], {
  where: "status IN ('spent', 'void', 'renewed', 'expired')",
})
// The history of one person, and their erasure.
@Index('ix_weixin_grant_person', ['appId', 'openid', 'grantedAt'])
export class GrantEntity {
  @PrimaryColumn({ type: 'varchar', length: 36 })
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

  @Column({ type: 'varchar', length: 16 })
  status!: GrantStatus;

  /**
   * Digest of account, openid, template and scene where the account's rule is `set`: from the confirm on, as
   * long as the grant is available or a message holds it (`claimed`, `unknown`) and no newer confirm took its
   * place; null otherwise. Its unique index is what makes "one live grant per key" true under any race.
   */
  @Index('uq_weixin_grant_live_key', { unique: true, where: 'live_key IS NOT NULL' })
  @Column({ name: 'live_key', type: 'varchar', length: 43, nullable: true })
  liveKey!: string | null;

  /** The event that gave the permission; unique, so that it counts once. */
  @Index('uq_weixin_grant_source', { unique: true })
  @Column({ type: 'varchar', length: 160 })
  source!: string;

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
  @Column({ name: 'accept_key', type: 'varchar', length: 43, nullable: true })
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

  @Index('uq_weixin_grant_claimed_by', { unique: true, where: 'claimed_by IS NOT NULL' })
  @Column({ name: 'claimed_by', type: 'varchar', length: 36, nullable: true })
  claimedBy!: string | null;

  /**
   * When a newer confirm took its place. A grant that a message holds at that time stays with it, and ends as
   * `renewed` instead of being given back.
   */
  @EpochColumn({ name: 'renewed_at', nullable: true })
  renewedAt!: Date | null;

  @EpochColumn({ name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  /** The moment until which the person has taken back what they gave, where that closed it. */
  @EpochColumn({ name: 'rejected_at', nullable: true })
  rejectedAt!: Date | null;
}
