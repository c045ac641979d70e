import { Injectable } from '@nestjs/common';
import { affectedBy } from '../sql/affected-by.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlValue } from '../sql/sql-step.js';
import type { RowOf } from '../sql/table.js';
import { type AuditKeyRow, addCount, deleteIdle, idleRows, ONE_ROW, TOKEN_AUDIT } from './token-audit.sql.js';
import type {
  TokenAuditCount,
  TokenAuditFilter,
  TokenAuditKey,
  TokenAuditRecord,
} from './token-audit.types.js';

/** One row for what one client did with one token at one endpoint. */
@Injectable()
export class TokenAuditRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /** @throws {DatabaseError} */
  async add(key: TokenAuditKey, count: TokenAuditCount): Promise<void> {
    const { sql, params } = addCount(this.sql.dialect, { ...key, ...count });
    await this.sql.run(sql, params);
  }

  /** @throws {DatabaseError} */
  async has(key: TokenAuditKey): Promise<boolean> {
    const rows = await this.sql.all(`SELECT 1 FROM ${TOKEN_AUDIT.name} WHERE ${ONE_ROW}`, keyValues(key));
    return rows.length > 0;
  }

  /** Latest first. @throws {DatabaseError} */
  async list(filter: TokenAuditFilter): Promise<TokenAuditRecord[]> {
    const { where, params } = conditions(filter);
    const limit = Math.min(Math.max(1, Math.trunc(filter.limit ?? 100)), 1000);
    const rows = await this.sql.all<RowOf<typeof TOKEN_AUDIT>>(
      `${TOKEN_AUDIT.select} ${where} ORDER BY last_at DESC, first_at DESC, client, token_id LIMIT ${limit}`,
      params,
    );
    return rows.map((row) => {
      const { family, ...record } = TOKEN_AUDIT.read(row);
      return { ...record, ...(family && { family }) };
    });
  }

  /**
   * Rows that were not counted on since `moment`, at most `limit`, the oldest first. @throws {DatabaseError}
   */
  idleSince(moment: Date, limit: number): Promise<AuditKeyRow[]> {
    return this.sql.all<AuditKeyRow>(idleRows(limit), [moment.getTime()]);
  }

  /** Deletes those of the rows that were still not counted on. Returns how many. @throws {DatabaseError} */
  async deleteIdle(keys: AuditKeyRow[], moment: Date): Promise<number> {
    if (keys.length === 0) return 0;
    return affectedBy(await this.sql.atomically(deleteIdle(this.sql.dialect, keys, moment.getTime())));
  }
}

function keyValues({ client, appId, family, action, tokenId, endpoint }: TokenAuditKey): SqlValue[] {
  return [client, appId, family ?? '', action, tokenId, endpoint];
}

function conditions({ appId, client, since }: TokenAuditFilter): { where: string; params: SqlValue[] } {
  const all: [sql: string, value: SqlValue | undefined][] = [
    ['app_id = ?', appId],
    ['client = ?', client],
    ['last_at >= ?', since?.getTime()],
  ];
  const given = all.filter(([, value]) => value !== undefined);
  return {
    where: given.length === 0 ? '' : `WHERE ${given.map(([sql]) => sql).join(' AND ')}`,
    params: given.map(([, value]) => value as SqlValue),
  };
}
