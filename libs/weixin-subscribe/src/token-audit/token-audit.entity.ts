import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TokenFamily } from '../account/account.options.js';
import { EpochColumn } from '../sql/epoch-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { TokenAuditAction, TokenEndpoint } from './token-audit.types.js';

/** Which client took or reported which access_token, how often, and when. The token itself is not in it. */
@WeixinEntity('token_audit')
@Index('ix_weixin_token_audit_last_at', ['lastAt'])
export class TokenAuditEntity {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  client!: string;

  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  /** Empty: none. */
  @PrimaryColumn({ type: 'varchar', length: 16 })
  family!: TokenFamily | '';

  @PrimaryColumn({ type: 'varchar', length: 8 })
  action!: TokenAuditAction;

  @PrimaryColumn({ name: 'token_id', type: 'varchar', length: 16 })
  tokenId!: string;

  @PrimaryColumn({ type: 'varchar', length: 8 })
  endpoint!: TokenEndpoint;

  @EpochColumn({ name: 'first_at' })
  firstAt!: Date;

  @EpochColumn({ name: 'last_at' })
  lastAt!: Date;

  @Column({ type: 'int' })
  times!: number;
}
