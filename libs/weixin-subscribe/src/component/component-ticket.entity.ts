import { Column, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';

/** The newest component_verify_ticket of a third-party platform. */
@WeixinEntity('component_ticket')
export class ComponentTicketEntity {
  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  /** Sealed. */
  @Column({ type: 'text' })
  ticket!: string;

  /** `CreateTime` of its push. */
  @EpochColumn({ name: 'issued_at' })
  issuedAt!: Date;
}
