import { toDate } from '../sql/epoch-column.js';
import type { SqlStep } from '../sql/sql-step.js';
import type { KnownAccept } from './accept-pairing.js';
import { type DraftRow, LIVE, sourceOf } from './grant.sql.js';

/** Far more accepts than one person gives for one template while a report of one may still come. */
const MOST_KNOWN = 100;

export interface AcceptRow {
  id: string;
  source: string;
  paired_source: string | null;
  accept_no: string | number;
  granted_at: string | number;
  rejected_at: string | number | null;
}

/** The last accepts of a key, by the unique index of their numbers. */
export const LAST_ACCEPTS = `SELECT id, ${sourceOf()} AS source, paired_source, accept_no, granted_at, rejected_at FROM weixin_grant
  WHERE accept_key = ? ORDER BY accept_no DESC LIMIT ${MOST_KNOWN}`;

export function toKnownAccept(row: AcceptRow): KnownAccept {
  return {
    id: row.id,
    source: row.source,
    pairedSource: row.paired_source,
    number: Number(row.accept_no),
    at: toDate(row.granted_at).getTime(),
    rejectedAt: toDate(row.rejected_at)?.getTime() ?? null,
  };
}

/**
 * Gives a grant its number among the accepts of its key; a UniqueViolation of `accept` when somebody else has
 * given that one.
 */
export function numberAccept({ id }: DraftRow, key: string, number: number): SqlStep {
  return {
    name: 'number accept',
    sql: 'UPDATE weixin_grant SET accept_key = ?, accept_no = ? WHERE id = ?',
    params: [key, number, id],
    expect: 'one',
  };
}

/**
 * Marks an accept with its other report, which affects no row when another one was faster. The earlier of the
 * two times is when it was given. One of the two is an event that WeChat has signed.
 */
export function pairAccept(id: string, source: string, { subject, granted_at }: DraftRow): SqlStep[] {
  const earlier = 'granted_at = CASE WHEN granted_at > ? THEN ? ELSE granted_at END';
  return [
    {
      name: 'pair accept',
      sql: `UPDATE weixin_grant SET paired_source = ?, subject = COALESCE(subject, ?), proof = 'signed', ${earlier}
        WHERE id = ? AND paired_source IS NULL`,
      params: [source, subject, granted_at, granted_at, id],
      expect: 'one',
    },
    {
      name: 'pair live accept',
      sql: `UPDATE ${LIVE} SET proof = 'signed', ${earlier} WHERE id = ?`,
      params: [granted_at, granted_at, id],
    },
  ];
}
