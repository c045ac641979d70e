import { Injectable } from '@nestjs/common';
import { BATCH_KEYS, noBatchOpen } from '../delivery/batches/message-batch.fragments.js';
import { Clock } from '../kernel/clock.js';
import { firstIdAt } from '../kernel/random-source.js';
import { affectedBy } from '../sql/affected-by.js';
import { BY_ID } from '../sql/dialect.js';
import { idsInStates } from '../sql/ids-in-states.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlStep, SqlValue } from '../sql/sql-step.js';
import { stillAmong } from '../sql/still-in.js';

const ENDED = ['finished', 'cancelled'];
/** Each is a statement of its own. */
const DRAFTS_AT_ONCE = 100;

/**
 * What belongs to a broadcast, in the order in which it goes: the broadcast is last, so that what a kill
 * leaves behind is found again.
 */
const TABLES = [
  { table: 'weixin_broadcast_recipient', key: 'openid', keyType: 'text' },
  BATCH_KEYS,
  { table: 'weixin_broadcast_event', ...BY_ID },
] as const;

/** Rows of one table that go together. */
export type BroadcastRows =
  | ((typeof TABLES)[number] & { broadcastId: string; keys: string[] })
  | { table: 'weixin_broadcast'; keys: string[]; drafts: boolean };

/**
 * Deletes broadcasts that are over with all that belongs to them but their messages, which have a retention
 * of their own.
 */
@Injectable()
export class BroadcastRetentionRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
  ) {}

  /**
   * The next rows that have to go, at most `limit`, of one table: drafts of before `moment` that were never
   * started, or what is left of the first broadcast that was over by then. None: there is nothing.
   * @throws {DatabaseError}
   */
  async next(moment: Date, limit: number): Promise<BroadcastRows[]> {
    const drafts = await this.oldDrafts(moment, Math.min(limit, DRAFTS_AT_ONCE));
    if (drafts.length > 0) return [{ table: 'weixin_broadcast', keys: drafts, drafts: true }];
    const at = moment.getTime();
    const [broadcastId] = await this.keys(
      // Its id is of the moment when it was made, so those of later are not read.
      idsInStates(
        {
          ...{ table: 'weixin_broadcast', states: ENDED, orderBy: 'id' },
          // A batch that is open says who is in flight, and nothing else does: recovery ends it first.
          where: `id < ? AND ended_at < ? AND ${noBatchOpen('weixin_broadcast.id')}`,
        },
        1,
      ),
      ENDED.flatMap(() => [firstIdAt(at), at]),
    );
    if (broadcastId === undefined) return [];
    for (const part of TABLES) {
      const { table, key } = part;
      const keys = await this.keys(
        `SELECT ${key} AS id FROM ${table} WHERE broadcast_id = ? ORDER BY ${key} LIMIT ${limit}`,
        [broadcastId],
      );
      if (keys.length > 0) return [{ ...part, broadcastId, keys }];
    }
    return [{ table: 'weixin_broadcast', keys: [broadcastId], drafts: false }];
  }

  /** Returns how many rows were ended or deleted. @throws {DatabaseError} */
  async remove([rows]: BroadcastRows[]): Promise<number> {
    return affectedBy(await this.sql.atomically(this.stepsFor(rows)));
  }

  private stepsFor(rows: BroadcastRows): SqlStep[] {
    const { dialect } = this.sql;
    if (rows.table !== 'weixin_broadcast') {
      const { broadcastId, ...part } = rows;
      const where = { sql: 't.broadcast_id = ?', params: [broadcastId] };
      return dialect.deleteRows({ name: `delete from ${part.table}`, ...part, where });
    }
    const { table, keys, drafts } = rows;
    if (drafts) return keys.map((id) => this.endDraft(id));
    const where = { sql: stillAmong(ENDED, 't.status'), params: [] };
    return dialect.deleteRows({ name: 'delete broadcasts', table, ...BY_ID, keys, where });
  }

  private oldDrafts(moment: Date, limit: number): Promise<string[]> {
    return this.keys(
      `SELECT id FROM weixin_broadcast WHERE status = 'draft' AND id < ? AND created_at < ? AND ${NOT_TAKEN_IN}
        ORDER BY id LIMIT ${limit}`,
      [firstIdAt(moment.getTime()), moment.getTime(), this.clock.now()],
    );
  }

  /**
   * First it is over, so that nobody can start what is half deleted; the end it gets is its beginning, so
   * that it is due at once.
   */
  private endDraft(id: string): SqlStep {
    return {
      name: 'end draft',
      sql: `UPDATE weixin_broadcast SET status = 'cancelled', ended_at = created_at, reason = 'never started'
        WHERE id = ? AND status = 'draft' AND ${NOT_TAKEN_IN}`,
      params: [id, this.clock.now()],
    };
  }

  private async keys(sql: string, params: SqlValue[]): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(sql, params);
    return rows.map(({ id }) => id);
  }
}

/** Nobody is just taking its recipients in. */
const NOT_TAKEN_IN = '(runner IS NULL OR leased_until <= ?)';
