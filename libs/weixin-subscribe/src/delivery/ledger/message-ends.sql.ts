import { BY_ID, type Dialect } from '../../sql/dialect.js';
import { idsInStates } from '../../sql/ids-in-states.js';
import type { SqlStep } from '../../sql/sql-step.js';
import { stillAmong } from '../../sql/still-in.js';
import type { MessageStatus } from './message.types.js';

const TABLE = 'weixin_message';

/** The states in which a message has ended for good. Of one that is `unknown` more may be learnt. */
export const ENDED_STATUSES = ['sent', 'refused', 'failed'] as const satisfies readonly MessageStatus[];

/** Word for word what ix_weixin_message_ended says. */
export const HAS_ENDED = `status IN (${ENDED_STATUSES.map((status) => `'${status}'`).join(', ')})`;

/**
 * The messages that ended before a moment: ranges of ix_weixin_message_ended, which holds no other on
 * PostgreSQL and SQLite.
 */
export function endedMessages(limit: number): string {
  return idsInStates(
    {
      table: TABLE,
      states: ENDED_STATUSES,
      where: `${HAS_ENDED} AND settled_at < ?`,
      orderBy: 'settled_at',
    },
    limit,
  );
}

export function deleteEnded(dialect: Dialect, ids: string[], before: number): SqlStep[] {
  const where = { sql: `${stillAmong(ENDED_STATUSES, 't.status')} AND t.settled_at < ?`, params: [before] };
  return dialect.deleteRows({ name: 'delete ended messages', table: TABLE, ...BY_ID, keys: ids, where });
}
