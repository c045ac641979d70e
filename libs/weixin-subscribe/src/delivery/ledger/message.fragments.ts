import { type GrantUse, grantFacts } from '../../grant/grant.fragments.js';

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

/**
 * What messages make of grants. One that failed has given its grant back, or ended it at the same moment;
 * what waits has none.
 */
export const MESSAGES_USE: GrantUse = {
  held: (grant) =>
    `LEFT JOIN weixin_message m ON m.grant_id = ${grant}.id AND (m.status IN ('sending', 'sent', 'refused', 'unknown')
      OR (m.status = 'failed' AND m.settled_at = ${grant}.ended_at AND ${grant}.ended_as IN ('spent', 'void')))`,
  status:
    "CASE m.status WHEN 'sending' THEN 'claimed' WHEN 'sent' THEN 'spent' WHEN 'refused' THEN 'void' WHEN 'unknown' THEN 'unknown' END",
  claimedBy: 'm.id',
  closedAt: 'm.settled_at',
  proof: 'm.proof',
  inFlight: (grant) =>
    `EXISTS (SELECT 1 FROM weixin_message m WHERE m.grant_id = ${grant} AND m.status = 'sending')`,
  open: (grant) =>
    `EXISTS (SELECT 1 FROM weixin_message m WHERE m.grant_id = ${grant} AND m.status IN ('sending', 'unknown'))`,
};

/** The rows of GrantRow, to read from. */
export const GRANT_FACTS = grantFacts(MESSAGES_USE);

/**
 * Looks for a message under a scene that is being sent, or may have been sent; each at one row of an index.
 * SQLite finds a partial index only by its predicate, word for word; MariaDB needs one status in each.
 * @param here `app_id = ? AND template_id = ? AND scene = …`
 */
export function messagesUnderScene(here: string): string[] {
  const held = "grant_id IS NOT NULL AND status IN ('sending', 'unknown')";
  return ['sending', 'unknown'].map(
    (status) => `SELECT 1 FROM weixin_message WHERE ${here} AND ${held} AND status = '${status}'`,
  );
}

/** The messages `g` of one batch. Parameters of `where`: the first and the last of their ids. */
export const MESSAGES_OF_BATCH = { from: 'weixin_message g', where: 'g.id BETWEEN ? AND ?' } as const;
