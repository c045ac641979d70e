import { Column, Index, PrimaryColumn } from 'typeorm';
import type { AccountKind } from '../account/account-kinds.js';
import { EpochColumn } from '../sql/epoch-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';

/** An account that was added while the application runs (static `accountSource: 'database'`). */
@WeixinEntity('account')
@Index('uq_weixin_account_revision', ['revision'], { unique: true })
export class WeixinAccountEntity {
  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @Column({ type: 'varchar', length: 24 })
  kind!: AccountKind;

  /** 1, or 0: switched off. */
  @Column({ type: 'int' })
  enabled!: number;

  /** Its options without the secrets: JSON. */
  @Column({ type: 'text' })
  settings!: string;

  /** Its secrets: JSON, sealed with the first of `token.encryption.keys`. Empty once it was removed. */
  @Column({ type: 'text', nullable: true })
  secrets!: string | null;

  /** Grows with every change of this account. */
  @Column({ type: 'int' })
  version!: number;

  /**
   * Grows with every change of any account, in the order of their commits: processes ask for what is newer
   * than they know.
   */
  @Column({ type: 'int' })
  revision!: number;

  @EpochColumn({ name: 'created_at' })
  createdAt!: Date;

  @EpochColumn({ name: 'updated_at' })
  updatedAt!: Date;

  /** The row of a removed account stays, so that every process learns of it. */
  @EpochColumn({ name: 'removed_at', nullable: true })
  removedAt!: Date | null;
}
