import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { IdColumn, PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { CardEnd } from './card.types.js';

/** One row for every card. Written by CardRepository only; read it as you like. */
@WeixinEntity('card')
@Index('uq_weixin_card_code_digest', ['appId', 'codeDigest'], {
  unique: true,
  where: 'code_digest IS NOT NULL',
})
@Index('ix_weixin_card_person', ['appId', 'openid'])
// What ends by its time, and what has ended and since when.
@Index('ix_weixin_card_ended', ['endedAt', 'expiresAt'])
export class CardEntity {
  @PrimaryIdColumn()
  id!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  /** Empty after the person was forgotten. */
  @Column({ type: 'varchar', length: 64 })
  openid!: string;

  @Column({ name: 'notify_type', type: 'int' })
  notifyType!: number;

  /** Null after the person was forgotten. */
  @Column({ name: 'notify_code', type: 'varchar', length: 128, nullable: true })
  notifyCode!: string | null;

  /** SHA-256 of the code: one code is one card. Null after the person was forgotten. */
  @Column({ name: 'code_digest', type: 'varchar', length: 43, nullable: true })
  codeDigest!: string | null;

  /** JSON of CardPayment, its moment in milliseconds; null of a card from a button. */
  @Column({ type: 'varchar', length: 96, nullable: true })
  payment!: string | null;

  /** The last that WeChat is known to have stored. */
  @Column({ type: 'int', nullable: true })
  state!: number | null;

  /** Of what it shows. */
  @Column({ name: 'content_digest', type: 'varchar', length: 43, nullable: true })
  contentDigest!: string | null;

  /** Counts the updates that began: the condition of every claim. */
  @Column({ type: 'int' })
  version!: number;

  /** The update that holds the card. */
  @IdColumn({ name: 'update_id', nullable: true })
  updateId!: string | null;

  @EpochColumn({ name: 'created_at' })
  createdAt!: Date;

  @EpochColumn({ name: 'activated_at', nullable: true })
  activatedAt!: Date | null;

  @EpochColumn({ name: 'expires_at' })
  expiresAt!: Date;

  @EpochColumn({ name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column({ name: 'end_reason', type: 'varchar', length: 16, nullable: true })
  endReason!: CardEnd | null;
}
