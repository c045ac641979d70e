import type { Database } from 'better-sqlite3';
import type { DataSource } from 'typeorm';
import type { TestApp } from '../create-test-app.js';
import { grantStates } from '../ledger.js';

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

const grantsOf = (
  dataSource: DataSource,
) => `SELECT facts.id, facts.source, facts.status, log.live_key AS liveKey, log.ended_at AS renewedAt, facts.claimed_by AS claimedBy,
    facts.closed_at AS closedAt, facts.openid, facts.scene
  FROM ${grantStates(dataSource)} JOIN weixin_grant log ON log.id = facts.id ORDER BY facts.granted_at`;
const MESSAGES = `SELECT id, status, grant_id AS grantId, CAST(content ->> '$.content.value' AS integer) AS number
  FROM weixin_message ORDER BY number`;

/** Straight from the driver, prepared once: the whole ledger is read after every step of every sequence. */
export function ledgerReader({ dataSource }: TestApp): () => LedgerRows {
  const { databaseConnection } = dataSource.driver as unknown as { databaseConnection: Database };
  const [grants, messages] = [grantsOf(dataSource), MESSAGES].map((sql) => databaseConnection.prepare(sql));
  return () => ({ grants: grants.all() as GrantRow[], messages: messages.all() as MessageRow[] });
}
