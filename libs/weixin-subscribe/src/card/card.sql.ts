import { recordableOrNull } from '../kernel/text.js';
import { toDate } from '../sql/epoch-column.js';
import type { SqlStep, SqlValue } from '../sql/sql-step.js';
import { stillIn } from '../sql/still-in.js';
import type {
  CardEnd,
  CardPayment,
  CardRecord,
  CardUpdateKind,
  CardUpdateRecord,
  CardUpdateStatus,
} from './card.types.js';

export const CARD_TABLE_NAME = 'weixin_card';
export const UPDATE_TABLE_NAME = 'weixin_card_update';

export interface CardRow {
  id: string;
  app_id: string;
  openid: string;
  notify_type: number;
  notify_code: string | null;
  code_digest: string | null;
  payment: string | null;
  state: number | null;
  content_digest: string | null;
  version: number;
  update_id: string | null;
  created_at: string | number;
  activated_at: string | number | null;
  expires_at: string | number;
  ended_at: string | number | null;
  end_reason: string | null;
}

export interface CardUpdateRow {
  id: string;
  card_id: string;
  seq: number;
  kind: string;
  state: number | null;
  content: string | null;
  content_digest: string;
  status: string;
  attempts: number;
  errcode: number | null;
  errmsg: string | null;
  rid: string | null;
  reason: string | null;
  fail_ret: number | null;
  fail_msg: string | null;
  failed_at: string | number | null;
  requested_by: string | null;
  accepted_at: string | number;
  due_at: string | number | null;
  settled_at: string | number | null;
}

const CARD_COLUMNS = [
  ...['id', 'app_id', 'openid', 'notify_type', 'notify_code', 'code_digest', 'payment', 'state'],
  ...['content_digest', 'version', 'update_id', 'created_at', 'activated_at', 'expires_at', 'ended_at'],
  'end_reason',
] as const satisfies readonly (keyof CardRow)[];

const UPDATE_COLUMNS = [
  ...['id', 'card_id', 'seq', 'kind', 'state', 'content', 'content_digest', 'status', 'attempts', 'errcode'],
  ...['errmsg', 'rid', 'reason', 'fail_ret', 'fail_msg', 'failed_at', 'requested_by', 'accepted_at'],
  ...['due_at', 'settled_at'],
] as const satisfies readonly (keyof CardUpdateRow)[];

export const SELECT_CARDS = `SELECT ${CARD_COLUMNS.join(', ')} FROM ${CARD_TABLE_NAME}`;
export const SELECT_UPDATES = `SELECT ${UPDATE_COLUMNS.join(', ')} FROM ${UPDATE_TABLE_NAME}`;

const insert = <Row extends object>(table: string, columns: readonly (keyof Row & string)[], row: Row) => ({
  sql: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  params: columns.map((column) => row[column] as SqlValue),
});

export const insertCard = (row: CardRow): SqlStep => ({
  name: 'write card',
  ...insert(CARD_TABLE_NAME, CARD_COLUMNS, row),
});

export const insertUpdate = (row: CardUpdateRow): SqlStep => ({
  name: 'write update',
  ...insert(UPDATE_TABLE_NAME, UPDATE_COLUMNS, row),
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

const writtenPayment = ({ amountFen, paidAt, channel }: CardPayment) =>
  JSON.stringify({ amountFen, paidAt: paidAt.getTime(), channel });

export const paymentColumn = (payment: CardPayment | undefined) => (payment ? writtenPayment(payment) : null);

function readPayment(text: string): CardPayment {
  const { amountFen, paidAt, channel } = JSON.parse(text) as Omit<CardPayment, 'paidAt'> & { paidAt: number };
  return { amountFen, paidAt: new Date(paidAt), ...(channel !== undefined && { channel }) };
}

export function toCard(row: CardRow): CardRecord {
  const endedAt = toDate(row.ended_at);
  return {
    id: row.id,
    appId: row.app_id,
    openid: row.openid,
    notifyType: Number(row.notify_type),
    notifyCode: row.notify_code ?? undefined,
    payment: row.payment === null ? undefined : readPayment(row.payment),
    status: endedAt ? 'ended' : row.state === null ? 'new' : 'active',
    state: row.state === null ? undefined : Number(row.state),
    contentDigest: row.content_digest ?? undefined,
    version: Number(row.version),
    updateId: row.update_id ?? undefined,
    createdAt: toDate(row.created_at),
    activatedAt: toDate(row.activated_at),
    expiresAt: toDate(row.expires_at),
    endedAt,
    end: (row.end_reason as CardEnd | null) ?? undefined,
  };
}

export function toUpdate(row: CardUpdateRow): CardUpdateRecord {
  return {
    id: row.id,
    cardId: row.card_id,
    seq: Number(row.seq),
    kind: row.kind as CardUpdateKind,
    state: row.state === null ? undefined : Number(row.state),
    content: row.content === null ? undefined : JSON.parse(row.content),
    contentDigest: row.content_digest,
    status: row.status as CardUpdateStatus,
    attempts: Number(row.attempts),
    errcode: row.errcode ?? undefined,
    errmsg: row.errmsg ?? undefined,
    rid: row.rid ?? undefined,
    reason: row.reason ?? undefined,
    failRet: row.fail_ret === null ? undefined : Number(row.fail_ret),
    failMsg: row.fail_msg ?? undefined,
    failedAt: toDate(row.failed_at),
    requestedBy: row.requested_by ?? undefined,
    acceptedAt: toDate(row.accepted_at),
    dueAt: toDate(row.due_at),
    settledAt: toDate(row.settled_at),
  };
}
