import { type BulkUpdate, bulkUpdate } from '../common/database/bulk-update.js';
import type { SqlDialect, SqlStep } from '../common/database/sql-executor.js';
import type { BatchIds } from '../grant/grant-batch.repository.js';
import { settleStep } from './message.sql.js';
import type { SettledMessage } from './message.types.js';
import { saidColumns } from './said.js';
import type { Settlement } from './settlement.js';

/** What became of one message in flight. */
export interface MessageEnd {
  message: SettledMessage;
  settlement: Settlement;
}

/** Writes down one message for each grant that the messages of `ids` have just claimed, as a single send does. */
export function insertClaimed(
  ids: BatchIds,
  content: string,
  requestedBy: string | null,
  acceptedAt: number,
  leasedUntil: number,
): SqlStep {
  return {
    name: 'insert messages',
    // No digest of the content: it is there to compare repeated idempotency keys, and these messages have none.
    sql: `INSERT INTO weixin_message (id, app_id, openid, template_id, scene, channel, status, content, content_digest,
        requested_by, accepted_at, attempts, resends, leased_until, grant_id)
      SELECT claimed_by, app_id, openid, template_id, scene, channel, 'sending', ?, '', ?, ?, 1, 0, ?, id
        FROM weixin_grant WHERE claimed_by BETWEEN ? AND ?`,
    params: [content, requestedBy, acceptedAt, leasedUntil, ids.first, ids.last],
  };
}

/**
 * Ends messages in flight, each in its own way. Of those that were sent, nearly all on a good day, only the ids travel. A step refuses when one
 * of its messages is not in flight any more.
 */
export function settleMessages(dialect: SqlDialect, ends: MessageEnd[], now: number): SqlStep[] {
  if (dialect === 'sqlite')
    return ends.map(({ message, settlement }) => settleStep(message, 'sending', settlement, { now }));
  const sent = ends.filter(({ settlement }) => isPlain(settlement));
  const others = ends.filter(({ settlement }) => !isPlain(settlement));
  const settle = (of: MessageEnd[], values: Pick<BulkUpdate, 'set' | 'columns' | 'rows'>): SqlStep[] =>
    of.length === 0
      ? []
      : [
          bulkUpdate(dialect, {
            name: 'settle messages',
            table: 'weixin_message',
            key: 'id',
            keys: of.map(({ message }) => message.id),
            from: 'sending',
            expect: of.length,
            ...values,
          }),
        ];
  return [
    ...settle(sent, { set: { status: 'sent', errcode: 0, settled_at: now, leased_until: null } }),
    ...settle(others, {
      set: { settled_at: now, leased_until: null },
      columns: { status: 'text', errcode: 'int', errmsg: 'text', rid: 'text', reason: 'text' },
      rows: others.map(({ settlement }) => ({ status: settlement.outcome, ...saidColumns(settlement) })),
    }),
  ];
}

function isPlain({ outcome, errcode, errmsg, rid, reason }: Settlement): boolean {
  return outcome === 'sent' && errcode === 0 && [errmsg, rid, reason].every((text) => text === undefined);
}
