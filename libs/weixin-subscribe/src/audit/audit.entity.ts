import { Column, Index } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { PrimaryIdColumn } from '../sql/id-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';

/** Who changed what through the REST routes. No bodies, no secrets, no openids. */
@WeixinEntity('audit')
@Index('ix_weixin_audit_client', ['client', 'id'])
@Index('ix_weixin_audit_app_id', ['appId', 'id'])
@Index('ix_weixin_audit_action', ['action', 'id'])
export class AuditEntity {
  /** A UUID version 7 of `at`: the primary key is the order in which they happened. */
  @PrimaryIdColumn()
  id!: string;

  @EpochColumn({ name: 'at' })
  at!: Date;

  /** Name of the service key, or `console` where the host's own sign-in let somebody in. */
  @Column({ type: 'varchar', length: 64 })
  client!: string;

  /** The person, where the host's own sign-in knows one. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  operator!: string | null;

  /** `rest` with a service key, `console` by a session of the console. */
  @Column({ type: 'varchar', length: 16 })
  source!: string;

  /** E.g. `messages.resolve`. */
  @Column({ type: 'varchar', length: 32 })
  action!: string;

  @Column({ name: 'app_id', type: 'varchar', length: 32, nullable: true })
  appId!: string | null;

  /** Id of what was changed; of a person the SHA-256 of appId and openid. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  subject!: string | null;

  /** HTTP status of the response. */
  @Column({ type: 'int' })
  status!: number;

  /** The header `X-Request-Id` of the request. */
  @Column({ name: 'request_id', type: 'varchar', length: 64, nullable: true })
  requestId!: string | null;
}
