import { Column, Index, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';
import type { AuthorizerStatus } from './authorizer.types.js';

/** An account that authorised the third-party platform. Restrict who can read this table. */
@WeixinEntity('authorizer')
@Index('uq_weixin_authorizer_revision', ['revision'], { unique: true })
@Index('ix_weixin_authorizer_code', ['codeDigest'])
@Index('ix_weixin_authorizer_code_due', ['codeDueAt'], { where: 'code_due_at IS NOT NULL' })
export class AuthorizerEntity {
  @PrimaryColumn({ name: 'component_app_id', type: 'varchar', length: 32 })
  componentAppId!: string;

  /** Of the account. */
  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @Column({ type: 'varchar', length: 16 })
  status!: AuthorizerStatus;

  /** The refresh token, sealed. Empty until a code was exchanged, and once it was taken back. */
  @Column({ name: 'refresh_token', type: 'text', nullable: true })
  refreshToken!: string | null;

  /** Recognises it: SHA-256, base64url. */
  @Column({ name: 'refresh_digest', type: 'varchar', length: 43, nullable: true })
  refreshDigest!: string | null;

  /** An authorization_code that is still to be exchanged, sealed. */
  @Column({ name: 'auth_code', type: 'text', nullable: true })
  authCode!: string | null;

  /** Recognises the last code that came, exchanged or not. */
  @Column({ name: 'code_digest', type: 'varchar', length: 43, nullable: true })
  codeDigest!: string | null;

  /** Present while `authCode` is. */
  @EpochColumn({ name: 'code_due_at', nullable: true })
  codeDueAt!: Date | null;

  /** When WeChat said that it was authorised, the last time. */
  @EpochColumn({ name: 'authorized_at', nullable: true })
  authorizedAt!: Date | null;

  @EpochColumn({ name: 'unauthorized_at', nullable: true })
  unauthorizedAt!: Date | null;

  /** Why it is not authorised. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  reason!: string | null;

  /** Ids of the permission sets, commas between them; empty where WeChat has not told. */
  @Column({ type: 'varchar', length: 255 })
  sets!: string;

  /** Grows with every change of any status, in the order of their commits. */
  @Column({ type: 'int' })
  revision!: number;

  @EpochColumn({ name: 'updated_at' })
  updatedAt!: Date;
}
