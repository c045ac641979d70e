import type { SqlValue } from '../sql/sql-executor.js';
import { type ClaimKey, COLUMNS, claimable, claimableParams } from './grant.sql.js';

// Pieces of SQL about grants that other rooms put into statements of their own.

/** The rows of GrantRow, to read from. */
export const GRANT_FACTS = { from: 'weixin_grant', columns: `${COLUMNS}, paired_source` } as const;

/** The grant that a message holds or has used. Parameter: the message's id. */
export const GRANT_OF_MESSAGE = 'weixin_grant WHERE claimed_by = ?';

/**
 * The grants `g` that the messages of one batch hold or have used. Parameters of `where`: the first and the
 * last of their ids.
 */
export const GRANTS_OF_BATCH = {
  from: 'weixin_grant g',
  where: 'g.claimed_by BETWEEN ? AND ?',
} as const;

/**
 * Finds a row where the person whom the expression `openid` names has a grant of the key that a message could
 * claim.
 */
export function claimableBy(openid: string, key: Pick<ClaimKey, 'scene'>): string {
  return `SELECT 1 FROM weixin_grant g WHERE ${claimable(key, 'g.', openid)}`;
}

export function claimableByParams(key: Omit<ClaimKey, 'openid'>, now: number): SqlValue[] {
  const [appId, , ...others] = claimableParams({ ...key, openid: '' }, now);
  return [appId, ...others];
}

/**
 * Looks for a grant under a scene that a message could still be sent for, is being sent for, or may have been
 * sent for; each at one row of an index. The states alone decide, not `expires_at`: a confirm that was let in
 * just before the end may not be written yet, and what turns a row to `expired` waits for it.
 *
 * MariaDB needs one status in each; SQLite finds a partial index only by its predicate, word for word.
 * @param here `app_id = ? AND template_id = ? AND scene = …`
 */
export function grantsUnderScene(here: string): string[] {
  const held = "status IN ('claimed', 'unknown')";
  return [
    `SELECT 1 FROM weixin_grant WHERE ${here} AND status = 'available'`,
    `SELECT 1 FROM weixin_grant WHERE ${here} AND ${held} AND status = 'claimed'`,
    `SELECT 1 FROM weixin_grant WHERE ${here} AND ${held} AND status = 'unknown'`,
  ];
}
