import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { toDate } from '../../common/database/epoch-column.js';
import { SqlExecutor, UniqueViolation } from '../../common/database/sql-executor.js';
import { RandomSource } from '../../common/random-source.js';
import { AccessToken } from '../access-token.js';
import { type TokenKey, type TokenLease, TokenStore } from '../token.store.js';

interface TokenRow {
  access_token: string | null;
  minted_at: string | number;
  expires_at: string | number;
  generation: number;
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
          WHERE app_id = ? AND family = ? AND (leased_until IS NULL OR leased_until <= ?)`,
        [holder, now + ttlMs, key.appId, key.family, now],
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
        `INSERT INTO weixin_token (app_id, family, fence)
          SELECT ?, ?, 0 FROM (SELECT 1 AS one) AS seed
          WHERE NOT EXISTS (SELECT 1 FROM weixin_token WHERE app_id = ? AND family = ?)`,
        [appId, family, appId, family],
      );
      return affected === 1;
    } catch (error) {
      if (error instanceof UniqueViolation) return true;
      throw error;
    }
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

  async releaseLease({ key, fence }: TokenLease): Promise<void> {
    await this.sql.run(
      'UPDATE weixin_token SET lease_holder = NULL, leased_until = NULL WHERE app_id = ? AND family = ? AND fence = ?',
      [key.appId, key.family, fence],
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
