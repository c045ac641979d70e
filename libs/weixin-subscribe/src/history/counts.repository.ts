import { Injectable } from '@nestjs/common';
import { MESSAGE_STATUSES } from '../delivery/ledger/message.types.js';
import { GRANT_STATUSES } from '../grant/grant.types.js';
import { nextTurn } from '../kernel/next-turn.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { CalendarDay } from './calendar.js';
import { type Counted, type CountRow, countDay } from './counts.sql.js';
import type { CountsQuery, DayCounts } from './counts.types.js';

const COUNTED: readonly Counted[] = ['grants', 'messages'];

/** Counts the ledger; writes nothing. */
@Injectable()
export class CountsRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /**
   * By day, template and scene, in that order; only what there is. `undefined`: there are more than `limit`
   * counts. A statement for each day, so that none takes longer than its time limit; nothing is counted
   * twice, since the moment by which it counts never changes.
   */
  async byDay(query: CountsQuery, days: CalendarDay[], limit: number): Promise<DayCounts[] | undefined> {
    const counts: DayCounts[] = [];
    let left = limit;
    for (const day of days) {
      const ofDay = new Map<string, DayCounts>();
      for (const counted of COUNTED) {
        const { sql, params } = countDay(this.sql.dialect, counted, query, day, left + 1);
        const rows = await this.sql.all<CountRow>(sql, params);
        left -= rows.length;
        if (left < 0) return undefined;
        for (const row of rows) add(ofDay, day.day, counted, row);
      }
      counts.push(...[...ofDay.values()].sort(byTemplateAndScene));
      await nextTurn();
    }
    return counts;
  }
}

function add(counts: Map<string, DayCounts>, day: string, counted: Counted, row: CountRow): void {
  const scene = Number(row.scene);
  const key = `${scene} ${row.template_id}`;
  const found = counts.get(key) ?? { day, templateId: row.template_id, scene, ...zeros() };
  counts.set(key, found);
  const byStatus: Record<string, number> = found[counted];
  byStatus[row.status] += Number(row.n);
}

function byTemplateAndScene(a: DayCounts, b: DayCounts): number {
  if (a.templateId === b.templateId) return a.scene - b.scene;
  return a.templateId < b.templateId ? -1 : 1;
}

function zeros(): Pick<DayCounts, 'grants' | 'messages'> {
  const zero = <T extends string>(statuses: readonly T[]) =>
    Object.fromEntries(statuses.map((status) => [status, 0])) as Record<T, number>;
  return { grants: zero(GRANT_STATUSES), messages: zero(MESSAGE_STATUSES) };
}
