import { Injectable } from '@nestjs/common';
import type { GrantChannel } from '../../grant/grant.types.js';
import { Clock } from '../../kernel/clock.js';
import { recordable } from '../../kernel/text.js';
import { toDate } from '../../sql/epoch-column.js';
import { SqlExecutor, type SqlStep, UniqueViolation } from '../../sql/sql-executor.js';
import { bringForwardStep } from '../deferred/waiting-message.sql.js';

/** WeChat refuses the calls of one API of an account for a while. */
export interface SendPause {
  appId: string;
  /** Of the API, e.g. `/cgi-bin/message/template/subscribe`. Each has a quota of its own. */
  path: string;
  pausedAt: Date;
  pausedUntil: Date;
  /** What WeChat responded. */
  errcode?: number;
  reason: string;
}

interface PauseRow {
  app_id: string;
  path: string;
  paused_at: string | number;
  paused_until: string | number;
  errcode: number | null;
  reason: string;
}

/** The pauses that all processes on this database share: one row for an account and an API. */
@Injectable()
export class SendPauseRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a pause down, unless there is one that lasts as long; `true` for the first who says so. The end of
   * the pause is the condition of the update, and the key of the table lets one of two inserts win.
   */
  async begin({ appId, path, pausedAt, pausedUntil, errcode, reason }: SendPause): Promise<boolean> {
    const verdict = [errcode ?? null, recordable(reason, 255)];
    const values = [pausedAt.getTime(), pausedUntil.getTime(), ...verdict, appId, path];
    const updated = await this.sql.run(
      'UPDATE weixin_send_pause SET paused_at = ?, paused_until = ?, errcode = ?, reason = ? WHERE app_id = ? AND path = ? AND paused_until < ?',
      [...values, pausedUntil.getTime()],
    );
    if (updated === 1) return true;
    try {
      await this.sql.run(
        'INSERT INTO weixin_send_pause (paused_at, paused_until, errcode, reason, app_id, path) VALUES (?, ?, ?, ?, ?, ?)',
        values,
      );
      return true;
    } catch (error) {
      if (error instanceof UniqueViolation) return false;
      throw error;
    }
  }

  /** All that are written down, also those whose time is over. */
  async list(): Promise<SendPause[]> {
    const rows = await this.sql.all<PauseRow>(
      'SELECT app_id, path, paused_at, paused_until, errcode, reason FROM weixin_send_pause ORDER BY app_id, path',
      [],
    );
    return rows.map((row) => ({
      appId: row.app_id,
      path: row.path,
      pausedAt: toDate(row.paused_at),
      pausedUntil: toDate(row.paused_until),
      errcode: row.errcode ?? undefined,
      reason: row.reason,
    }));
  }

  /**
   * Ends a pause and lets the messages of these channels go on that waited for its end, as one transaction.
   * `false`: it is not there any more, or another one is.
   */
  async end({ appId, path, pausedUntil }: SendPause, channels: GrantChannel[]): Promise<boolean> {
    const remove: SqlStep = {
      name: 'end pause',
      sql: 'DELETE FROM weixin_send_pause WHERE app_id = ? AND path = ? AND paused_until = ?',
      params: [appId, path, pausedUntil.getTime()],
      expect: 'one',
    };
    const now = this.clock.now();
    const forward = channels.map((channel) => bringForwardStep({ appId, channel, pausedUntil, now }));
    return (await this.sql.atomically([remove, ...forward])).applied;
  }
}
