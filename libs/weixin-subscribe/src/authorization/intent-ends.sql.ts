import { bulkDelete } from '../sql/bulk-delete.js';
import { bulkUpdate } from '../sql/bulk-update.js';
import { idsInStates } from '../sql/ids-in-states.js';
import type { SqlDialect, SqlStep } from '../sql/sql-executor.js';
import { stillAmong } from '../sql/still-in.js';
import type { IntentStatus } from './intent.types.js';

const TABLE = 'weixin_intent';

export const ENDED_STATUSES = [
  'confirmed',
  'cancelled',
  'expired',
] as const satisfies readonly IntentStatus[];

/** The open intents whose time has run out, the first of them first: a range of ix_weixin_intent_status. */
export function overdueIntents(limit: number): string {
  return `SELECT id FROM ${TABLE} WHERE status = 'pending' AND expires_at <= ? ORDER BY expires_at LIMIT ${limit}`;
}

/** Closes them. A confirm that is just being written is waited for, and stands. */
export function expireIntents(dialect: SqlDialect, ids: string[], now: number): SqlStep[] {
  const name = 'expire intents';
  if (dialect === 'sqlite')
    return ids.map((id) => ({
      name,
      sql: `UPDATE ${TABLE} SET status = 'expired' WHERE id = ? AND status = 'pending' AND expires_at <= ?`,
      params: [id, now],
    }));
  const also = { sql: 't.expires_at <= ?', params: [now] };
  const set = { status: 'expired' };
  return [bulkUpdate(dialect, { name, table: TABLE, key: 'id', keys: ids, from: 'pending', set, also })];
}

/** The intents that ended before a moment: ranges of ix_weixin_intent_status. */
export function endedIntents(limit: number): string {
  return idsInStates(
    { table: TABLE, states: ENDED_STATUSES, where: 'expires_at < ?', orderBy: 'expires_at' },
    limit,
  );
}

export function deleteEnded(dialect: SqlDialect, ids: string[], before: number): SqlStep[] {
  const where = { sql: `${stillAmong(ENDED_STATUSES, 't.status')} AND t.expires_at < ?`, params: [before] };
  return bulkDelete(dialect, { name: 'delete ended intents', table: TABLE, key: 'id', keys: ids, where });
}
