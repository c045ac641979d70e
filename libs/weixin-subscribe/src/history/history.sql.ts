import { INTENT_FACTS } from '../authorization/intent.fragments.js';
import { CARD_FACTS, CARD_UPDATE_FACTS } from '../card/card.fragments.js';
import { grantFacts, MESSAGE_FACTS, messageRows } from '../delivery/ledger/message.fragments.js';
import type { Grant } from '../grant/grant.types.js';
import type { Dialect } from '../sql/dialect.js';
import type { SqlValue } from '../sql/sql-step.js';

/** A condition on one of the tables. */
export interface Where {
  sql: string;
  params: SqlValue[];
}

/** Which rows a history is read from. */
export interface HistoryScope {
  intents?: Where;
  grants?: Where;
  messages?: Where;
  cards?: Where;
  cardUpdates?: Where;
}

/** A row and the moment of its event. */
export type EventRow<Row> = Row & { happened_at: string | number };

/** A kind of event: which rows have it, and which of their moments it is. */
export interface EventSelect {
  of: keyof HistoryScope;
  moment: string;
  /** Rows that have the event. @default all */
  having?: string;
}

const FACTS = { intents: INTENT_FACTS, cards: CARD_FACTS, cardUpdates: CARD_UPDATE_FACTS } as const;

/** Up to `limit` rows that have the event, newest first, after the bound. */
export function selectEvents(
  dialect: Dialect,
  { of, moment, having }: EventSelect,
  where: Where,
  bound: { at: number; id: string },
  limit: number,
): { sql: string; params: SqlValue[] } {
  const later = `(${moment} < ? OR (${moment} = ? AND id < ?))`;
  const conditions = [where.sql, having, later].filter((condition) => condition !== undefined);
  const select = (columns: string, from: string) =>
    `SELECT ${columns}, ${moment} AS happened_at FROM ${from} WHERE ${conditions.join(' AND ')}
      ORDER BY ${moment} DESC, id DESC LIMIT ?`;
  const params = [...where.params, bound.at, bound.at, bound.id, limit];
  if (of !== 'messages') {
    const { columns, from } = of === 'grants' ? grantFacts(dialect) : FACTS[of];
    return { sql: select(columns, from), params };
  }
  const rows = messageRows(dialect, (from) => select(MESSAGE_FACTS, from));
  return {
    sql: `${rows} ORDER BY happened_at DESC, id DESC LIMIT ?`,
    params: [...params, ...params, limit],
  };
}

/** By the indexes on openid, of which an intent has two. A service card has no template. */
export function personScope(appId: string, openid: string, templateId?: string): HistoryScope {
  const template =
    templateId === undefined
      ? { sql: '', params: [] }
      : { sql: ' AND template_id = ?', params: [templateId] };
  const rows = {
    sql: `app_id = ? AND openid = ?${template.sql}`,
    params: [appId, openid, ...template.params],
  };
  return {
    intents: {
      sql: `app_id = ? AND (openid = ? OR expected_openid = ?)${template.sql}`,
      params: [appId, openid, openid, ...template.params],
    },
    grants: rows,
    messages: rows,
    ...(templateId === undefined && { cards: rows, cardUpdates: rows }),
  };
}

export const cardScope = (cardId: string): HistoryScope => ({
  cards: byId(cardId),
  cardUpdates: { sql: 'card_id = ?', params: [cardId] },
});

export const byId = (id: string): Where => ({ sql: 'id = ?', params: [id] });

/**
 * The messages that took a grant, by the index on the person: the grant's own column names the last one only.
 */
export function messagesOfGrant({ id, appId, openid }: Pick<Grant, 'id' | 'appId' | 'openid'>): Where {
  return { sql: 'app_id = ? AND openid = ? AND grant_id = ?', params: [appId, openid, id] };
}
