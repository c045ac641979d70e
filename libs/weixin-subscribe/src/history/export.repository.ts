import { Injectable } from '@nestjs/common';
import { GRANT_FACTS, MESSAGE_FACTS, type MessageFactRow } from '../delivery/ledger/message.fragments.js';
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
    return this.read(GRANT_FACTS, range);
  }

  messages(range: ExportRange): AsyncGenerator<MessageFactRow[], void, undefined> {
    return this.read(MESSAGE_FACTS, range);
  }

  /**
   * Batch by batch along the primary key, each from where the last one ended; the next one is read only when
   * it is asked for. No cursor of the database is held open: a reader may take its time, and sees of each row
   * what it is when its batch is read.
   */
  private async *read<Row extends { id: string }>(
    { columns, from: rows }: { columns: string; from: string },
    { appId, templateId, from, to }: ExportRange,
  ): AsyncGenerator<Row[], void, undefined> {
    const template = templateId === undefined ? [] : [templateId];
    const sql = `SELECT ${columns} FROM ${rows} WHERE ${IN_ID_RANGE}${templateId === undefined ? '' : ' AND template_id = ?'} AND id <> ? ORDER BY id LIMIT ${BATCH}`;
    for (let last = firstIdAt(from); ; ) {
      const batch = await this.sql.all<Row>(sql, [last, firstIdAt(to), appId, ...template, last]);
      if (batch.length > 0) yield batch;
      if (batch.length < BATCH) return;
      last = batch[batch.length - 1].id;
      await nextTurn();
    }
  }
}
