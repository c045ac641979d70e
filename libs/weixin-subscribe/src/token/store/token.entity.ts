import { Column, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../../sql/epoch-column.js';
import { WeixinEntity } from '../../sql/weixin-entity.js';
import type { MintedFamily } from './token.store.js';

/**
 * The current access_token, or ticket, of one account and family, and who may mint the next. Restrict who can
 * read this table.
 */
@WeixinEntity('token')
export class TokenEntity {
  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @PrimaryColumn({ type: 'varchar', length: 16 })
  family!: MintedFamily;

  /**
   * As it is or encrypted, up to 4,096 characters. The platform asks for room for 512 (docs/platform.md
   * §4.1).
   */
  @Column({ name: 'access_token', type: 'text', nullable: true })
  accessToken!: string | null;

  /** Recognises the access_token: SHA-256, base64url. */
  @Column({ name: 'token_digest', type: 'varchar', length: 43, nullable: true })
  tokenDigest!: string | null;

  @EpochColumn({ name: 'minted_at', nullable: true })
  mintedAt!: Date | null;

  @EpochColumn({ name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** The lease under which the token was minted. */
  @Column({ type: 'int', nullable: true })
  generation!: number | null;

  /** Number of leases given so far. */
  @Column({ type: 'int' })
  fence!: number;

  /** Who may mint; nobody when empty. */
  @Column({ name: 'lease_holder', type: 'varchar', length: 64, nullable: true })
  leaseHolder!: string | null;

  /** Begin of the hour that `windowMints` counts. */
  @EpochColumn({ name: 'window_started_at', nullable: true })
  windowStartedAt!: Date | null;

  @Column({ name: 'window_mints', type: 'int' })
  windowMints!: number;

  /** Begin of the platform's day that `dayMints` counts. */
  @EpochColumn({ name: 'day_started_at', nullable: true })
  dayStartedAt!: Date | null;

  @Column({ name: 'day_mints', type: 'int', default: 0 })
  dayMints!: number;

  /** The last `force_refresh` (family `stable`). */
  @EpochColumn({ name: 'forced_at', nullable: true })
  forcedAt!: Date | null;

  /** On the platform's day of `forcedAt`. */
  @Column({ type: 'int' })
  forces!: number;

  /** The last mint that failed, if none succeeded since: JSON. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;

  /** Tokens that were reported dead, oldest first: JSON. */
  @Column({ type: 'text', nullable: true })
  deaths!: string | null;
}
