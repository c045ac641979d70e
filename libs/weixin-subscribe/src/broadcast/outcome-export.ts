import { Injectable } from '@nestjs/common';
import { OpenBatchRepository, type OutcomeRow } from '../delivery/batches/open-batch.repository.js';
import { type CsvColumn, csvOf } from '../kernel/csv.js';
import { toDate } from '../sql/epoch-column.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import { BroadcastNotFoundError } from './broadcast.errors.js';
import { BroadcastRepository } from './broadcast.repository.js';

const PAGE = 500;

/** What became of one person of a broadcast. */
export interface BroadcastOutcome {
  openid: string;
  /** The status of their message; or why there is none. */
  outcome: string;
  errcode?: number;
  errmsg?: string;
  reason?: string;
  messageId?: string;
  acceptedAt?: Date;
  settledAt?: Date;
}

const COLUMNS: CsvColumn<BroadcastOutcome>[] = [
  { header: 'openid', cell: ({ openid }) => openid },
  { header: 'outcome', cell: ({ outcome }) => outcome },
  { header: 'errcode', cell: ({ errcode }) => errcode },
  { header: 'errmsg', cell: ({ errmsg }) => errmsg },
  { header: 'reason', cell: ({ reason }) => reason },
  { header: 'messageId', cell: ({ messageId }) => messageId },
  { header: 'acceptedAt', cell: ({ acceptedAt }) => acceptedAt },
  { header: 'settledAt', cell: ({ settledAt }) => settledAt },
];

/** Reads the outcome of a broadcast, person by person, a page at a time. */
@Injectable()
export class OutcomeExport {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly broadcasts: BroadcastRepository,
    private readonly batches: OpenBatchRepository,
  ) {}

  csv(id: string, options: { bom?: boolean }): AsyncGenerator<string, void, undefined> {
    return csvOf(COLUMNS, this.pages(id), options);
  }

  private async *pages(id: string): AsyncGenerator<BroadcastOutcome[], void, undefined> {
    const broadcast = await this.broadcasts.find(id);
    if (!broadcast) throw new BroadcastNotFoundError(id);
    yield* this.messages(id);
    if (broadcast.audience === 'recipients') yield* this.withoutMessage(id);
  }

  /** Batch by batch: the ids of a batch's messages are one range of the primary key. */
  private async *messages(id: string): AsyncGenerator<BroadcastOutcome[], void, undefined> {
    for (let after = ''; ; ) {
      const ids = await this.batches.list(id, after, PAGE);
      if (ids.length === 0) return;
      for (const batchId of ids) {
        yield (await this.batches.outcomes(batchId)).map(toOutcome);
        after = batchId;
      }
    }
  }

  private async *withoutMessage(id: string): AsyncGenerator<BroadcastOutcome[], void, undefined> {
    for (const status of ['pending', 'no-grant', 'invalid']) {
      for (let after = ''; ; ) {
        const rows = await this.sql.all<{ openid: string; reason: string | null }>(
          `SELECT openid, reason FROM weixin_broadcast_recipient WHERE broadcast_id = ? AND status = '${status}' AND openid > ? ORDER BY openid LIMIT ${PAGE}`,
          [id, after],
        );
        if (rows.length === 0) break;
        yield rows.map(({ openid, reason }) => ({ openid, outcome: status, reason: reason ?? undefined }));
        after = rows[rows.length - 1].openid;
      }
    }
  }
}

function toOutcome(row: OutcomeRow): BroadcastOutcome {
  return {
    openid: row.openid,
    outcome: row.status,
    errcode: row.errcode ?? undefined,
    errmsg: row.errmsg ?? undefined,
    reason: row.reason ?? undefined,
    messageId: row.id,
    acceptedAt: toDate(row.accepted_at),
    settledAt: toDate(row.settled_at),
  };
}
