import type { SqlValue } from '../sql/sql-executor.js';

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
}

export interface IntentEventRow {
  id: string;
  app_id: string;
  template_id: string;
  scene: number;
  status: string;
  subject: string | null;
  openid: string | null;
  happened_at: string | number;
}

export interface GrantEventRow {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  status: string;
  source: string;
  subject: string | null;
  happened_at: string | number;
}

export interface MessageEventRow {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  status: string;
  requested_by: string | null;
  grant_id: string | null;
  errcode: number | null;
  errmsg: string | null;
  rid: string | null;
  reason: string | null;
  with_miniprogram: number | string;
  happened_at: string | number;
}

export const INTENT_COLUMNS = 'id, app_id, template_id, scene, status, subject, openid';
export const GRANT_COLUMNS = 'id, app_id, openid, template_id, scene, channel, status, source, subject';
// The block is a member of the text's JSON; inside a string its quotes would be escaped.
export const MESSAGE_COLUMNS = `id, app_id, openid, template_id, scene, channel, status, requested_by, grant_id, errcode, errmsg, rid, reason,
  CASE WHEN content LIKE '%"miniprogram":{%' THEN 1 ELSE 0 END AS with_miniprogram`;

/** A kind of event: which rows have it, and which of their moments it is. */
export interface EventSelect {
  table: keyof HistoryScope;
  columns: string;
  moment: string;
  /** Rows that have the event. @default all */
  having?: string;
}

const TABLES = { intents: 'weixin_intent', grants: 'weixin_grant', messages: 'weixin_message' } as const;

/** Up to `limit` rows that have the event, newest first, after the bound. */
export function selectEvents(
  { table, columns, moment, having }: EventSelect,
  where: Where,
  bound: { at: number; id: string },
  limit: number,
): { sql: string; params: SqlValue[] } {
  const later = `(${moment} < ? OR (${moment} = ? AND id < ?))`;
  const conditions = [where.sql, having, later].filter((condition) => condition !== undefined);
  return {
    sql: `SELECT ${columns}, ${moment} AS happened_at FROM ${TABLES[table]} WHERE ${conditions.join(' AND ')}
      ORDER BY ${moment} DESC, id DESC LIMIT ?`,
    params: [...where.params, bound.at, bound.at, bound.id, limit],
  };
}

/** By the indexes on openid, of which a question has two. */
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
  };
}

export const byId = (id: string): Where => ({ sql: 'id = ?', params: [id] });

/** The messages that took a grant, by the index on the person: the grant's own column names the last one only. */
export function messagesOfGrant({
  id,
  app_id,
  openid,
}: Pick<GrantEventRow, 'id' | 'app_id' | 'openid'>): Where {
  return { sql: 'app_id = ? AND openid = ? AND grant_id = ?', params: [app_id, openid, id] };
}
