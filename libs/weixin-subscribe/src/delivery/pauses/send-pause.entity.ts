import { Column, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../../sql/epoch-column.js';
import { WeixinEntity } from '../../sql/weixin-entity.js';

/**
 * One row for every API of an account whose calls pause: WeChat counts each API by itself; or for one
 * template of it. Written by SendPauseRepository only; read it as you like.
 */
@WeixinEntity('send_pause')
export class SendPauseEntity {
  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  /** Of the API, e.g. `/cgi-bin/message/template/subscribe`. */
  @PrimaryColumn({ type: 'varchar', length: 128 })
  path!: string;

  /** Empty: all templates. */
  @PrimaryColumn({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  @EpochColumn({ name: 'paused_at' })
  pausedAt!: Date;

  @EpochColumn({ name: 'paused_until' })
  pausedUntil!: Date;

  /**
   * Ended before its time: sends go on, and messages that wait for `pausedUntil` are being brought forward.
   * The row is removed when that is done.
   */
  @EpochColumn({ name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column({ type: 'int', nullable: true })
  errcode!: number | null;

  @Column({ type: 'varchar', length: 255 })
  reason!: string;
}
