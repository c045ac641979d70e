import { grantFacts, messageRows } from '../delivery/ledger/message.fragments.js';
import { firstIdAt } from '../kernel/random-source.js';
import type { Dialect } from '../sql/dialect.js';
import { IN_ID_RANGE } from '../sql/id-range.js';
import type { SqlValue } from '../sql/sql-step.js';
import type { CalendarDay } from './calendar.js';
import type { CountsQuery } from './counts.types.js';

export interface CountRow {
  template_id: string;
  scene: number;
  status: string;
  n: string | number;
}

export type Counted = 'grants' | 'messages';

/** Counts what began on a day, by template, scene and status. A count may be told in two rows. */
export function countDay(
  dialect: Dialect,
  counted: Counted,
  { appId, templateId, scene }: CountsQuery,
  { from, to }: CalendarDay,
  limit: number,
): { sql: string; params: SqlValue[] } {
  const narrower = [
    ...(templateId === undefined ? [] : [{ sql: ' AND template_id = ?', param: templateId }]),
    ...(scene === undefined ? [] : [{ sql: ' AND scene = ?', param: scene }]),
  ];
  const select = (from: string) => `SELECT template_id, scene, status, COUNT(*) AS n FROM ${from}
      WHERE ${IN_ID_RANGE}${narrower.map(({ sql }) => sql).join('')} GROUP BY template_id, scene, status LIMIT ?`;
  const params = [firstIdAt(from), firstIdAt(to), appId, ...narrower.map(({ param }) => param), limit];
  return counted === 'grants'
    ? { sql: select(grantFacts(dialect).from), params }
    : { sql: messageRows(dialect, select), params: [...params, ...params] };
}
