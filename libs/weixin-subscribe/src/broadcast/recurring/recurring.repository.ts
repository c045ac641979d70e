import { Injectable } from '@nestjs/common';
import { isId, LOWEST_ID } from '../../kernel/ids.js';
import { firstIdAt } from '../../kernel/random-source.js';
import { affectedBy } from '../../sql/affected-by.js';
import { BY_ID } from '../../sql/dialect.js';
import { SqlExecutor, UniqueViolation } from '../../sql/sql-executor.js';
import type { SqlStep, SqlValue } from '../../sql/sql-step.js';
import { OCCURRENCES, type OccurrenceRow, RECURRING, type RecurringRow } from './recurring.sql.js';
import type { Occurrence, RecurringBroadcast } from './recurring.types.js';

/** What was decided of the times of one recurring broadcast that have come. */
export interface Decision {
  occurrences: Occurrence[];
  /** Its next time; none: there is none. */
  nextAt: number | undefined;
  /** What writes the broadcast that is started; none: none is. */
  startSteps: SqlStep[];
}

/**
 * Recurring broadcasts and what became of their times. A time is decided by one conditional statement, in one
 * transaction with the broadcast that it starts: of any number of processes one decides it, and a process
 * that is killed has done all of it or nothing.
 */
@Injectable()
export class RecurringRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /** `duplicate`: its account has one of that name. @throws {DatabaseError} */
  async create(recurring: RecurringBroadcast): Promise<'created' | 'duplicate'> {
    const { sql, params } = RECURRING.insert([recurring]);
    try {
      await this.sql.run(sql, params);
      return 'created';
    } catch (error) {
      if (error instanceof UniqueViolation && error.concerns('name')) return 'duplicate';
      throw error;
    }
  }

  async find(id: string): Promise<RecurringBroadcast | undefined> {
    return isId(id) ? this.one('id = ?', [id]) : undefined;
  }

  async findByName(appId: string, name: string): Promise<RecurringBroadcast | undefined> {
    return this.one('app_id = ? AND name = ?', [appId, name]);
  }

  /** By name; `after`: the name of the last one of the page before. */
  async list(appId: string, after: string, limit: number): Promise<RecurringBroadcast[]> {
    const rows = await this.sql.all<RecurringRow>(
      `${RECURRING.select} WHERE app_id = ? AND name > ? ORDER BY name LIMIT ${limit}`,
      [appId, after],
    );
    return rows.map((row) => RECURRING.read(row));
  }

  /** Those whose time has come, in its order; `after`: the last one of the page before. */
  async due(now: number, limit: number, after?: RecurringBroadcast): Promise<RecurringBroadcast[]> {
    const at = after?.nextAt?.getTime() ?? 0;
    const rows = await this.sql.all<RecurringRow>(
      `${RECURRING.select} WHERE next_at IS NOT NULL AND next_at <= ? AND next_at >= ? AND (next_at > ? OR id > ?)
        ORDER BY next_at, id LIMIT ${limit}`,
      [now, at, at, after?.id ?? LOWEST_ID],
    );
    return rows.map((row) => RECURRING.read(row));
  }

  /** `false`: it is paused already, or gone. */
  async pause(id: string): Promise<boolean> {
    return this.changed(
      id,
      "UPDATE weixin_recurring_broadcast SET status = 'paused', next_at = NULL WHERE id = ? AND status = 'active'",
      [id],
    );
  }

  /** `false`: it is not paused, or gone. */
  async resume(id: string, nextAt: Date | undefined): Promise<boolean> {
    return this.changed(
      id,
      "UPDATE weixin_recurring_broadcast SET status = 'active', next_at = ? WHERE id = ? AND status = 'paused'",
      [nextAt?.getTime() ?? null, id],
    );
  }

  /** What became of its times is kept as long as broadcasts are. */
  async remove(id: string): Promise<boolean> {
    return this.changed(id, 'DELETE FROM weixin_recurring_broadcast WHERE id = ?', [id]);
  }

  /** `false`: another process has decided, or it was paused or deleted meanwhile. @throws {DatabaseError} */
  async decide(recurring: RecurringBroadcast, decision: Decision): Promise<boolean> {
    const { occurrences, nextAt, startSteps } = decision;
    const result = await this.sql.atomically([
      {
        name: 'decide occurrence',
        sql: "UPDATE weixin_recurring_broadcast SET next_at = ? WHERE id = ? AND status = 'active' AND next_at = ?",
        params: [nextAt ?? null, recurring.id, recurring.nextAt?.getTime() ?? null],
        expect: 'one',
      },
      { name: 'insert occurrences', ...OCCURRENCES.insert(occurrences) },
      ...startSteps,
    ]);
    return result.applied;
  }

  /** The latest first; `before`: only those that were due before. */
  async occurrences(id: string, limit: number, before?: Date): Promise<Occurrence[]> {
    const earlier = before ? 'AND due_at < ?' : '';
    const rows = await this.sql.all<OccurrenceRow>(
      `${OCCURRENCES.select} WHERE recurring_id = ? ${earlier} ORDER BY due_at DESC LIMIT ${limit}`,
      [id, ...(before ? [before.getTime()] : [])],
    );
    return rows.map((row) => OCCURRENCES.read(row));
  }

  /** The last time for which a broadcast was started. */
  async latestStarted(id: string): Promise<Occurrence | undefined> {
    const [row] = await this.sql.all<OccurrenceRow>(
      `${OCCURRENCES.select} WHERE recurring_id = ? AND outcome = 'started' ORDER BY due_at DESC LIMIT 1`,
      [id],
    );
    return row && OCCURRENCES.read(row);
  }

  /** Those that were decided before `moment`, at most `limit`. @throws {DatabaseError} */
  async decidedBefore(moment: Date, limit: number): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(
      `SELECT id FROM ${OCCURRENCES.name} WHERE id < ? ORDER BY id LIMIT ${limit}`,
      [firstIdAt(moment.getTime())],
    );
    return rows.map(({ id }) => id);
  }

  /** Returns how many. @throws {DatabaseError} */
  async removeOccurrences(keys: string[]): Promise<number> {
    const where = { sql: '1 = 1', params: [] };
    const of = { name: 'delete occurrences', table: OCCURRENCES.name, ...BY_ID, keys, where };
    return affectedBy(await this.sql.atomically(this.sql.dialect.deleteRows(of)));
  }

  private async one(where: string, params: SqlValue[]): Promise<RecurringBroadcast | undefined> {
    const [row] = await this.sql.all<RecurringRow>(`${RECURRING.select} WHERE ${where}`, params);
    return row && RECURRING.read(row);
  }

  private async changed(id: string, sql: string, params: SqlValue[]): Promise<boolean> {
    return isId(id) && (await this.sql.run(sql, params)) === 1;
  }
}
