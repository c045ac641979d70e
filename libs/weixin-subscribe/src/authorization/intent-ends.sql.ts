import { BY_ID, type Dialect } from '../sql/dialect.js';
import { idsInStates } from '../sql/ids-in-states.js';
import type { SqlStep } from '../sql/sql-step.js';
import { stillAmong } from '../sql/still-in.js';
import type { IntentStatus } from './intent.types.js';

const TABLE = 'weixin_intent';
const ROWS = { table: TABLE, ...BY_ID };

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
export function expireIntents(dialect: Dialect, ids: string[], now: number): SqlStep[] {
  const name = 'expire intents';
  const also = { sql: 't.expires_at <= ?', params: [now] };
  const set = { status: 'expired' };
  return dialect.updateRows({ name, ...ROWS, keys: ids, from: 'pending', set, also });
}

/** The intents that ended before a moment: ranges of ix_weixin_intent_status. */
export function endedIntents(limit: number): string {
  return idsInStates(
    { table: TABLE, states: ENDED_STATUSES, where: 'expires_at < ?', orderBy: 'expires_at' },
    limit,
  );
}

export function deleteEnded(dialect: Dialect, ids: string[], before: number): SqlStep[] {
  const where = { sql: `${stillAmong(ENDED_STATUSES, 't.status')} AND t.expires_at < ?`, params: [before] };
  return dialect.deleteRows({ name: 'delete ended intents', ...ROWS, keys: ids, where });
}
