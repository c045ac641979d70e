import { Injectable } from '@nestjs/common';
import type { GrantChannel } from '../../grant/grant.types.js';
import { Clock } from '../../kernel/clock.js';
import { LOWEST_ID } from '../../kernel/ids.js';
import { recordable } from '../../kernel/text.js';
import { SqlExecutor } from '../../sql/sql-executor.js';
import { integer, moment, optional, orEmpty, type RowOf, Table, text } from '../../sql/table.js';
import { updateOrInsert } from '../../sql/update-or-insert.js';
import { bringForwardSteps, waitingUntil } from '../deferred/waiting-message.sql.js';

/** WeChat refuses the calls of one API of an account for a while. */
export interface SendPause {
  appId: string;
  /** Of the API, e.g. `/cgi-bin/message/template/subscribe`. Each has a quota of its own. */
  path: string;
  /** Only the sends of this template pause. Undefined: all sends by this API. */
  templateId?: string;
  pausedAt: Date;
  pausedUntil: Date;
  /** Ended before its time: sends go on, and what waits for `pausedUntil` is being brought forward. */
  endedAt?: Date;
  /** What WeChat responded. */
  errcode?: number;
  reason: string;
}

const PAUSES = new Table('weixin_send_pause', {
  app_id: text(),
  path: text(),
  template_id: orEmpty(text()),
  paused_at: moment(),
  paused_until: moment(),
  ended_at: optional(moment()),
  errcode: optional(integer()),
  reason: text(),
});

interface WaitingRow {
  id: string;
  app_id: string;
  template_id: string;
  channel: GrantChannel;
  not_before: string | number;
}

/** The pauses that all processes on this database share: one row for an account and an API. */
@Injectable()
export class SendPauseRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a pause down, unless there is one in force that lasts as long; `true` for the first who says so.
   * Of several at once the longest stays.
   */
  async begin({
    appId,
    path,
    templateId,
    pausedAt,
    pausedUntil,
    errcode,
    reason,
  }: SendPause): Promise<boolean> {
    const values = { pausedAt, pausedUntil, endedAt: undefined, errcode, reason: recordable(reason, 255) };
    const { sql, params } = PAUSES.update(values);
    return updateOrInsert(
      this.sql,
      {
        sql: `${sql} WHERE app_id = ? AND path = ? AND template_id = ? AND (paused_until < ? OR ended_at IS NOT NULL)`,
        params: [...params, appId, path, templateId ?? '', pausedUntil.getTime()],
      },
      PAUSES.insert([{ appId, path, templateId, ...values }]),
    );
  }

  /** All that are written down, also those that are over. */
  async list(): Promise<SendPause[]> {
    const rows = await this.sql.all<RowOf<typeof PAUSES>>(
      `${PAUSES.select} ORDER BY app_id, path, template_id`,
      [],
    );
    return rows.map((row) => PAUSES.read(row));
  }

  /**
   * Ends a pause before its time: from now on no message is put off to its end any more. `false`: it is not
   * there any more, or another one is. Those that were put off are brought forward by {@link bringForward}.
   */
  async end({ appId, path, templateId = '', pausedUntil }: SendPause): Promise<boolean> {
    const ended = await this.sql.run(
      `UPDATE ${PAUSES.name} SET ended_at = ?
        WHERE app_id = ? AND path = ? AND template_id = ? AND paused_until = ? AND ended_at IS NULL`,
      [this.clock.now(), appId, path, templateId, pausedUntil.getTime()],
    );
    return ended === 1;
  }

  /**
   * Makes due what waits for the end of a pause and for nothing else, of a page of all that waits for that
   * moment: at most {@link Dialect.sweepLimit} rows, by an index.
   * @param after the id that the page before it ended with
   * @returns the same of this page; `undefined`: it was the last
   */
  async bringForward(
    { appId, templateId, pausedUntil }: Pick<SendPause, 'appId' | 'templateId' | 'pausedUntil'>,
    channels: GrantChannel[],
    after = LOWEST_ID,
  ): Promise<string | undefined> {
    const { dialect } = this.sql;
    const size = dialect.sweepLimit;
    const until = pausedUntil.getTime();
    const now = this.clock.now();
    const page = await this.sql.all<WaitingRow>(waitingUntil(this.sql.dialect), [until, after, size]);
    const ids = page
      .filter(
        (row) =>
          row.app_id === appId &&
          (templateId ?? row.template_id) === row.template_id &&
          channels.includes(row.channel) &&
          Number(row.not_before) <= now,
      )
      .map(({ id }) => id);
    if (ids.length > 0) await this.sql.atomically(bringForwardSteps(dialect, ids, until, now));
    return page.length < size ? undefined : page[page.length - 1].id;
  }

  /** Removes a pause that is over: ended, or past its time. */
  async remove({ appId, path, templateId = '', pausedUntil }: SendPause): Promise<boolean> {
    const removed = await this.sql.run(
      `DELETE FROM ${PAUSES.name}
        WHERE app_id = ? AND path = ? AND template_id = ? AND paused_until = ? AND (ended_at IS NOT NULL OR paused_until <= ?)`,
      [appId, path, templateId, pausedUntil.getTime(), this.clock.now()],
    );
    return removed === 1;
  }
}
