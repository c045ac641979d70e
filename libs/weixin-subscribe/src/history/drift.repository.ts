import { Injectable } from '@nestjs/common';
import {
  OUTCOMES,
  type OutcomeRow,
  REFUSALS,
  type RefusalRow,
} from '../delivery/ledger/message-drift.sql.js';
import { nextTurn } from '../kernel/next-turn.js';
import { firstIdAt } from '../kernel/random-source.js';
import { SqlExecutor } from '../sql/sql-executor.js';

const DAY_MS = 86_400_000;

/** How many, and from when to when. */
export interface Tally {
  n: number;
  /** Whether they rest on openids that are not proven. */
  unproven: boolean;
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

  /**
   * Of messages accepted in a time; the same template and answer may come several times, from one slice of
   * the time each.
   */
  async outcomes(appId: string, from: number, to: number): Promise<OutcomeTally[]> {
    const rows = await this.slices<OutcomeRow>(OUTCOMES, appId, from, to);
    return rows.map((row) => ({
      ...tally(row),
      templateId: row.template_id,
      status: row.status,
      errcode: row.errcode ?? undefined,
      byHand: Number(row.by_hand) === 1,
    }));
  }

  /** The refusals by what the ledger knows of their cause, likewise. */
  async refusals(appId: string, from: number, to: number): Promise<RefusalTally[]> {
    const rows = await this.slices<RefusalRow>(REFUSALS, appId, from, to);
    return rows.map((row) => ({ ...tally(row), templateId: row.template_id, cause: row.cause }));
  }

  /** A statement for each day, so that none takes longer than its time limit. */
  private async slices<Row>(sql: string, appId: string, from: number, to: number): Promise<Row[]> {
    const all: Row[] = [];
    for (let start = from; start < to; start += DAY_MS) {
      const end = Math.min(start + DAY_MS, to);
      all.push(...(await this.sql.all<Row>(sql, [firstIdAt(start), firstIdAt(end), appId])));
      await nextTurn();
    }
    return all;
  }
}

function tally(row: Pick<OutcomeRow, 'n' | 'unproven' | 'first_at' | 'last_at'>): Tally {
  return {
    n: Number(row.n),
    unproven: Number(row.unproven) === 1,
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at),
  };
}
