import type { GrantRef } from '../../grant/grant.sql.js';
import type { GrantKey } from '../../grant/grant.types.js';
import { recordable } from '../../kernel/text.js';
import { BY_ID, type Dialect } from '../../sql/dialect.js';
import type { SqlFragment, SqlStep, SqlValue } from '../../sql/sql-step.js';
import { stillIn } from '../../sql/still-in.js';
import { MESSAGE, SET_VERDICT, verdictParams } from '../ledger/message.sql.js';
import type { MessageRecord } from '../ledger/message.types.js';
import type { Settlement } from '../ledger/settlement.js';

/** The row of a message that waits: for a taken idempotency key none, or an error. */
export function insertWaiting(dialect: Dialect, message: MessageRecord): SqlFragment {
  const { sql, params } = MESSAGE.insert([message]);
  return { sql: `${sql} ${dialect.orNone}`, params };
}

/** How many messages of a key wait: each will want a grant of it. */
export function countPromised({ templateId }: Required<GrantKey>): string {
  // A grant for every template is promised to the messages of all.
  const template = templateId === '' ? '' : 'AND template_id = ?';
  return `SELECT COUNT(*) FROM weixin_message
    WHERE app_id = ? AND openid = ? ${template} AND scene = ? AND channel = ? AND status = 'waiting'`;
}

export function promisedParams({
  appId,
  openid,
  templateId,
  scene,
  channel,
}: Required<GrantKey>): SqlValue[] {
  return [appId, openid, ...(templateId === '' ? [] : [templateId]), scene, channel];
}

/**
 * The index gives the order; what comes after a row is found by its place, not by counting. The status is a
 * literal, or the index is missed.
 */
export function dueAfter(status: 'waiting' | 'unknown', limit: number, last?: MessageRecord): string {
  const after = last ? 'AND due_at >= ? AND (due_at > ? OR id > ?)' : '';
  return `WHERE status = '${status}' AND due_at <= ? ${after} ORDER BY due_at, id LIMIT ${limit}`;
}

export function dueParams(now: number, last?: MessageRecord): SqlValue[] {
  const at = last?.dueAt?.getTime() ?? 0;
  return last ? [now, at, at, last.id] : [now];
}

/**
 * Nobody acts on a look that is out of date: whoever takes a message, or puts it off, changes one of the two.
 */
const AS_SEEN = "id = ? AND status = 'waiting' AND attempts = ? AND due_at = ?";

function asSeen({ id, attempts, dueAt }: MessageRecord): SqlValue[] {
  return [id, attempts, dueAt?.getTime() ?? null];
}

/** Before its grant is claimed, so that every transaction takes the message first and its grant second. */
export function beginStep(message: MessageRecord, leasedUntil: number): SqlStep {
  return {
    name: 'begin message',
    sql: `UPDATE weixin_message SET status = 'sending', attempts = attempts + 1, leased_until = ?, due_at = NULL WHERE ${AS_SEEN}`,
    params: [leasedUntil, ...asSeen(message)],
    expect: 'one',
  };
}

/** Writes down the grant that a message is about to take. */
export function noteGrantSteps({ id }: MessageRecord, grant: GrantRef, live: string): SqlStep[] {
  return [
    {
      name: 'note grant',
      sql: `UPDATE weixin_message SET grant_id = ${grant.sql} WHERE id = ?`,
      params: [...grant.params, id],
      expect: 'one',
    },
    {
      name: 'note proof',
      sql: `UPDATE weixin_message SET proof = (SELECT proof FROM ${live} live WHERE live.id = weixin_message.grant_id) WHERE id = ?`,
      params: [id],
      expect: 'one',
    },
  ];
}

/** The same where the permission is long-term: it stays where it is, and the message holds none. */
export function noteProofStep({ id }: MessageRecord, proof: GrantRef): SqlStep {
  return {
    name: 'note proof',
    sql: `UPDATE weixin_message SET proof = (${proof.sql}) WHERE id = ? AND EXISTS (${proof.sql})`,
    params: [...proof.params, id, ...proof.params],
    expect: 'one',
  };
}

/** A message that waits has no grant. */
export function letGoStep({ id }: MessageRecord): SqlStep {
  return {
    name: 'let grant go',
    sql: 'UPDATE weixin_message SET grant_id = NULL, proof = NULL WHERE id = ?',
    params: [id],
  };
}

/**
 * Back from in flight, because WeChat surely delivered nothing and may do so later. Its grant is given back
 * beside it.
 */
export function putBackStep({ id, attempts }: MessageRecord, settlement: Settlement, dueAt: number): SqlStep {
  return {
    name: 'put message back',
    sql: `UPDATE weixin_message SET status = 'waiting', ${SET_VERDICT}, due_at = ?, leased_until = NULL
      WHERE id = ? AND ${stillIn('sending')} AND attempts = ?`,
    params: [...verdictParams(settlement), dueAt, id, attempts],
    expect: 'one',
  };
}

export const PUT_OFF = `UPDATE weixin_message SET due_at = ?, attempts = attempts + ?, reason = ? WHERE ${AS_SEEN}`;

export function putOffParams(
  message: MessageRecord,
  dueAt: number,
  reason: string,
  tried: boolean,
): SqlValue[] {
  return [dueAt, tried ? 1 : 0, recordable(reason, 255), ...asSeen(message)];
}

/**
 * Whether the pause is in force is asked of its row, and the row is locked: else the put-off could overtake
 * the end of the pause, and the message would miss being brought forward. (On MariaDB the statement runs by
 * itself.)
 */
export function putOffDuringPause(dialect: Dialect): string {
  return `${PUT_OFF} AND EXISTS (SELECT 1 FROM weixin_send_pause WHERE app_id = ? AND path = ? AND paused_until = ?
      AND ended_at IS NULL ${dialect.forShare})`;
}

/**
 * What waits for one moment, page by page in the order of the index, which MySQL has to be told: another
 * begins with the status as well, and there it would read all that wait for each page. Of whom is looked at
 * afterwards.
 */
export function waitingUntil(dialect: Dialect): string {
  return `SELECT id, app_id, template_id, channel, not_before FROM weixin_message ${dialect.byIndex('ix_weixin_message_due')}
    WHERE status = 'waiting' AND due_at = ? AND id > ? ORDER BY due_at, id LIMIT ?`;
}

/** Messages that wait for a moment are due now; those that do not wait for it any more are left alone. */
export function bringForwardSteps(dialect: Dialect, ids: string[], until: number, now: number): SqlStep[] {
  return dialect.updateRows({
    name: 'bring messages forward',
    table: 'weixin_message',
    ...BY_ID,
    keys: ids,
    from: 'waiting',
    set: { due_at: now },
    also: { sql: 't.due_at = ?', params: [until] },
  });
}

/** Keeps what WeChat said at the last attempt. */
export const END_WAITING = `UPDATE weixin_message SET status = 'failed', reason = ?, settled_at = ?, due_at = NULL WHERE ${AS_SEEN}`;

export function endParams(message: MessageRecord, reason: string, now: number): SqlValue[] {
  return [recordable(reason, 255), now, ...asSeen(message)];
}
