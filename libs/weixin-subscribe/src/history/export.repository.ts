import { Injectable } from '@nestjs/common';
import {
  grantFacts,
  MESSAGE_FACTS,
  MESSAGES,
  type MessageFactRow,
  messageRows,
} from '../delivery/ledger/message.fragments.js';
import { GRANT_LOG } from '../grant/grant.fragments.js';
import type { GrantRow } from '../grant/grant.sql.js';
import { LOWEST_ID } from '../kernel/ids.js';
import { nextTurn } from '../kernel/next-turn.js';
import { firstIdAt } from '../kernel/random-source.js';
import { IN_ID_RANGE } from '../sql/id-range.js';
import { SqlExecutor } from '../sql/sql-executor.js';

/** SQLite runs on the event loop: larger batches would stop it longer. */
const BATCH = 500;
/** So many rows are read in search of such as match, before others have their turn. */
const STRETCH = 2000;

/** Which rows, from a moment on and before another. */
export interface ExportRange {
  appId: string;
  templateId?: string;
  from: number;
  /** Not included. */
  to: number;
}

/** Reads the ledger from end to end, in the order of time; writes nothing. */
@Injectable()
export class ExportRepository {
  constructor(private readonly sql: SqlExecutor) {}

  grants(range: ExportRange): AsyncGenerator<GrantRow[], void, undefined> {
    const { columns, from } = grantFacts(this.sql.dialect);
    return this.read(range, GRANT_LOG, (rest) => `SELECT ${columns} FROM ${from} ${rest}`, 1);
  }

  messages(range: ExportRange): AsyncGenerator<MessageFactRow[], void, undefined> {
    const rows = (rest: string) =>
      `${messageRows(this.sql.dialect, (from) => `SELECT ${MESSAGE_FACTS} FROM ${from} ${rest}`)} ORDER BY id LIMIT ${BATCH}`;
    return this.read(range, MESSAGES, rows, 2);
  }

  /**
   * Batch by batch along the primary key, each from where the last one ended; the next one is read only when
   * it is asked for. No cursor of the database is held open: a reader may take its time, and sees of each row
   * what it is when its batch is read. However many rows lie between two that match, no statement reads more
   * than a stretch of them.
   * @param times how often the statement takes its parameters
   */
  private async *read<Row extends { id: string }>(
    { appId, templateId, from, to }: ExportRange,
    table: string,
    rows: (rest: string) => string,
    times: number,
  ): AsyncGenerator<Row[], void, undefined> {
    const template = templateId === undefined ? [] : [templateId];
    const sql = rows(
      `WHERE ${IN_ID_RANGE}${templateId === undefined ? '' : ' AND template_id = ?'} AND id <> ? ORDER BY id LIMIT ${BATCH}`,
    );
    const end = firstIdAt(to);
    for (let start = firstIdAt(from); ; ) {
      const [edge] = await this.sql.all<{ id: string }>(
        `SELECT id FROM ${table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ${STRETCH}`,
        [start, end],
      );
      const until = edge?.id ?? end;
      for (let last: string | undefined; ; ) {
        const params = [last ?? start, until, appId, ...template, last ?? LOWEST_ID];
        const batch = await this.sql.all<Row>(sql, Array.from({ length: times }, () => params).flat());
        if (batch.length > 0) yield batch;
        await nextTurn();
        if (batch.length < BATCH) break;
        last = batch[batch.length - 1].id;
      }
      if (!edge) return;
      start = until;
    }
  }
}
