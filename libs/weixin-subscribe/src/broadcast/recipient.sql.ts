import { peopleHeldBy } from '../delivery/batches/message-batch.fragments.js';
import { claimableBy, claimableByParams } from '../grant/grant.fragments.js';
import type { BatchIds } from '../grant/grant-batch.repository.js';
import type { GrantScope } from '../grant/grant-rules.js';
import type { Dialect } from '../sql/dialect.js';
import type { SqlStep } from '../sql/sql-step.js';
import type { RecipientStatus } from './broadcast-recipient.entity.js';

const TABLE = 'weixin_broadcast_recipient';

/** A recipient as it is taken in. */
export interface NewRecipient {
  openid: string;
  status: Extract<RecipientStatus, 'pending' | 'invalid'>;
  fields: string | null;
  reason: string | null;
}

/** Adds recipients, each openid once: who is there already is left as they are, and affects no row. */
export function insertRecipients(dialect: Dialect, broadcastId: string, rows: NewRecipient[]): SqlStep {
  const values = rows.map(() => '(?, ?, ?, ?, ?)').join(', ');
  const columns = `(broadcast_id, openid, status, fields, reason) VALUES ${values}`;
  return {
    name: 'insert recipients',
    sql: `INSERT INTO ${TABLE} ${columns} ${dialect.orLeave(TABLE, ['broadcast_id', 'openid'])}`,
    params: rows.flatMap(({ openid, status, fields, reason }) => [
      broadcastId,
      openid,
      status,
      fields,
      reason,
    ]),
  };
}

/**
 * What follows a claim for some recipients, in its transaction: who got a message is `taken`; who has no
 * grant at all is `no-grant`, and counted; who has one that somebody else was just taking, or a message of
 * this broadcast already, stays as they are and has another turn.
 * @param kept the key under which the channel keeps the grants
 */
export function afterClaim(
  dialect: Dialect,
  { id, kept }: { id: string; kept: GrantScope },
  openids: string[],
  ids: BatchIds,
  now: number,
): SqlStep[] {
  const list = JSON.stringify(openids);
  const taken = { name: 'take recipients', params: [ids.batchId, id] };
  const none = `broadcast_id = ? AND status = 'pending' AND openid IN (${dialect.texts}) AND NOT EXISTS (${claimableBy(`${TABLE}.openid`, kept)})`;
  const noneParams = [id, list, ...claimableByParams(kept, now)];
  return [
    {
      ...taken,
      sql: dialect.updateFrom({
        table: TABLE,
        source: `${peopleHeldBy(dialect)} AS g`,
        set: { status: "'taken'", message_id: 'g.id' },
        where: 't.broadcast_id = ? AND t.openid = g.openid',
      }),
    },
    // Counted before they are marked: afterwards they could not be told from those of earlier batches.
    {
      name: 'count recipients without grant',
      sql: `UPDATE weixin_broadcast SET no_grant = no_grant + (SELECT COUNT(*) FROM ${TABLE} WHERE ${none}) WHERE id = ?`,
      params: [...noneParams, id],
    },
    {
      name: 'mark recipients without grant',
      sql: `UPDATE ${TABLE} SET status = 'no-grant' WHERE ${none}`,
      params: noneParams,
    },
  ];
}

/** Who was taken and has no message after all waits for another turn. */
export function backToPending(dialect: Dialect, broadcastId: string, openids: string[]): SqlStep[] {
  return dialect.updateRows({
    name: 'recipients wait again',
    table: TABLE,
    key: 'openid',
    keys: openids,
    from: 'taken',
    set: { status: 'pending', message_id: null },
    also: { sql: 't.broadcast_id = ?', params: [broadcastId] },
  });
}
