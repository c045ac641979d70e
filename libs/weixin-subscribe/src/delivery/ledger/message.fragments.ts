// Pieces of SQL about messages that other rooms put into statements of their own.

/** A message without its text. */
export interface MessageFactRow {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  status: string;
  idempotency_key: string | null;
  requested_by: string | null;
  grant_id: string | null;
  errcode: number | null;
  errmsg: string | null;
  rid: string | null;
  reason: string | null;
  accepted_at: string | number;
  settled_at: string | number | null;
  with_miniprogram: number | string;
}

/** The rows of MessageFactRow, to read from. */
export const MESSAGE_FACTS = {
  from: 'weixin_message',
  // The block is a member of the text's JSON; inside a string its quotes would be escaped.
  columns: `id, app_id, openid, template_id, scene, channel, status, idempotency_key, requested_by, grant_id, errcode, errmsg, rid, reason,
  accepted_at, settled_at, CASE WHEN content LIKE '%"miniprogram":{%' THEN 1 ELSE 0 END AS with_miniprogram`,
} as const;
