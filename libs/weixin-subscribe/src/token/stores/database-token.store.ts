import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { toDate } from '../../common/database/epoch-column.js';
import { SqlExecutor, UniqueViolation } from '../../common/database/sql-executor.js';
import { RandomSource } from '../../common/random-source.js';
import { AccessToken } from '../access-token.js';
import {
  DAY_MS,
  dayStart,
  FORCE_INTERVAL_MS,
  FORCES_PER_DAY,
  type MintUsage,
  mintWindows,
} from '../mint-limits.js';
import { type TokenKey, type TokenLease, TokenStore } from '../token.store.js';

interface TokenRow {
  access_token: string | null;
  minted_at: string | number;
  expires_at: string | number;
  generation: number;
}

interface UsageRow {
  window_started_at: string | number | null;
  window_mints: number;
  forced_at: string | number | null;
  forces: number;
}

/** One row per account and family in the module's database. Each step is one conditional statement. */
@Injectable()
export class DatabaseTokenStore extends TokenStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {
    super();
  }

  async read({ appId, family }: TokenKey): Promise<AccessToken | undefined> {
    const [row] = await this.sql.all<TokenRow>(
      'SELECT access_token, minted_at, expires_at, generation FROM weixin_token WHERE app_id = ? AND family = ?',
      [appId, family],
    );
    if (!row?.access_token) return undefined;
    return new AccessToken(
      row.access_token,
      toDate(row.minted_at),
      toDate(row.expires_at),
      Number(row.generation),
    );
  }

  async acquireLease(key: TokenKey, ttlMs: number): Promise<TokenLease | undefined> {
    const now = this.clock.now();
    const holder = this.random.id(now);
    const taken = () =>
      this.sql.run(
        `UPDATE weixin_token SET lease_holder = ?, leased_until = ?, fence = fence + 1
          WHERE app_id = ? AND family = ? AND (leased_until IS NULL OR leased_until <= ? OR leased_until > ?)`,
        [holder, now + ttlMs, key.appId, key.family, now, now + 2 * ttlMs],
      );
    if ((await taken()) === 0 && (!(await this.createRow(key)) || (await taken()) === 0)) return undefined;
    const [row] = await this.sql.all<{ fence: number }>(
      'SELECT fence FROM weixin_token WHERE app_id = ? AND family = ? AND lease_holder = ?',
      [key.appId, key.family, holder],
    );
    return row && { key, fence: Number(row.fence) };
  }

  /** `false` when the row was there before: then the lease is simply taken. */
  private async createRow({ appId, family }: TokenKey): Promise<boolean> {
    try {
      const affected = await this.sql.run(
        `INSERT INTO weixin_token (app_id, family, fence, window_mints, forces)
          SELECT ?, ?, 0, 0, 0 FROM (SELECT 1 AS one) AS seed
          WHERE NOT EXISTS (SELECT 1 FROM weixin_token WHERE app_id = ? AND family = ?)`,
        [appId, family, appId, family],
      );
      return affected === 1;
    } catch (error) {
      if (error instanceof UniqueViolation) return true;
      throw error;
    }
  }

  // MariaDB assigns from left to right and reads what it has assigned: the counts come before the moments they depend on.
  async countMint({ key, fence }: TokenLease, perHour: number): Promise<boolean> {
    const [first, last] = mintWindows(this.clock.now());
    const affected = await this.sql.run(
      `UPDATE weixin_token SET
          window_mints = CASE WHEN window_started_at BETWEEN ? AND ? THEN window_mints + 1 ELSE 1 END,
          window_started_at = CASE WHEN window_started_at BETWEEN ? AND ? THEN window_started_at ELSE ? END
        WHERE app_id = ? AND family = ? AND fence = ?
          AND (window_started_at IS NULL OR window_started_at NOT BETWEEN ? AND ? OR window_mints < ?)`,
      [first, last, first, last, first, key.appId, key.family, fence, first, last, perHour],
    );
    return affected === 1;
  }

  async countForce({ key, fence }: TokenLease): Promise<boolean> {
    const now = this.clock.now();
    const today = dayStart(now);
    const affected = await this.sql.run(
      `UPDATE weixin_token SET
          forces = CASE WHEN forced_at >= ? AND forced_at < ? THEN forces + 1 ELSE 1 END,
          forced_at = ?
        WHERE app_id = ? AND family = ? AND fence = ?
          AND (forced_at IS NULL OR forced_at <= ? OR forced_at >= ?)
          AND (forced_at IS NULL OR forced_at < ? OR forced_at >= ? OR forces < ?)`,
      [
        ...[today, today + DAY_MS, now, key.appId, key.family, fence],
        ...[now - FORCE_INTERVAL_MS, now + FORCE_INTERVAL_MS],
        ...[today, today + DAY_MS, FORCES_PER_DAY],
      ],
    );
    return affected === 1;
  }

  async usage({ appId, family }: TokenKey): Promise<MintUsage> {
    const [row] = await this.sql.all<UsageRow>(
      'SELECT window_started_at, window_mints, forced_at, forces FROM weixin_token WHERE app_id = ? AND family = ?',
      [appId, family],
    );
    return {
      windowStartedAt: toDate(row?.window_started_at ?? null)?.getTime(),
      windowMints: Number(row?.window_mints ?? 0),
      forcedAt: toDate(row?.forced_at ?? null)?.getTime(),
      forces: Number(row?.forces ?? 0),
    };
  }

  async write({ key, fence }: TokenLease, token: AccessToken): Promise<boolean> {
    const affected = await this.sql.run(
      `UPDATE weixin_token SET access_token = ?, minted_at = ?, expires_at = ?, generation = ?, lease_holder = NULL, leased_until = NULL
        WHERE app_id = ? AND family = ? AND fence = ?`,
      [
        token.accessToken,
        token.mintedAt.getTime(),
        token.expiresAt.getTime(),
        fence,
        key.appId,
        key.family,
        fence,
      ],
    );
    return affected === 1;
  }

  async releaseLease({ key, fence }: TokenLease, uncountMint = false): Promise<void> {
    await this.sql.run(
      `UPDATE weixin_token SET lease_holder = NULL, leased_until = NULL, window_mints = window_mints - ?
        WHERE app_id = ? AND family = ? AND fence = ?`,
      [uncountMint ? 1 : 0, key.appId, key.family, fence],
    );
  }

  async expire({ appId, family }: TokenKey, accessToken: string): Promise<boolean> {
    const affected = await this.sql.run(
      'UPDATE weixin_token SET expires_at = 0 WHERE app_id = ? AND family = ? AND access_token = ?',
      [appId, family, accessToken],
    );
    return affected === 1;
  }
}
