import { CARD_TABLE_NAME, type CardRow, type CardUpdateRow, UPDATE_TABLE_NAME } from './card.sql.js';

// Pieces of SQL about cards that other rooms put into statements of their own.

const CARD_COLUMNS = ['id', 'app_id', 'openid', 'notify_type', 'state', 'end_reason'] as const;
const UPDATE_COLUMNS = [
  ...['id', 'card_id', 'kind', 'state', 'status', 'errcode', 'errmsg', 'rid', 'reason'],
  ...['fail_ret', 'fail_msg', 'failed_at', 'requested_by', 'accepted_at', 'settled_at'],
] as const;
const OF_CARD = ['app_id', 'openid', 'notify_type'] as const;

export type CardFactRow = Pick<CardRow, (typeof CARD_COLUMNS)[number]>;
export type CardUpdateFactRow = Omit<
  CardUpdateRow,
  'seq' | 'content' | 'content_digest' | 'attempts' | 'due_at'
> &
  Pick<CardRow, (typeof OF_CARD)[number]>;

/** The rows of CardFactRow, to read from. */
export const CARD_FACTS = { from: CARD_TABLE_NAME, columns: CARD_COLUMNS.join(', ') } as const;

/** The rows of CardUpdateFactRow: updates with whose they are. */
export const CARD_UPDATE_FACTS = {
  from: `(SELECT ${[...UPDATE_COLUMNS.map((name) => `u.${name}`), ...OF_CARD.map((name) => `c.${name}`)].join(', ')}
    FROM ${UPDATE_TABLE_NAME} u JOIN ${CARD_TABLE_NAME} c ON c.id = u.card_id) updates`,
  columns: [...UPDATE_COLUMNS, ...OF_CARD].join(', '),
} as const;
