import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TokenFamily } from '../common/config/options.js';
import { EpochColumn } from '../common/database/epoch-column.js';
import { TABLE_PREFIX } from '../common/database/table-prefix.js';

/** The current access_token of one account and family, and who may mint the next. Restrict who can read this table. */
@Entity(`${TABLE_PREFIX}token`)
export class TokenEntity {
  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @PrimaryColumn({ type: 'varchar', length: 16 })
  family!: TokenFamily;

  /** At least 512 characters are asked for by the platform (weixin-api.md §4.1). */
  @Column({ name: 'access_token', type: 'text', nullable: true })
  accessToken!: string | null;

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

  @Column({ name: 'lease_holder', type: 'varchar', length: 36, nullable: true })
  leaseHolder!: string | null;

  @EpochColumn({ name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;

  /** Begin of the hour that `windowMints` counts. */
  @EpochColumn({ name: 'window_started_at', nullable: true })
  windowStartedAt!: Date | null;

  @Column({ name: 'window_mints', type: 'int' })
  windowMints!: number;

  /** The last `force_refresh` (family `stable`). */
  @EpochColumn({ name: 'forced_at', nullable: true })
  forcedAt!: Date | null;

  /** On the platform's day of `forcedAt`. */
  @Column({ type: 'int' })
  forces!: number;
}
