import { Injectable } from '@nestjs/common';
import { SqlExecutor } from '../common/database/sql-executor.js';
import { firstIdAt } from '../common/random-source.js';
import { OUTCOMES_SINCE, type OutcomeRow, REFUSALS_SINCE, type RefusalRow } from './drift.sql.js';

/** How many, and from when to when. */
export interface Tally {
  n: number;
  firstAt: number;
  lastAt: number;
}

export interface OutcomeTally extends Tally {
  templateId: string;
  status: string;
  errcode?: number;
  /** Resolved by a person. */
  byHand: boolean;
}

export interface RefusalTally extends Tally {
  templateId: string;
  cause: RefusalRow['cause'];
}

/** Counts what WeChat said; writes nothing. */
@Injectable()
export class DriftRepository {
  constructor(private readonly sql: SqlExecutor) {}

  async outcomesSince(appId: string, since: number): Promise<OutcomeTally[]> {
    const rows = await this.sql.all<OutcomeRow>(OUTCOMES_SINCE, [firstIdAt(since), appId]);
    return rows.map((row) => ({
      ...tally(row),
      templateId: row.template_id,
      status: row.status,
      errcode: row.errcode ?? undefined,
      byHand: Number(row.by_hand) === 1,
    }));
  }

  /** The refusals by what the ledger knows of their cause. */
  async refusalsSince(appId: string, since: number): Promise<RefusalTally[]> {
    const rows = await this.sql.all<RefusalRow>(REFUSALS_SINCE, [firstIdAt(since), appId]);
    return rows.map((row) => ({ ...tally(row), templateId: row.template_id, cause: row.cause }));
  }
}

function tally(row: Pick<OutcomeRow, 'n' | 'first_at' | 'last_at'>): Tally {
  return { n: Number(row.n), firstAt: Number(row.first_at), lastAt: Number(row.last_at) };
}
