import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';

/** Who changed what of an account. Values are not kept: some are secrets. */
@WeixinEntity('account_change')
@Index('ix_weixin_account_change_app_id', ['appId', 'version'])
@Index('ix_weixin_account_change_changed_at', ['changedAt'])
export class AccountChangeEntity {
  /** UUID version 7. */
  @PrimaryIdColumn()
  id!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  /** Of the account after the change. */
  @Column({ type: 'int' })
  version!: number;

  /** Name of the client in `serviceKeys`. */
  @Column({ name: 'changed_by', type: 'varchar', length: 64 })
  changedBy!: string;

  /** `added`, `changed` or `removed`. */
  @Column({ type: 'varchar', length: 8 })
  action!: string;

  /** Names of the options that were given, commas between them. */
  @Column({ type: 'varchar', length: 255 })
  fields!: string;

  @EpochColumn({ name: 'changed_at' })
  changedAt!: Date;
}
