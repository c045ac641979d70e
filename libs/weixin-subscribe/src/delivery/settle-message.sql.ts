import type { SqlStep } from '../common/database/sql-executor.js';
import type { Settlement } from './settlement.js';

/** What the record of a message keeps of its end. */
export function settledColumns({ outcome, errcode, errmsg, rid, reason }: Settlement) {
  return {
    status: outcome,
    errcode: errcode ?? null,
    errmsg: storable(errmsg, 512),
    rid: storable(rid, 64),
    reason: storable(reason, 255),
  };
}

/** Ends a message that stands at `from`; it refuses when it does not. */
export function settleMessage(
  id: string,
  from: 'sending' | 'unknown',
  settlement: Settlement,
  now: number,
): SqlStep {
  const { status, errcode, errmsg, rid, reason } = settledColumns(settlement);
  return {
    name: 'settle message',
    sql: `UPDATE weixin_message SET status = ?, errcode = ?, errmsg = ?, rid = ?, reason = ?, settled_at = ?, leased_until = NULL
      WHERE id = ? AND status = '${from}'`,
    params: [status, errcode, errmsg, rid, reason, now, id],
    expect: 'one',
  };
}

/** Cut to what fits, and without what a database may refuse: PostgreSQL knows no character 0, and half a character is none. */
function storable(text: string | undefined, length: number): string | null {
  if (text === undefined) return null;
  return text
    .replaceAll('\0', '')
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '');
}
