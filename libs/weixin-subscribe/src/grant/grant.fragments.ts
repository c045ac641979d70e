import type { SqlValue } from '../sql/sql-step.js';
import {
  type ClaimKey,
  claimable,
  claimableParams,
  LIVE,
  LOG,
  STATE_COLUMNS,
  sourceOf,
} from './grant.sql.js';

// Pieces of SQL about grants that other rooms put into statements of their own.

/** Who holds and uses grants, in the words of the room that owns that table; `m` is its row. */
export interface GrantUse {
  /** Joins the row that holds or has used a grant, one at most, to the row of the log `grant`. */
  held: (grant: string) => string;
  /** What that makes of the grant. */
  status: string;
  claimedBy: string;
  closedAt: string;
  proof: string;
  /** The condition that a grant is held by something in flight. */
  inFlight: (grant: string) => string;
  /** The condition that nobody knows yet what becomes of a grant. */
  open: (grant: string) => string;
}

/**
 * The grants with their states, to read from like a table of {@link STATE_COLUMNS}. A live one is available;
 * the others are what their message says; and where none does, as they ended.
 * @param log all of them, or a SELECT of the rows of the log
 */
export function grantStates(use?: GrantUse, log = LOG): string {
  const m = (expression: keyof Pick<GrantUse, 'status' | 'claimedBy' | 'closedAt' | 'proof'>) =>
    use ? use[expression] : 'NULL';
  const isLive = 'l.id IS NOT NULL';
  return `(SELECT g.id, g.app_id, g.openid, g.template_id, g.scene, g.channel, ${sourceOf('g.')} AS source, g.paired_source, g.rejected_at, g.subject, g.granted_at, g.expires_at,
      COALESCE(l.proof, ${m('proof')}, g.proof) AS proof,
      CASE WHEN ${isLive} THEN 'available' ELSE COALESCE(${m('status')}, g.ended_as, 'spent') END AS status,
      CASE WHEN ${isLive} THEN NULL ELSE ${m('claimedBy')} END AS claimed_by,
      CASE WHEN ${isLive} OR ${m('status')} = 'claimed' THEN NULL ELSE COALESCE(${m('closedAt')}, g.ended_at) END AS closed_at
    FROM ${log} g LEFT JOIN ${LIVE} l ON l.id = g.id ${use ? use.held('g') : ''}) AS facts`;
}

/** The rows of GrantRow, to read from. */
export function grantFacts(use: GrantUse) {
  return { from: grantStates(use), columns: STATE_COLUMNS } as const;
}

/** The grants that may be used now, to read from by their id: `proof`. */
export const LIVE_GRANTS = LIVE;

/** The log of what was given, to read from by the grant's id: `granted_at` and `proof`. */
export const GRANT_LOG = LOG;

/**
 * Finds a row where the person whom the expression `openid` names has a grant of the key that a message could
 * claim.
 */
export function claimableBy(openid: string, key: Pick<ClaimKey, 'scene'>): string {
  return `SELECT 1 FROM ${LIVE} g WHERE ${claimable(key, 'g.', openid)}`;
}

export function claimableByParams(key: Omit<ClaimKey, 'openid'>, now: number): SqlValue[] {
  const [appId, , ...others] = claimableParams({ ...key, openid: '' }, now);
  return [appId, ...others];
}

/**
 * Looks for a grant under a scene that a message could still be sent for. That it is live decides, not
 * `expires_at`: a confirm that was let in just before the end may not be written yet, and what ends a grant
 * waits for it.
 * @param here `app_id = ? AND template_id = ? AND scene = …`
 */
export function grantsUnderScene(here: string): string[] {
  return [`SELECT 1 FROM ${LIVE} WHERE ${here}`];
}
