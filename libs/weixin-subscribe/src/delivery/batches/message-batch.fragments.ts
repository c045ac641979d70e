import { GRANT_PROOFS } from '../../grant/grant.types.js';
import type { Dialect } from '../../sql/dialect.js';

// Pieces of SQL about the batches of a broadcast that others put into statements of their own.

/** What a retention job deletes of the batches of a broadcast, by their `broadcast_id`. */
export const BATCH_KEYS = { table: 'weixin_message_batch', key: 'id', keyType: 'text' } as const;

/** How many messages have ended of the broadcast that the expression `id` names. */
export function messagesEnded(id: string): string {
  return `(SELECT COALESCE(SUM(b.sent + b.refused + b.failed + b.unknown), 0) FROM weixin_message_batch b WHERE b.broadcast_id = ${id})`;
}

/** The condition that the broadcast that the expression `id` names has no batch in flight. */
export function noBatchOpen(id: string): string {
  return `NOT EXISTS (SELECT 1 FROM weixin_message_batch b WHERE b.broadcast_id = ${id} AND b.leased_until IS NOT NULL)`;
}

/**
 * What a batch row keeps of each person in `held`. At most 127 bytes, with the blanks that MariaDB puts
 * between: 500 people fit its TEXT. `kept_id`: the grant of a long-term template, which the message does not
 * hold; its `grant_id` is null then.
 */
const HELD = {
  n: 'int',
  grant_id: 'id',
  openid: 'text',
  scene: 'int',
  proof: 'int',
  kept_id: 'id',
} as const;

/** The array of a grant `taken` that is the n-th of its batch. @param isKept the grant stays as it is */
export function heldValues(isKept: boolean): string {
  const proof = `CASE taken.proof ${GRANT_PROOFS.map((name, at) => `WHEN '${name}' THEN ${at}`).join(' ')} END`;
  return ['taken.n', isKept ? 'NULL' : 'taken.id', 'taken.openid', 'taken.scene', proof]
    .concat(isKept ? ['taken.id'] : [])
    .join(', ');
}

type HeldColumn = (name: keyof typeof HELD) => string;

const heldIn = (dialect: Dialect) => dialect.jsonRows('b.held', HELD, 'h');

/** What the id of a message is made of: that of its batch, and its number there. */
export const messageIdOf = (dialect: Dialect, batchId: string, n: string) =>
  dialect.asId(dialect.withHex(batchId, n));

/** Whom batches hold: a SELECT of columns made of {@link HELD}, up to a condition on the batches `b`. */
function selectHeld(dialect: Dialect, columns: (column: HeldColumn) => string) {
  const held = heldIn(dialect);
  return `SELECT ${columns(held.column)} FROM weixin_message_batch b CROSS JOIN ${held.from} WHERE`;
}

/** The grants that one batch holds: a SELECT of `id`. Parameter: its id. */
export function grantsHeldBy(dialect: Dialect): string {
  return `${selectHeld(dialect, (column) => `${column('grant_id')} AS id`)} b.id = ?`;
}

/**
 * Whom one batch holds, to read from like a table of `id`, which is the message's, and `openid`. Parameter:
 * its id.
 */
export function peopleHeldBy(dialect: Dialect): string {
  const columns = (column: HeldColumn) =>
    `${messageIdOf(dialect, 'b.id', column('n'))} AS id, ${column('openid')} AS openid`;
  return `(${selectHeld(dialect, columns)} b.id = ?)`;
}

/**
 * The openids that open batches of a broadcast hold. Parameter: its id, compared in a way that no index
 * knows: a broadcast has few open batches and may have thousands that are closed.
 */
export function openidsHeldFor(dialect: Dialect): string {
  return `${selectHeld(dialect, (column) => column('openid'))} b.leased_until IS NOT NULL AND COALESCE(b.broadcast_id, b.broadcast_id) = ?`;
}

/** How often open batches hold a person, whose message may have ended. Parameters: appId and openid. */
export function countHeld(dialect: Dialect): string {
  const { column } = heldIn(dialect);
  return `${selectHeld(dialect, () => 'COUNT(*) AS n')} b.leased_until IS NOT NULL AND b.app_id = ? AND ${column('openid')} = ?`;
}

/** What `held` says of each person, in no order. */
export type HeldValues = [
  n: number,
  grantId: string | null,
  openid: string,
  scene: number,
  /** Its place in GRANT_PROOFS. */
  proof: number,
  keptId?: string,
];

/**
 * Ends the INSERT of a batch: it returns `held`, and in `granted` when each of the grants `taken` was given,
 * by the number of its message. One row of JSON: five hundred rows of seven columns would cost the client
 * more than all else that it does for a claim.
 */
export function returningClaimed(dialect: Dialect): string {
  return `RETURNING held, (SELECT ${dialect.jsonMapOf('taken.n', 'taken.granted_at')} FROM taken) AS granted`;
}

/** The same row of a batch that is written. Parameters: its id, twice. */
export function selectClaimed(dialect: Dialect, log: string): string {
  const { from, column } = heldIn(dialect);
  return `SELECT (SELECT held FROM weixin_message_batch WHERE id = ?) AS held, ${dialect.jsonMapOf(column('n'), 'log.granted_at')} AS granted
    FROM weixin_message_batch b CROSS JOIN ${from} LEFT JOIN ${log} log ON log.id = COALESCE(${column('grant_id')}, ${column('kept_id')})
    WHERE b.id = ?`;
}

/** What is not known, by its type: PostgreSQL takes a bare NULL for a text. */
const NO_INT = 'NULLIF(0, 0)';
const NO_MOMENT = 'NULLIF(b.accepted_at, b.accepted_at)';

/**
 * The messages that open batches have in flight, to read from like `weixin_message`. They are few, whatever
 * the number of messages: at most 500 of each batch that somebody is sending.
 * @param only a condition on the batches `b`; its parameters come where this stands
 */
export function messagesInFlight(dialect: Dialect, only?: string): string {
  const columns = (column: HeldColumn) => {
    const id = messageIdOf(dialect, 'b.id', column('n'));
    return `${id} AS id, b.app_id, ${column('openid')} AS openid, b.template_id, ${column('scene')} AS scene, b.channel, 'sending' AS status,
      COALESCE((SELECT c.content FROM weixin_batch_content c WHERE c.id = ${id}), b.content) AS content, '' AS content_digest,
      NULL AS idempotency_key, b.requested_by, b.broadcast_id, ${column('grant_id')} AS grant_id, ${proofOf(column('proof'))} AS proof, ${NO_INT} AS errcode,
      NULL AS errmsg, NULL AS rid, NULL AS reason, NULL AS msgid, b.accepted_at, 1 AS attempts, 0 AS resends, ${NO_MOMENT} AS not_before,
      ${NO_MOMENT} AS deadline_at, ${NO_MOMENT} AS due_at, ${NO_MOMENT} AS settled_at, b.leased_until`;
  };
  const { column } = heldIn(dialect);
  return `(${selectHeld(dialect, columns)} b.leased_until IS NOT NULL${only === undefined ? '' : ` AND ${only}`} AND ${hasNoMessage(dialect, column('n'))})`;
}

/**
 * Finds the messages in flight that one person may have got. Parameters: appId, templateId, the moment by
 * which it was accepted, and openid.
 */
export function inFlightTo(dialect: Dialect): string {
  const only = 'b.app_id = ? AND b.template_id = ? AND b.accepted_at <= ?';
  return `SELECT 1 FROM ${messagesInFlight(dialect, only)} AS in_flight WHERE openid = ?`;
}

/** A SELECT of the grants in open batches: `id` of the message in flight, `grant_id` and `proof`. */
export function grantsInFlight(dialect: Dialect): string {
  const columns = (column: HeldColumn) =>
    `${messageIdOf(dialect, 'b.id', column('n'))} AS id, ${column('grant_id')} AS grant_id, ${proofOf(column('proof'))} AS proof`;
  const { column } = heldIn(dialect);
  return `${selectHeld(dialect, columns)} b.leased_until IS NOT NULL AND ${hasNoMessage(dialect, column('n'))}`;
}

const proofOf = (place: string) =>
  `CASE ${place} ${GRANT_PROOFS.map((name, at) => `WHEN ${at} THEN '${name}'`).join(' ')} END`;

/**
 * A scalar subquery: one look by the key for each, whatever the statistics say. Of NOT EXISTS a planner may
 * make a join that reads all messages.
 */
const hasNoMessage = (dialect: Dialect, n: string) =>
  `COALESCE((SELECT 1 FROM weixin_message ended WHERE ended.id = ${messageIdOf(dialect, 'b.id', n)}), 0) <> 1`;
