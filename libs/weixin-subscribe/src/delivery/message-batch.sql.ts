import { bulkUpdate } from '../common/database/bulk-sql.js';
import type { SqlDialect, SqlStep } from '../common/database/sql-executor.js';
import type { BatchIds } from '../grant/grant-batch.repository.js';
import { settledColumns } from './settled-columns.js';
import type { Settlement } from './settlement.js';

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
        requested_by, accepted_at, leased_until, grant_id)
      SELECT claimed_by, app_id, openid, template_id, scene, channel, 'sending', ?, '', ?, ?, ?, id
        FROM weixin_grant WHERE claimed_by BETWEEN ? AND ?`,
    params: [content, requestedBy, acceptedAt, leasedUntil, ids.first, ids.last],
  };
}

/** Ends messages in flight, each in its own way; all of them or none. */
export function settleAll(
  dialect: SqlDialect,
  ends: { message: { id: string }; settlement: Settlement }[],
  now: number,
): SqlStep {
  return bulkUpdate(dialect, {
    name: 'settle messages',
    table: 'weixin_message',
    columns: {
      id: 'text',
      status: 'text',
      errcode: 'int',
      errmsg: 'text',
      rid: 'text',
      reason: 'text',
      settled_at: 'bigint',
    },
    rows: ends.map(({ message, settlement }) => ({ id: message.id, ...settledColumns(settlement, now) })),
    set: {
      status: 'v.status',
      errcode: 'v.errcode',
      errmsg: 'v.errmsg',
      rid: 'v.rid',
      reason: 'v.reason',
      settled_at: 'v.settled_at',
      leased_until: 'NULL',
    },
    on: 't.id = v.id',
    where: "t.status = 'sending'",
    expect: ends.length,
  });
}
