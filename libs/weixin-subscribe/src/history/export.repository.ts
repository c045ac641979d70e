import { Injectable } from '@nestjs/common';
import { nextTurn } from '../kernel/next-turn.js';
import { firstIdAt } from '../kernel/random-source.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { GrantExportRow, MessageExportRow } from './export.columns.js';
import { MESSAGE_COLUMNS } from './history.sql.js';
import { IN_ID_RANGE } from './id-range.sql.js';

/** SQLite runs on the event loop: larger batches would stop it longer. */
const BATCH = 500;

/** Which rows, from a moment on and before another. */
export interface ExportRange {
  appId: string;
  templateId?: string;
  from: number;
  /** Not included. */
  to: number;
}

const GRANTS = `SELECT id, app_id, openid, template_id, scene, channel, status, source, subject, granted_at, expires_at, closed_at, claimed_by
  FROM weixin_grant`;
const MESSAGES = `SELECT ${MESSAGE_COLUMNS}, idempotency_key, accepted_at, settled_at FROM weixin_message`;

/** Reads the ledger from end to end, in the order of time; writes nothing. */
@Injectable()
export class ExportRepository {
  constructor(private readonly sql: SqlExecutor) {}

  grants(range: ExportRange): AsyncGenerator<GrantExportRow[], void, undefined> {
    return this.walk(GRANTS, range);
  }

  messages(range: ExportRange): AsyncGenerator<MessageExportRow[], void, undefined> {
    return this.walk(MESSAGES, range);
  }

  /**
   * Batch by batch along the primary key, each from where the last one ended; the next one is read only when it is asked for. No cursor of
   * the database is held open: a reader may take its time, and sees of each row what it is when its batch is read.
   */
  private async *walk<Row extends { id: string }>(
    select: string,
    { appId, templateId, from, to }: ExportRange,
  ): AsyncGenerator<Row[], void, undefined> {
    const template = templateId === undefined ? [] : [templateId];
    const sql = `${select} WHERE ${IN_ID_RANGE}${templateId === undefined ? '' : ' AND template_id = ?'} AND id <> ? ORDER BY id LIMIT ${BATCH}`;
    for (let last = firstIdAt(from); ; ) {
      const rows = await this.sql.all<Row>(sql, [last, firstIdAt(to), appId, ...template, last]);
      if (rows.length > 0) yield rows;
      if (rows.length < BATCH) return;
      last = rows[rows.length - 1].id;
      await nextTurn();
    }
  }
}
