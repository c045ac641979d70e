import { BY_ID, type Dialect } from '../sql/dialect.js';
import type { SqlStep } from '../sql/sql-step.js';
import { integer, moment, optional, type RowOf, Table, text } from '../sql/table.js';
import type { PushEventRecord, PushEventStatus } from './push.types.js';

const TABLE = 'weixin_push_event';

const FACT_COLUMNS = {
  id: text(),
  app_id: text(),
  name: text(),
  openid: text(),
  status: text<PushEventStatus>(),
  attempts: integer(),
  reason: optional(text()),
  received_at: moment(),
  ended_at: optional(moment()),
};

/** Without what it says, which may be long. */
export const EVENT_FACTS = new Table(TABLE, FACT_COLUMNS);
export const EVENTS = new Table(TABLE, {
  ...FACT_COLUMNS,
  payload: optional(text()),
  handled_by: optional(text()),
  due_at: optional(moment()),
});
export type PushFactRow = RowOf<typeof EVENT_FACTS>;
export type PushEventRow = RowOf<typeof EVENTS>;

export const SELECT_EVENTS = EVENTS.select;

/** Of the last that came, by account. */
export function recentFailures(limit: number): string {
  return `SELECT app_id, COUNT(*) AS n, MIN(received_at) AS since FROM
    (SELECT app_id, status, received_at FROM ${TABLE} ORDER BY id DESC LIMIT ${limit}) AS recent
    WHERE status = 'failed' GROUP BY app_id`;
}

/**
 * Both unique indexes answer at once, whichever of several processes comes first: a row, or none. MariaDB
 * says which one it was by an error.
 */
export function insertEvent(dialect: Dialect): string {
  return `INSERT INTO ${TABLE} (id, app_id, identity, signature, name, openid, status, payload, attempts, received_at, due_at)
    VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, 0, ?, ?) ${dialect.orNone}`;
}

export const HAS_IDENTITY = `SELECT 1 FROM ${TABLE} WHERE app_id = ? AND identity = ?`;

/** The index of those that wait gives the order; what comes after a row is found by its place. */
export function dueEvents(limit: number, isFirst: boolean): string {
  const after = isFirst ? '' : 'AND due_at >= ? AND (due_at > ? OR id > ?)';
  return `${SELECT_EVENTS} WHERE due_at <= ? ${after} ORDER BY due_at, id LIMIT ${limit}`;
}

export function countDueEvents(limit: number): string {
  return `SELECT COUNT(*) AS n FROM (SELECT id FROM ${TABLE} WHERE due_at <= ? LIMIT ${limit}) AS counted`;
}

/** Nobody acts on a look that is out of date: whoever takes an event counts an attempt. */
const AS_SEEN = "id = ? AND status = 'pending' AND attempts = ?";

/** Taken until `due_at`, when others may think that whoever took it has died. */
export const TAKE_EVENT = `UPDATE ${TABLE} SET attempts = attempts + 1, due_at = ? WHERE ${AS_SEEN} AND due_at <= ?`;

export const END_DONE = `UPDATE ${TABLE} SET status = 'done', payload = NULL, handled_by = NULL, reason = NULL, due_at = NULL, ended_at = ?
  WHERE ${AS_SEEN}`;

export const END_FAILED = `UPDATE ${TABLE} SET status = 'failed', handled_by = ?, reason = ?, due_at = NULL, ended_at = ? WHERE ${AS_SEEN}`;

export const PUT_OFF = `UPDATE ${TABLE} SET handled_by = ?, reason = ?, due_at = ? WHERE ${AS_SEEN}`;

export const RETRY_FAILED = `UPDATE ${TABLE} SET status = 'pending', attempts = 0, due_at = ?, ended_at = NULL
  WHERE id = ? AND status = 'failed'`;

/**
 * Those that came before a moment and have ended, the first of them first: the primary key is the order in
 * which they came. What it passes over are events that wait for their listeners, of which none is tried for
 * longer than some days.
 */
export function endedEvents(limit: number): string {
  return `SELECT id FROM ${TABLE} WHERE id < ? AND status <> 'pending' ORDER BY id LIMIT ${limit}`;
}

export function deleteEnded(dialect: Dialect, ids: string[]): SqlStep[] {
  const where = { sql: `t.status <> 'pending'`, params: [] };
  return dialect.deleteRows({ name: 'delete ended events', table: TABLE, ...BY_ID, keys: ids, where });
}

export const DELETE_OF_PERSON = `DELETE FROM ${TABLE} WHERE app_id = ? AND openid = ?`;

/** Without what is in it, and what is done with it. */
export function toRecord(row: PushEventRow): PushEventRecord {
  const { payload: _, handledBy: __, dueAt: ___, ...record } = EVENTS.read(row);
  return record;
}
