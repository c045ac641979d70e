import { Injectable } from '@nestjs/common';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlStep } from '../sql/sql-step.js';
import { PersonalDataService } from '../upkeep/personal-data.js';
import type { BroadcastRecord } from './broadcast.types.js';
import type { Fields } from './placeholders.js';
import { backToPending, insertRecipients, type NewRecipient } from './recipient.sql.js';

/** Rows in one INSERT: five parameters each, and PostgreSQL takes 65,535, SQLite 32,766. */
export const INTAKE_ROWS = 500;

const TABLE = 'weixin_broadcast_recipient';

export interface PendingRecipient {
  openid: string;
  fields: Fields;
}

/** Whom a broadcast to a list is for. */
@Injectable()
export class RecipientRepository {
  constructor(
    private readonly sql: SqlExecutor,
    personalData: PersonalDataService,
  ) {
    personalData.register({ holds: 'recipients', forget: (appId, openid) => this.forget(appId, openid) });
  }

  /**
   * Adds at most {@link INTAKE_ROWS} recipients of a draft, each with another openid, and counts them;
   * `false`: nothing was written, because it is no draft of `runner`'s any more.
   * @throws {DatabaseError}
   */
  async add(broadcastId: string, runner: string, rows: NewRecipient[], again: number): Promise<boolean> {
    // What is there cannot change under us: this runner alone takes recipients in, and the first step makes
    // sure it still does.
    const known = await this.known(broadcastId, rows);
    const fresh = rows.filter(({ openid }) => !known.has(openid));
    const invalid = fresh.filter(({ status }) => status === 'invalid').length;
    const result = await this.sql.atomically([
      {
        name: 'count recipients',
        sql: `UPDATE weixin_broadcast SET recipients = recipients + ?, invalid = invalid + ?, duplicates = duplicates + ?
          WHERE id = ? AND status = 'draft' AND runner = ?`,
        params: [fresh.length - invalid, invalid, again + known.size, broadcastId, runner],
        expect: 'one',
      },
      ...(fresh.length > 0 ? [insertRecipients(this.sql.dialect, broadcastId, fresh)] : []),
    ]);
    return result.applied;
  }

  /**
   * Begins the intake of a draft anew, a batch of recipients at a time: `more` has to be called again.
   * `refused`: it is no draft of `runner`'s any more.
   * @throws {DatabaseError}
   */
  async clear(broadcastId: string, runner: string): Promise<'done' | 'more' | 'refused'> {
    const found = await this.sql.all<{ openid: string }>(
      `SELECT openid FROM ${TABLE} WHERE broadcast_id = ? ORDER BY openid LIMIT ${INTAKE_ROWS}`,
      [broadcastId],
    );
    const reset: SqlStep = {
      name: 'reset counts',
      sql: "UPDATE weixin_broadcast SET recipients = 0, invalid = 0, duplicates = 0 WHERE id = ? AND status = 'draft' AND runner = ?",
      params: [broadcastId, runner],
      expect: 'one',
    };
    const keys = found.map(({ openid }) => openid);
    const where = { sql: 't.broadcast_id = ?', params: [broadcastId] };
    const name = 'delete recipients';
    const removal =
      keys.length === 0
        ? []
        : this.sql.dialect.deleteRows({ name, table: TABLE, key: 'openid', keys, where });
    if (!(await this.sql.atomically([reset, ...removal])).applied) return 'refused';
    return keys.length < INTAKE_ROWS ? 'done' : 'more';
  }

  /** Who was not claimed yet, in the order of their openids, at most `limit`. */
  async pending(broadcastId: string, limit: number, after = ''): Promise<string[]> {
    const rows = await this.sql.all<{ openid: string }>(
      `SELECT openid FROM weixin_broadcast_recipient WHERE broadcast_id = ? AND status = 'pending' AND openid > ? ORDER BY openid LIMIT ${limit}`,
      [broadcastId, after],
    );
    return rows.map(({ openid }) => openid);
  }

  /** What fills the placeholders for these people; none for who is not a recipient. */
  async fields(broadcastId: string, openids: string[]): Promise<Map<string, Fields>> {
    const rows = await this.sql.all<{ openid: string; fields: string | null }>(
      `SELECT openid, fields FROM weixin_broadcast_recipient WHERE broadcast_id = ? AND openid IN (${openids.map(() => '?').join(', ')})`,
      [broadcastId, ...openids],
    );
    return new Map(rows.map(({ openid, fields }) => [openid, fields === null ? {} : JSON.parse(fields)]));
  }

  /** For {@link MessageBatchRepository.handBack}. Whoever has found nobody left has to look again. */
  backStep({ id, audience }: BroadcastRecord, openids: string[]): SqlStep[] {
    return [
      {
        name: 'look for people again',
        sql: 'UPDATE weixin_broadcast SET claimed_at = NULL WHERE id = ?',
        params: [id],
      },
      ...(audience === 'recipients' ? backToPending(this.sql.dialect, id, openids) : []),
    ];
  }

  private async known(broadcastId: string, rows: NewRecipient[]): Promise<Set<string>> {
    if (rows.length === 0) return new Set();
    const found = await this.sql.all<{ openid: string }>(
      `SELECT openid FROM weixin_broadcast_recipient WHERE broadcast_id = ? AND openid IN (${rows.map(() => '?').join(', ')})`,
      [broadcastId, ...rows.map(({ openid }) => openid)],
    );
    return new Set(found.map(({ openid }) => openid));
  }

  private async forget(appId: string, openid: string): Promise<{ erased: number }> {
    const erased = await this.sql.run(
      'DELETE FROM weixin_broadcast_recipient WHERE openid = ? AND broadcast_id IN (SELECT id FROM weixin_broadcast WHERE app_id = ?)',
      [openid, appId],
    );
    return { erased };
  }
}
