import { recordableOrNull } from '../kernel/text.js';
import type { SqlStep, SqlValue } from '../sql/sql-step.js';
import { stillIn } from '../sql/still-in.js';
import {
  type Column,
  integer,
  json,
  moment,
  optional,
  type RecordOf,
  type RowOf,
  Table,
  text,
} from '../sql/table.js';
import type {
  CardEnd,
  CardFields,
  CardPayment,
  CardRecord,
  CardUpdateKind,
  CardUpdateRecord,
  CardUpdateStatus,
} from './card.types.js';

export const CARD_TABLE_NAME = 'weixin_card';
export const UPDATE_TABLE_NAME = 'weixin_card_update';

const CARDS = new Table(CARD_TABLE_NAME, {
  id: text(),
  app_id: text(),
  openid: text(),
  notify_type: integer(),
  notify_code: optional(text()),
  code_digest: optional(text()),
  payment: optional(payment()),
  state: optional(integer()),
  content_digest: optional(text()),
  version: integer(),
  update_id: optional(text()),
  created_at: moment(),
  activated_at: optional(moment()),
  expires_at: moment(),
  ended_at: optional(moment()),
  end_reason: optional(text<CardEnd, 'end'>('end')),
});
export type CardRow = RowOf<typeof CARDS>;

const UPDATES = new Table(UPDATE_TABLE_NAME, {
  id: text(),
  card_id: text(),
  seq: integer(),
  kind: text<CardUpdateKind>(),
  state: optional(integer()),
  content: optional(json<CardFields>()),
  content_digest: text(),
  status: text<CardUpdateStatus>(),
  attempts: integer(),
  errcode: optional(integer()),
  errmsg: optional(text()),
  rid: optional(text()),
  reason: optional(text()),
  fail_ret: optional(integer()),
  fail_msg: optional(text()),
  failed_at: optional(moment()),
  requested_by: optional(text()),
  accepted_at: moment(),
  due_at: optional(moment()),
  settled_at: optional(moment()),
});
export type CardUpdateRow = RowOf<typeof UPDATES>;

export const SELECT_CARDS = CARDS.select;
export const SELECT_UPDATES = UPDATES.select;

export const insertCard = (card: RecordOf<typeof CARDS>): SqlStep => ({
  name: 'write card',
  ...CARDS.insert([card]),
});

export const insertUpdate = (update: CardUpdateRecord): SqlStep => ({
  name: 'write update',
  ...UPDATES.insert([update]),
});

/** What an attempt to begin a card may put right of the one before. */
export type CardBeginning = Pick<CardRecord, 'payment' | 'expiresAt'>;

/**
 * Takes a card that nobody holds, as it was read: of two processes that read the same version one changes the
 * row and the other none. PostgreSQL asks the condition again of the newest version of a row that it waited
 * for, MariaDB reads what it locks, SQLite has one writer.
 */
export function claimStep(card: CardRecord, updateId: string, beginning?: CardBeginning): SqlStep {
  const payment = beginning ? ', payment = ?, expires_at = ?' : '';
  return {
    name: 'claim card',
    sql: `UPDATE ${CARD_TABLE_NAME} SET version = version + 1, update_id = ?${payment}
      WHERE id = ? AND version = ? AND update_id IS NULL AND ended_at IS NULL`,
    params: [
      updateId,
      ...(beginning ? [paymentColumn(beginning.payment), beginning.expiresAt.getTime()] : []),
      ...[card.id, card.version],
    ],
    expect: 'one',
  };
}

/** What an outcome changes of the card. */
export interface CardChange {
  /** What it shows from now on. */
  shows?: { state: number; contentDigest: string };
  /** The end of the time for updates, should this be its first state. */
  expiresAt?: number;
  end?: CardEnd;
}

/**
 * Gives the card back by the update that holds it. `expires_at` stands before `activated_at`: MariaDB assigns
 * from left to right, and the others read what was there before.
 */
export function releaseStep(cardId: string, updateId: string, change: CardChange, now: number): SqlStep {
  const { sets, params } = changeOf(change, now);
  return {
    name: 'release card',
    sql: `UPDATE ${CARD_TABLE_NAME} SET update_id = NULL${sets} WHERE id = ? AND update_id = ?`,
    params: [...params, cardId, updateId],
    expect: 'one',
  };
}

/** The same for an update that holds the card no more, as long as no other one has begun since. */
export function latecomerStep(cardId: string, seq: number, change: CardChange, now: number): SqlStep {
  const { sets, params } = changeOf(change, now);
  return {
    name: 'late change of card',
    sql: `UPDATE ${CARD_TABLE_NAME} SET version = version${sets} WHERE id = ? AND version = ? AND update_id IS NULL`,
    params: [...params, cardId, seq],
  };
}

function changeOf({ shows, expiresAt, end }: CardChange, now: number): { sets: string; params: SqlValue[] } {
  const sets: string[] = [];
  const params: SqlValue[] = [];
  if (shows) {
    sets.push('state = ?', 'content_digest = ?');
    params.push(shows.state, shows.contentDigest);
    sets.push('expires_at = CASE WHEN activated_at IS NULL THEN ? ELSE expires_at END');
    params.push(expiresAt ?? now);
    sets.push('activated_at = COALESCE(activated_at, ?)');
    params.push(now);
  }
  if (end) {
    sets.push('ended_at = COALESCE(ended_at, ?)', 'end_reason = COALESCE(end_reason, ?)');
    params.push(now, end);
  }
  return { sets: sets.map((set) => `, ${set}`).join(''), params };
}

export interface UpdateVerdict {
  errcode?: number;
  errmsg?: string;
  rid?: string;
  reason?: string;
}

/**
 * Where an attempt takes its update. Only while it is the latest attempt, so that a sender who comes too late
 * never ends what somebody else has begun since.
 */
export function moveStep(
  { id, attempts }: Pick<CardUpdateRecord, 'id' | 'attempts'>,
  from: CardUpdateStatus,
  to: { status: CardUpdateStatus; verdict: UpdateVerdict; dueAt?: number; settledAt?: number },
): SqlStep {
  const { errcode, errmsg, rid, reason } = to.verdict;
  return {
    name: 'move update',
    sql: `UPDATE ${UPDATE_TABLE_NAME} SET status = ?, errcode = ?, errmsg = ?, rid = ?, reason = ?, due_at = ?, settled_at = ?
      WHERE id = ? AND attempts = ? AND ${stillIn(from)}`,
    params: [
      to.status,
      errcode ?? null,
      recordableOrNull(errmsg, 512),
      recordableOrNull(rid, 64),
      recordableOrNull(reason, 255),
      to.dueAt ?? null,
      to.settledAt ?? null,
      id,
      attempts,
    ],
    expect: 'one',
  };
}

/**
 * Takes an update that is due: whoever takes it counts an attempt, so that of two who saw the same row one
 * changes it. Until `due_at` it is theirs.
 */
export const takeUpdate = (status: CardUpdateStatus) =>
  `UPDATE ${UPDATE_TABLE_NAME} SET status = 'sending', attempts = attempts + 1, due_at = ?
    WHERE id = ? AND attempts = ? AND ${stillIn(status)} AND due_at <= ?`;

/** What is due, the first of it first, after the one that the page before it ended with. */
export const dueUpdates = (limit: number) =>
  `${SELECT_UPDATES} WHERE due_at <= ? AND (due_at > ? OR (due_at = ? AND id > ?)) ORDER BY due_at, id LIMIT ${limit}`;

/**
 * Updates that hold a card and whose outcome nobody knows, or not yet: those that are due first, by the index
 * on what is due.
 */
export const openUpdates = (limit: number) =>
  `SELECT status, accepted_at FROM ${UPDATE_TABLE_NAME}
    WHERE due_at > 0 AND status IN ('unknown', 'sending') ORDER BY due_at, id LIMIT ${limit}`;

function payment(): Column<string, CardPayment> {
  return {
    name: '',
    read(stored) {
      const { paidAt, ...rest } = JSON.parse(stored) as Omit<CardPayment, 'paidAt'> & { paidAt: number };
      return { ...rest, paidAt: new Date(paidAt) };
    },
    write: ({ amountFen, paidAt, channel }) =>
      JSON.stringify({ amountFen, paidAt: paidAt.getTime(), channel }),
  };
}

export const paymentColumn = (of: CardPayment | undefined) => optional(payment()).write(of);

/** Without the digest of its code. */
export function toCard(row: CardRow): CardRecord {
  const { codeDigest: _, ...card } = CARDS.read(row);
  const active = card.state === undefined ? 'new' : 'active';
  return { ...card, status: card.endedAt ? 'ended' : active };
}

export const toUpdate = (row: CardUpdateRow): CardUpdateRecord => UPDATES.read(row);
