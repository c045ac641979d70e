import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { IdColumn, PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { CardUpdateKind, CardUpdateStatus } from './card.types.js';

/** One row for every update of a card. Written by CardRepository only; read it as you like. */
@WeixinEntity('card_update')
@Index('uq_weixin_card_update_seq', ['cardId', 'seq'], { unique: true })
@Index('ix_weixin_card_update_due', ['dueAt', 'id'], { where: 'due_at IS NOT NULL' })
export class CardUpdateEntity {
  @PrimaryIdColumn()
  id!: string;

  @IdColumn({ name: 'card_id' })
  cardId!: string;

  /** The version that the card got with it. */
  @Column({ type: 'int' })
  seq!: number;

  @Column({ type: 'varchar', length: 8 })
  kind!: CardUpdateKind;

  /** Null of `ext`. */
  @Column({ type: 'int', nullable: true })
  state!: number | null;

  /** JSON of the fields; null after the person was forgotten. */
  @Column({ type: 'text', nullable: true })
  content!: string | null;

  @Column({ name: 'content_digest', type: 'varchar', length: 43 })
  contentDigest!: string;

  @Column({ type: 'varchar', length: 16 })
  status!: CardUpdateStatus;

  /** How often it was taken to be posted, or to be asked about. Tells the attempts of one update apart. */
  @Column({ type: 'int' })
  attempts!: number;

  @Column({ type: 'int', nullable: true })
  errcode!: number | null;

  @Column({ type: 'varchar', length: 512, nullable: true })
  errmsg!: string | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  rid!: string | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  reason!: string | null;

  /** Why the person was not notified of it, as WeChat's event says. */
  @Column({ name: 'fail_ret', type: 'int', nullable: true })
  failRet!: number | null;

  @Column({ name: 'fail_msg', type: 'varchar', length: 255, nullable: true })
  failMsg!: string | null;

  @EpochColumn({ name: 'failed_at', nullable: true })
  failedAt!: Date | null;

  @Column({ name: 'requested_by', type: 'varchar', length: 64, nullable: true })
  requestedBy!: string | null;

  @EpochColumn({ name: 'accepted_at' })
  acceptedAt!: Date;

  /** When a process takes it next; while it is `sending`, when it counts as interrupted. */
  @EpochColumn({ name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @EpochColumn({ name: 'settled_at', nullable: true })
  settledAt!: Date | null;
}
