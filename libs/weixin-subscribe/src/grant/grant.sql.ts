import type { SqlDialect, SqlStep, SqlValue } from '../sql/sql-executor.js';
import { stillIn } from '../sql/still-in.js';
import type { GrantProof, SettledGrantStatus } from './grant.types.js';

export const COLUMNS =
  'id, app_id, openid, template_id, scene, channel, status, source, subject, proof, granted_at, expires_at, claimed_by, closed_at';

export const SELECT_GRANTS = `SELECT ${COLUMNS}, paired_source FROM weixin_grant`;

/**
 * What becomes of the live grant of a key when a newer confirm takes its place at `at`: one that is available
 * is closed; one that a message holds stays with it, and is marked, so that it can not be given back or
 * posted for again.
 *
 * `claimed_by` says whether it is held, not the status, which changes here: MariaDB and MySQL assign in an
 * order of their own.
 * @param liveKey what it has for a live key until {@link forgetRenewed}
 */
export function setRenewed(at: string, liveKey = 'NULL'): string {
  return `live_key = ${liveKey}, renewed_at = ${at}, closed_at = CASE WHEN claimed_by IS NULL THEN ${at} ELSE closed_at END,
      status = CASE WHEN claimed_by IS NULL THEN 'renewed' ELSE status END`;
}

/**
 * A newer confirm takes the place of the live grant of its key. Zero rows is fine: there was none.
 *
 * Safe against races, whatever the clocks say: a grant keeps its live key from its confirm to its end, so
 * this finds it also while it is claimed, released or claimed again. Whichever statement comes second waits
 * for the row and sees what the first has made of it (PostgreSQL re-checks the condition and computes the
 * assignments on the newest version; MariaDB reads it; SQLite has one writer at a time). And no grant slips
 * in between this and the insert of the newer one: its live key would be in the way of that, in the unique
 * index.
 *
 * Until the newer one is there, the closed one has its id for a live key, so that its proof is found by it.
 */
function closeRenewed(liveKey: string, { id, granted_at }: GrantRow): SqlStep {
  return {
    name: 'close renewed',
    sql: `UPDATE weixin_grant SET ${setRenewed('?', '?')} WHERE live_key = ?`,
    params: [id, granted_at, granted_at, liveKey],
  };
}

/** After the insert: a grant that was renewed has no live key. */
function forgetRenewed({ id }: GrantRow): SqlStep {
  return {
    name: 'forget renewed',
    sql: 'UPDATE weixin_grant SET live_key = NULL WHERE live_key = ?',
    params: [id],
  };
}

/**
 * The better of two proofs, of which the second may be null. It is that of a live grant that a newer confirm
 * replaces: whoever can write any openid into a browser must not be able to lower what is known of a person.
 * Of one that a message holds nothing is kept, since its message may use up what was proven; should it be
 * given back, {@link keepProof} is due.
 */
export function betterProof(own: string, renewed: string): string {
  return `CASE WHEN 'signed' IN (${own}, ${renewed}) THEN 'signed' WHEN 'bound' IN (${own}, ${renewed}) THEN 'bound' ELSE 'unproven' END`;
}

export interface GrantRow {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  status: string;
  source: string;
  subject: string | null;
  proof: string;
  granted_at: string | number;
  expires_at: string | number | null;
  claimed_by: string | null;
  closed_at: string | number | null;
  /** Only of one that is read. */
  paired_source?: string | null;
}

/** With the better proof of its own and that of the grant whose place it takes, if it takes one's. */
function insertGrant(row: GrantRow, liveKey: string | null): SqlStep {
  const proof = liveKey === null ? '?' : betterProof('?', 'renewed.proof');
  const values = COLUMNS.split(', ').map((name) => (name === 'proof' ? proof : '?'));
  const from =
    liveKey === null
      ? ''
      : 'FROM (SELECT (SELECT proof FROM weixin_grant WHERE live_key = ? AND claimed_by IS NULL) AS proof) AS renewed';
  return {
    name: 'insert grant',
    sql: `INSERT INTO weixin_grant (${COLUMNS}, live_key) SELECT ${values.join(', ')}, ? ${from}`,
    params: [
      row.id,
      row.app_id,
      row.openid,
      row.template_id,
      row.scene,
      row.channel,
      row.status,
      row.source,
      row.subject,
      ...(liveKey === null ? [row.proof] : [row.proof, row.proof]),
      row.granted_at,
      row.expires_at,
      row.claimed_by,
      row.closed_at,
      liveKey,
      ...(liveKey === null ? [] : [row.id]),
    ],
  };
}

/** A grant that is not written yet. */
export interface GrantDraft {
  row: GrantRow;
  /** null under the rule `count` */
  liveKey: string | null;
}

/** Writes it down; under the rule `set` in the place of the live one. */
export function recordSteps({ row, liveKey }: GrantDraft): SqlStep[] {
  const insert = insertGrant(row, liveKey);
  return liveKey === null ? [insert] : [closeRenewed(liveKey, row), insert, forgetRenewed(row)];
}

export interface ClaimKey {
  appId: string;
  openid: string;
  templateId: string;
  /** Without it all scenes. */
  scene?: number;
  channel: string;
}

/** @param of what comes before a column's name, e.g. `g.` */
export function claimable({ scene }: Pick<ClaimKey, 'scene'>, of = '', openid = '?'): string {
  return `${of}app_id = ? AND ${of}openid = ${openid} AND ${of}template_id = ? ${scene === undefined ? '' : `AND ${of}scene = ?`}
    AND ${of}channel = ? AND ${of}status = 'available' AND (${of}expires_at IS NULL OR ${of}expires_at > ?)`;
}

export function claimableParams(
  { appId, openid, templateId, scene, channel }: ClaimKey,
  now: number,
): SqlValue[] {
  return [appId, openid, templateId, ...(scene === undefined ? [] : [scene]), channel, now];
}

export function countClaimable(key: Pick<ClaimKey, 'scene'>): string {
  return `SELECT COUNT(*) AS available FROM weixin_grant WHERE ${claimable(key)}`;
}

/**
 * Takes the oldest available grant of a key, of those with a proven openid first. `status = 'available'`
 * stays a literal, or PostgreSQL's generic plan misses the partial index.
 *
 * Safe against races: PostgreSQL locks the chosen row and re-checks the outer condition on its newest
 * version; MariaDB evaluates and locks in one statement; SQLite has one writer at a time. A loser affects no
 * row.
 */
export function claimOldest(dialect: SqlDialect, key: ClaimKey, messageId: string, now: number): SqlStep {
  const set = "UPDATE weixin_grant SET status = 'claimed', claimed_by = ?";
  const where = claimable(key);
  const oldest = 'ORDER BY proof, granted_at, id LIMIT 1';
  const lock = dialect === 'postgres' ? 'FOR UPDATE' : '';
  const sql =
    dialect === 'mysql'
      ? `${set} WHERE ${where} ${oldest}`
      : `${set} WHERE id = (SELECT id FROM weixin_grant WHERE ${where} ${oldest} ${lock}) AND status = 'available'`;
  return { name: 'claim grant', sql, params: [messageId, ...claimableParams(key, now)], expect: 'one' };
}

/**
 * Moves the grant that `messageId` holds in state `from`. The claim's owner is part of the condition, so
 * nobody settles another's grant. One that is unknown may come back, so it keeps its live key.
 */
export function settleClaim(
  messageId: string,
  from: 'claimed' | 'unknown',
  to: Exclude<SettledGrantStatus, 'available'>,
  now: number,
): SqlStep {
  return {
    name: 'settle grant',
    sql: `UPDATE weixin_grant SET status = ?, closed_at = ?${to === 'unknown' ? '' : ', live_key = NULL'} WHERE claimed_by = ? AND ${stillIn(from)}`,
    params: [to, now, messageId],
  };
}

/**
 * Gives the grant back, unless the person has confirmed the same key anew since (rule `set`): the two
 * confirms are one permission at WeChat, whatever became of the newer one, so then it affects no row and
 * {@link mergeClaim} is due. {@link closeRenewed} has marked the row itself: whoever comes second waits for
 * it.
 * @param liveKey null under the rule `count`, where each confirm counts
 */
export function releaseClaim(
  messageId: string,
  from: 'claimed' | 'unknown',
  liveKey: string | null,
): SqlStep {
  const release = `UPDATE weixin_grant SET status = 'available', live_key = ?, renewed_at = NULL, claimed_by = NULL, closed_at = NULL
      WHERE claimed_by = ? AND ${stillIn(from)}`;
  const params = [liveKey, messageId];
  return liveKey === null
    ? { name: 'release grant', sql: release, params }
    : { name: 'release grant', sql: `${release} AND renewed_at IS NULL`, params, expect: 'one' };
}

/**
 * The grant of a message whose outcome is unknown, for a second post of it; affects no row once the person
 * has confirmed the same key anew. It must be the live one for certain: of a grant that never had a live key
 * (the account's rule was `count` then) nobody knows.
 */
export function reclaim(messageId: string, liveKey: string): SqlStep {
  return {
    name: 'reclaim grant',
    sql: `UPDATE weixin_grant SET status = 'claimed', closed_at = NULL WHERE claimed_by = ? AND ${stillIn('unknown')} AND live_key = ?`,
    params: [messageId, liveKey],
    expect: 'one',
  };
}

/**
 * What the held grant's confirm has proven holds for the newer one that is merged with it. Zero rows is fine:
 * it was as good, or is in use.
 */
export function keepProof(liveKey: string, held: GrantProof): SqlStep {
  return {
    name: 'keep proof',
    sql: `UPDATE weixin_grant SET proof = ? WHERE live_key = ? AND ${stillIn('available')} AND proof = 'unproven'`,
    params: [held, liveKey],
  };
}

/**
 * The held grant and a newer one of the same key are one permission at WeChat: only the newer counts.
 * `letGo`: its message will claim again, so the grant no longer names it.
 */
export function mergeClaim(
  messageId: string,
  from: 'claimed' | 'unknown',
  now: number,
  letGo: boolean,
): SqlStep {
  const claimedBy = letGo ? ', claimed_by = NULL' : '';
  return {
    name: 'merge grant',
    sql: `UPDATE weixin_grant SET status = 'renewed', closed_at = ?${claimedBy} WHERE claimed_by = ? AND ${stillIn(from)}`,
    params: [now, messageId],
  };
}
