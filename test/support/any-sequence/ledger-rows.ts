import type { Database } from 'better-sqlite3';
import type { TestApp } from '../create-test-app.js';

export interface GrantRow {
  id: string;
  source: string;
  status: string;
  liveKey: string | null;
  renewedAt: number | null;
  claimedBy: string | null;
  closedAt: number | null;
  openid: string;
  scene: number;
}

export interface MessageRow {
  id: string;
  status: string;
  grantId: string;
  /** What it says: the number of the send. */
  number: number;
}

export interface LedgerRows {
  grants: GrantRow[];
  messages: MessageRow[];
}

const GRANTS = `SELECT id, source, status, live_key AS liveKey, renewed_at AS renewedAt, claimed_by AS claimedBy, closed_at AS closedAt, openid, scene
  FROM weixin_grant ORDER BY granted_at`;
const MESSAGES = `SELECT id, status, grant_id AS grantId, CAST(content ->> '$.content.value' AS integer) AS number
  FROM weixin_message ORDER BY number`;

/** Straight from the driver, prepared once: the whole ledger is read after every step of every sequence. */
export function ledgerReader({ dataSource }: TestApp): () => LedgerRows {
  const { databaseConnection } = dataSource.driver as unknown as { databaseConnection: Database };
  const [grants, messages] = [GRANTS, MESSAGES].map((sql) => databaseConnection.prepare(sql));
  return () => ({ grants: grants.all() as GrantRow[], messages: messages.all() as MessageRow[] });
}
