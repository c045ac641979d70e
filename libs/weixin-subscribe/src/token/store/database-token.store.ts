import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { DAY_MS, dayStart } from '../../kernel/platform-day.js';
import { SqlExecutor, UniqueViolation } from '../../sql/sql-executor.js';
import {
  dayWindows,
  FORCE_INTERVAL_MS,
  FORCES_PER_DAY,
  hourWindows,
  type MintLimits,
} from '../mint/mint-limits.js';
import { withDeath } from '../mint/token-deaths.js';
import type { StoredToken } from './stored-token.js';
import {
  type HeldLease,
  type LeaseEnd,
  type TokenKey,
  type TokenLease,
  type TokenRecord,
  TokenStore,
} from './token.store.js';
import { TOKEN_COLUMNS, type TokenRow, toRecord } from './token-row.js';

/**
 * One row per account and family in the module's database. Each step is one conditional statement, where need
 * be after a look at the row. Such a statement is safe on all three databases: SQLite has one writer;
 * PostgreSQL (READ COMMITTED) and MariaDB lock the row, and one that had to wait for the lock checks its
 * condition again on the newest version.
 */
@Injectable()
export class DatabaseTokenStore extends TokenStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
  ) {
    super();
  }

  async read({ appId, family }: TokenKey): Promise<TokenRecord | undefined> {
    const row = await this.row({ appId, family });
    return row && toRecord(row);
  }

  // A lease is given by moving the fence on from where it was seen: of all who saw it there, one does. A
  // fence whose lease has ended never has one again, so what was free is still free if the fence is the same.
  // Whoever comes too late looks again.
  async acquireLease(key: TokenKey, holder: string, overdue?: number): Promise<TokenLease | HeldLease> {
    for (;;) {
      const row = await this.row(key);
      const held = row && toRecord(row).lease;
      if (held && held.fence !== overdue) return held;
      const seen = Number(row?.fence ?? 0);
      if (await (row ? this.moveFence(key, holder, seen) : this.createRow(key, holder))) {
        return { key, fence: seen + 1 };
      }
    }
  }

  private async moveFence({ appId, family }: TokenKey, holder: string, seen: number): Promise<boolean> {
    const affected = await this.sql.run(
      'UPDATE weixin_token SET lease_holder = ?, fence = fence + 1 WHERE app_id = ? AND family = ? AND fence = ?',
      [holder, appId, family, seen],
    );
    return affected === 1;
  }

  /** `false` when somebody else was first. */
  private async createRow({ appId, family }: TokenKey, holder: string): Promise<boolean> {
    try {
      await this.sql.run(
        `INSERT INTO weixin_token (app_id, family, fence, lease_holder, window_mints, day_mints, forces)
          VALUES (?, ?, 1, ?, 0, 0, 0)`,
        [appId, family, holder],
      );
      return true;
    } catch (error) {
      if (error instanceof UniqueViolation) return false;
      throw error;
    }
  }

  // MariaDB assigns from left to right and reads what it has assigned: the counts come before the moments
  // they depend on.
  async countMint({ key, fence }: TokenLease, { perHour, perDay }: MintLimits): Promise<boolean> {
    const now = this.clock.now();
    const hours = hourWindows(now);
    const days = dayWindows(now);
    const affected = await this.sql.run(
      `UPDATE weixin_token SET
          window_mints = CASE WHEN window_started_at BETWEEN ? AND ? THEN window_mints + 1 ELSE 1 END,
          window_started_at = CASE WHEN window_started_at BETWEEN ? AND ? THEN window_started_at ELSE ? END,
          day_mints = CASE WHEN day_started_at BETWEEN ? AND ? THEN day_mints + 1 ELSE 1 END,
          day_started_at = CASE WHEN day_started_at BETWEEN ? AND ? THEN day_started_at ELSE ? END
        WHERE app_id = ? AND family = ? AND fence = ?
          AND CASE WHEN window_started_at BETWEEN ? AND ? THEN window_mints ELSE 0 END < ?
          AND CASE WHEN day_started_at BETWEEN ? AND ? THEN day_mints ELSE 0 END < ?`,
      [
        ...[...hours, ...hours, hours[0]],
        ...[...days, ...days, days[0]],
        ...[key.appId, key.family, fence],
        ...[...hours, perHour],
        ...[...days, perDay],
      ],
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

  // Once per lease: a second attempt after a lost answer must not give a token its life back that was
  // reported dead in between.
  async write({ key, fence }: TokenLease, token: StoredToken): Promise<boolean> {
    const affected = await this.sql.run(
      `UPDATE weixin_token SET access_token = ?, token_digest = ?, minted_at = ?, expires_at = ?, generation = ?,
          lease_holder = NULL, failure = NULL
        WHERE app_id = ? AND family = ? AND fence = ? AND (generation IS NULL OR generation <> ?)`,
      [
        ...[token.value, token.digest, token.mintedAt.getTime(), token.expiresAt.getTime(), fence],
        ...[key.appId, key.family, fence, fence],
      ],
    );
    return affected === 1 || this.isWritten({ key, fence }, token);
  }

  private async isWritten({ key, fence }: TokenLease, { digest }: StoredToken): Promise<boolean> {
    const row = await this.row(key);
    return Number(row?.fence) === fence && Number(row?.generation) === fence && row?.token_digest === digest;
  }

  async releaseLease({ key, fence }: TokenLease, { uncountMint, failure }: LeaseEnd = {}): Promise<void> {
    const less = uncountMint ? 1 : 0;
    await this.sql.run(
      `UPDATE weixin_token SET lease_holder = NULL, failure = COALESCE(?, failure),
          window_mints = CASE WHEN window_mints > 0 THEN window_mints - ? ELSE 0 END,
          day_mints = CASE WHEN day_mints > 0 THEN day_mints - ? ELSE 0 END
        WHERE app_id = ? AND family = ? AND fence = ? AND lease_holder IS NOT NULL`,
      [failure ? JSON.stringify(failure) : null, less, less, key.appId, key.family, fence],
    );
  }

  // No death can be lost between the look and the statement: `deaths` changes only with a token's life, and
  // if that happened meanwhile, either `expires_at` is 0 now or, under a newer token, `generation` is another
  // one.
  async expire(key: TokenKey, digest: string, diedAt: number): Promise<boolean> {
    for (;;) {
      const record = await this.read(key);
      if (record?.token?.digest !== digest || record.token.expiresAt.getTime() === 0) return false;
      const { mintedAt, expiresAt, generation } = record.token;
      const deaths = withDeath(record.deaths, {
        mintedAt: mintedAt.getTime(),
        diedAt,
        expiresAt: expiresAt.getTime(),
      });
      const affected = await this.sql.run(
        `UPDATE weixin_token SET expires_at = 0, deaths = ?
          WHERE app_id = ? AND family = ? AND generation = ? AND expires_at <> 0`,
        [JSON.stringify(deaths), key.appId, key.family, generation],
      );
      if (affected === 1) return true;
    }
  }

  private async row({ appId, family }: TokenKey): Promise<TokenRow | undefined> {
    const [row] = await this.sql.all<TokenRow>(
      `SELECT ${TOKEN_COLUMNS} FROM weixin_token WHERE app_id = ? AND family = ?`,
      [appId, family],
    );
    return row;
  }
}
