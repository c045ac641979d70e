import { GRANT_FACTS, MESSAGE_FACTS } from '../delivery/ledger/message.fragments.js';
import { firstIdAt } from '../kernel/random-source.js';
import { IN_ID_RANGE } from '../sql/id-range.js';
import type { SqlValue } from '../sql/sql-executor.js';
import type { CalendarDay } from './calendar.js';
import type { CountsQuery } from './counts.types.js';

export interface CountRow {
  template_id: string;
  scene: number;
  status: string;
  n: string | number;
}

export type Counted = 'grants' | 'messages';

const FACTS = { grants: GRANT_FACTS, messages: MESSAGE_FACTS } as const;

/** Counts what began on a day, by template, scene and status. */
export function countDay(
  counted: Counted,
  { appId, templateId, scene }: CountsQuery,
  { from, to }: CalendarDay,
  limit: number,
): { sql: string; params: SqlValue[] } {
  const narrower = [
    ...(templateId === undefined ? [] : [{ sql: ' AND template_id = ?', param: templateId }]),
    ...(scene === undefined ? [] : [{ sql: ' AND scene = ?', param: scene }]),
  ];
  return {
    sql: `SELECT template_id, scene, status, COUNT(*) AS n FROM ${FACTS[counted].from}
      WHERE ${IN_ID_RANGE}${narrower.map(({ sql }) => sql).join('')} GROUP BY template_id, scene, status LIMIT ?`,
    params: [firstIdAt(from), firstIdAt(to), appId, ...narrower.map(({ param }) => param), limit],
  };
}
