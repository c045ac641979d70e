import { Injectable } from '@nestjs/common';
import {
  grantFacts,
  MESSAGE_FACTS,
  type MessageFactRow,
  messageRows,
} from '../delivery/ledger/message.fragments.js';
import type { GrantRow } from '../grant/grant.sql.js';
import { nextTurn } from '../kernel/next-turn.js';
import { firstIdAt } from '../kernel/random-source.js';
import { IN_ID_RANGE } from '../sql/id-range.js';
import { SqlExecutor } from '../sql/sql-executor.js';

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

/** Reads the ledger from end to end, in the order of time; writes nothing. */
@Injectable()
export class ExportRepository {
  constructor(private readonly sql: SqlExecutor) {}

  grants(range: ExportRange): AsyncGenerator<GrantRow[], void, undefined> {
    const { columns, from } = grantFacts(this.sql.dialect);
    return this.read(range, (rest) => `SELECT ${columns} FROM ${from} ${rest}`, 1);
  }

  messages(range: ExportRange): AsyncGenerator<MessageFactRow[], void, undefined> {
    const rows = (rest: string) =>
      `${messageRows(this.sql.dialect, (from) => `SELECT ${MESSAGE_FACTS} FROM ${from} ${rest}`)} ORDER BY id LIMIT ${BATCH}`;
    return this.read(range, rows, 2);
  }

  /**
   * Batch by batch along the primary key, each from where the last one ended; the next one is read only when
   * it is asked for. No cursor of the database is held open: a reader may take its time, and sees of each row
   * what it is when its batch is read.
   * @param times how often the statement takes its parameters
   */
  private async *read<Row extends { id: string }>(
    { appId, templateId, from, to }: ExportRange,
    rows: (rest: string) => string,
    times: number,
  ): AsyncGenerator<Row[], void, undefined> {
    const template = templateId === undefined ? [] : [templateId];
    const sql = rows(
      `WHERE ${IN_ID_RANGE}${templateId === undefined ? '' : ' AND template_id = ?'} AND id <> ? ORDER BY id LIMIT ${BATCH}`,
    );
    for (let last = firstIdAt(from); ; ) {
      const params = [last, firstIdAt(to), appId, ...template, last];
      const batch = await this.sql.all<Row>(sql, Array.from({ length: times }, () => params).flat());
      if (batch.length > 0) yield batch;
      if (batch.length < BATCH) return;
      last = batch[batch.length - 1].id;
      await nextTurn();
    }
  }
}
