import type { SqlValue } from '../common/database/sql-executor.js';
import { firstIdAt } from '../common/random-source.js';
import type { Stretch } from './calendar.js';
import type { CountsQuery } from './counts.types.js';

const DAY_MS = 86_400_000;

export interface CountRow {
  /** Midnight of the local day, as if the local time were UTC. */
  local_day: string | number;
  template_id: string;
  scene: number;
  status: string;
  n: string | number;
}

export type Counted = 'grants' | 'messages';

const SOURCES = {
  grants: { table: 'weixin_grant', moment: 'granted_at' },
  messages: { table: 'weixin_message', moment: 'accepted_at' },
} as const;

/**
 * Counts what began within a stretch, by day, template, scene and status. The range is one of the primary key, whose ids are made of the
 * moment (see `firstIdAt`), so an index of its own would only cost every send: this reads each row of that time once, of all accounts.
 * Day by remainder, since the three databases divide whole numbers in different words.
 */
export function countByDay(
  counted: Counted,
  { appId, templateId, scene }: CountsQuery,
  { from, to, offsetMs }: Stretch,
  limit: number,
): { sql: string; params: SqlValue[] } {
  const { table, moment } = SOURCES[counted];
  const narrower = [
    ...(templateId === undefined ? [] : [{ sql: ' AND template_id = ?', param: templateId }]),
    ...(scene === undefined ? [] : [{ sql: ' AND scene = ?', param: scene }]),
  ];
  return {
    sql: `SELECT ${moment} + ? - (${moment} + ?) % ${DAY_MS} AS local_day, template_id, scene, status, COUNT(*) AS n FROM ${table}
      WHERE id >= ? AND id < ? AND app_id = ?${narrower.map(({ sql }) => sql).join('')} GROUP BY 1, 2, 3, 4 LIMIT ?`,
    params: [
      offsetMs,
      offsetMs,
      firstIdAt(from),
      firstIdAt(to),
      appId,
      ...narrower.map(({ param }) => param),
      limit,
    ],
  };
}
