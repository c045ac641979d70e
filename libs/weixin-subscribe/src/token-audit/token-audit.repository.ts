import { Injectable } from '@nestjs/common';
import type { TokenFamily } from '../account/account.options.js';
import { affectedBy } from '../sql/affected-by.js';
import { toDate } from '../sql/epoch-column.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlValue } from '../sql/sql-step.js';
import {
  type AuditKeyRow,
  addCount,
  deleteIdle,
  idleRows,
  ONE_ROW,
  SELECT_AUDIT,
} from './token-audit.sql.js';
import type {
  TokenAuditAction,
  TokenAuditCount,
  TokenAuditFilter,
  TokenAuditKey,
  TokenAuditRecord,
  TokenEndpoint,
} from './token-audit.types.js';

interface AuditRow {
  client: string;
  app_id: string;
  family: string;
  action: string;
  token_id: string;
  endpoint: string;
  first_at: string | number;
  last_at: string | number;
  times: number;
}

/** One row for what one client did with one token at one endpoint. */
@Injectable()
export class TokenAuditRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /** @throws {DatabaseError} */
  async add(key: TokenAuditKey, { times, firstAt, lastAt }: TokenAuditCount): Promise<void> {
    await this.sql.run(addCount(this.sql.dialect), [
      ...keyValues(key),
      firstAt.getTime(),
      lastAt.getTime(),
      times,
    ]);
  }

  /** @throws {DatabaseError} */
  async has(key: TokenAuditKey): Promise<boolean> {
    const rows = await this.sql.all(`SELECT 1 FROM weixin_token_audit WHERE ${ONE_ROW}`, keyValues(key));
    return rows.length > 0;
  }

  /** Latest first. @throws {DatabaseError} */
  async list(filter: TokenAuditFilter): Promise<TokenAuditRecord[]> {
    const { where, params } = conditions(filter);
    const limit = Math.min(Math.max(1, Math.trunc(filter.limit ?? 100)), 1000);
    const rows = await this.sql.all<AuditRow>(
      `${SELECT_AUDIT} ${where} ORDER BY last_at DESC, first_at DESC, client, token_id LIMIT ${limit}`,
      params,
    );
    return rows.map(toRecord);
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

function toRecord(row: AuditRow): TokenAuditRecord {
  return {
    client: row.client,
    appId: row.app_id,
    ...(row.family !== '' && { family: row.family as TokenFamily }),
    action: row.action as TokenAuditAction,
    tokenId: row.token_id,
    endpoint: row.endpoint as TokenEndpoint,
    times: Number(row.times),
    firstAt: toDate(row.first_at),
    lastAt: toDate(row.last_at),
  };
}
