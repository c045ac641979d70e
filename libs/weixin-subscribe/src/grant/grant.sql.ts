import type { SqlDialect, SqlStep, SqlValue } from '../common/database/sql-executor.js';
import { stillIn } from '../common/database/still-in.js';
import type { SettledGrantStatus } from './grant.types.js';

const COLUMNS =
  'id, app_id, openid, template_id, scene, channel, status, source, subject, granted_at, expires_at, claimed_by, closed_at';

export const SELECT_GRANTS = `SELECT ${COLUMNS} FROM weixin_grant`;

/** A newer confirm of the same key takes the place of the live one. Zero rows is fine: there was none. */
function closeRenewed(liveKey: string, now: number): SqlStep {
  return {
    name: 'close renewed',
    sql: "UPDATE weixin_grant SET status = 'renewed', live_key = NULL, closed_at = ? WHERE live_key = ?",
    params: [now, liveKey],
  };
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
  granted_at: string | number;
  expires_at: string | number | null;
  claimed_by: string | null;
  closed_at: string | number | null;
}

function insertGrant(row: GrantRow, liveKey: string | null): SqlStep {
  return {
    name: 'insert grant',
    sql: `INSERT INTO weixin_grant (${COLUMNS}, live_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      row.granted_at,
      row.expires_at,
      row.claimed_by,
      row.closed_at,
      liveKey,
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
  return liveKey === null ? [insert] : [closeRenewed(liveKey, Number(row.granted_at)), insert];
}

export interface ClaimKey {
  appId: string;
  openid: string;
  templateId: string;
  scene: number;
  channel: string;
}

const CLAIMABLE = `app_id = ? AND openid = ? AND template_id = ? AND scene = ? AND channel = ?
    AND status = 'available' AND (expires_at IS NULL OR expires_at > ?)`;

export function claimableParams(key: ClaimKey, now: number): SqlValue[] {
  return [key.appId, key.openid, key.templateId, key.scene, key.channel, now];
}

export const COUNT_CLAIMABLE = `SELECT COUNT(*) AS available FROM weixin_grant WHERE ${CLAIMABLE}`;

/**
 * Takes the oldest available grant of a key. `status = 'available'` stays a literal, or PostgreSQL's generic plan misses the partial index.
 *
 * Safe against races: PostgreSQL locks the chosen row and re-checks the outer condition on its newest version; MariaDB evaluates and
 * locks in one statement; SQLite has one writer at a time. A loser affects no row.
 */
export function claimOldest(dialect: SqlDialect, key: ClaimKey, messageId: string, now: number): SqlStep {
  const set = "UPDATE weixin_grant SET status = 'claimed', live_key = NULL, claimed_by = ?";
  const oldest = 'ORDER BY granted_at, id LIMIT 1';
  const lock = dialect === 'postgres' ? 'FOR UPDATE' : '';
  const sql =
    dialect === 'mysql'
      ? `${set} WHERE ${CLAIMABLE} ${oldest}`
      : `${set} WHERE id = (SELECT id FROM weixin_grant WHERE ${CLAIMABLE} ${oldest} ${lock}) AND status = 'available'`;
  return { name: 'claim grant', sql, params: [messageId, ...claimableParams(key, now)], expect: 'one' };
}

/** Moves the grant that `messageId` holds in state `from`. The claim's owner is part of the condition, so nobody settles another's grant. */
export function settleClaim(
  messageId: string,
  from: 'claimed' | 'unknown',
  to: Exclude<SettledGrantStatus, 'available'>,
  now: number,
): SqlStep {
  return {
    name: 'settle grant',
    sql: `UPDATE weixin_grant SET status = ?, closed_at = ? WHERE claimed_by = ? AND ${stillIn(from)}`,
    params: [to, now, messageId],
  };
}

/** No newer confirm of the key, in any state. The inner LIMIT keeps MySQL from merging the derived table, which it does not allow in an update of the same table. */
const NOT_RENEWED = `NOT EXISTS (SELECT 1 FROM (
        SELECT newer.id FROM weixin_grant held JOIN weixin_grant newer ON newer.id <> held.id AND newer.granted_at >= held.granted_at
          WHERE held.claimed_by = ? AND newer.app_id = ? AND newer.openid = ? AND newer.template_id = ? AND newer.scene = ?
            AND newer.channel = ? LIMIT 1) AS later)`;

function notRenewedParams(messageId: string, key: ClaimKey): SqlValue[] {
  return [messageId, key.appId, key.openid, key.templateId, key.scene, key.channel];
}

/**
 * Gives the grant back, unless the person has confirmed the same key anew since (rule `set`): the two confirms are one permission at WeChat,
 * whatever became of the newer one, so then it affects no row and {@link mergeClaim} is due.
 */
export function releaseClaim(
  messageId: string,
  from: 'claimed' | 'unknown',
  liveKey: string | null,
  key: ClaimKey,
): SqlStep {
  const release = `UPDATE weixin_grant SET status = 'available', live_key = ?, claimed_by = NULL, closed_at = NULL
      WHERE claimed_by = ? AND ${stillIn(from)}`;
  if (liveKey === null) return { name: 'release grant', sql: release, params: [liveKey, messageId] };
  return {
    name: 'release grant',
    sql: `${release} AND ${NOT_RENEWED}`,
    params: [liveKey, messageId, ...notRenewedParams(messageId, key)],
    expect: 'one',
  };
}

/** The grant of a message whose outcome is unknown, for a second post of it; affects no row once the person has confirmed the same key anew. */
export function reclaim(messageId: string, key: ClaimKey): SqlStep {
  return {
    name: 'reclaim grant',
    sql: `UPDATE weixin_grant SET status = 'claimed', closed_at = NULL WHERE claimed_by = ? AND ${stillIn('unknown')} AND ${NOT_RENEWED}`,
    params: [messageId, ...notRenewedParams(messageId, key)],
    expect: 'one',
  };
}

/**
 * The held grant and a newer one of the same key are one permission at WeChat: only the newer counts. `letGo`: its message will claim again, so
 * the grant no longer names it.
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
