import { Injectable } from '@nestjs/common';
import { SqlExecutor } from '../common/database/sql-executor.js';
import { MESSAGE_STATUSES } from '../delivery/message.types.js';
import { GRANT_STATUSES } from '../grant/grant.types.js';
import type { Stretch } from './calendar.js';
import { type Counted, type CountRow, countByDay } from './counts.sql.js';
import type { CountsQuery, DayCounts } from './counts.types.js';

const COUNTED: readonly Counted[] = ['grants', 'messages'];

/** Counts the ledger; writes nothing. */
@Injectable()
export class CountsRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /** By day, template and scene, in that order; only what there is. `undefined`: there are more than `limit` counts. */
  async byDay(query: CountsQuery, stretches: Stretch[], limit: number): Promise<DayCounts[] | undefined> {
    const days = new Map<string, DayCounts>();
    let left = limit;
    for (const stretch of stretches) {
      for (const counted of COUNTED) {
        const { sql, params } = countByDay(counted, query, stretch, left + 1);
        const rows = await this.sql.all<CountRow>(sql, params);
        left -= rows.length;
        if (left < 0) return undefined;
        for (const row of rows) add(days, counted, row);
      }
    }
    return [...days.values()].sort(
      (a, b) => compare(a.day, b.day) || compare(a.templateId, b.templateId) || a.scene - b.scene,
    );
  }
}

/** A day may be spread over two stretches. */
function add(days: Map<string, DayCounts>, counted: Counted, row: CountRow): void {
  const day = new Date(Number(row.local_day)).toISOString().slice(0, 10);
  const scene = Number(row.scene);
  const key = `${day} ${scene} ${row.template_id}`;
  const counts = days.get(key) ?? { day, templateId: row.template_id, scene, ...zeros() };
  days.set(key, counts);
  const byStatus: Record<string, number> = counts[counted];
  byStatus[row.status] += Number(row.n);
}

function zeros(): Pick<DayCounts, 'grants' | 'messages'> {
  const zero = <T extends string>(statuses: readonly T[]) =>
    Object.fromEntries(statuses.map((status) => [status, 0])) as Record<T, number>;
  return { grants: zero(GRANT_STATUSES), messages: zero(MESSAGE_STATUSES) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
