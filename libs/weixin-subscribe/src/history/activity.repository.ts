import { Injectable } from '@nestjs/common';
import { MESSAGES } from '../delivery/ledger/message.fragments.js';
import { firstIdAt } from '../kernel/random-source.js';
import { SqlExecutor } from '../sql/sql-executor.js';

/** Messages that were accepted within an hour, by the status they have now. */
export interface HourCount {
  /** When the hour began, epoch milliseconds. */
  hour: number;
  appId: string;
  channel: string;
  status: string;
  count: number;
}

interface ActivityRow {
  app_id: string;
  channel: string;
  status: string;
  n: string | number;
}

const HOUR_MS = 3_600_000;

/** Counts messages by the hour; writes nothing. */
@Injectable()
export class ActivityRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /**
   * By the primary key, which is in the order of time, and of all accounts at once. What a batch has in
   * flight is not counted yet.
   * @param hour when it began
   * @param most rows that are read at most
   * @throws {DatabaseError}
   */
  async ofHour(hour: number, most: number): Promise<HourCount[]> {
    const rows = await this.sql.all<ActivityRow>(
      `SELECT app_id, channel, status, COUNT(*) AS n FROM
        (SELECT app_id, channel, status FROM ${MESSAGES} WHERE id >= ? AND id < ? ORDER BY id LIMIT ${most}) AS part
        GROUP BY app_id, channel, status ORDER BY app_id, channel, status`,
      [firstIdAt(hour), firstIdAt(hour + HOUR_MS)],
    );
    return rows.map((row) => ({
      hour,
      appId: row.app_id,
      channel: row.channel,
      status: row.status,
      count: Number(row.n),
    }));
  }
}
