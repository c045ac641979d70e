import type { GrantGate } from '../grant/grant-record.sql.js';
import type { SqlStep } from '../sql/sql-step.js';

/**
 * What makes a state single-use: of any number of answers at once, one finds the row pending. A confirm earns
 * the grant that is written with it.
 */
export const CONFIRM: GrantGate = {
  name: 'confirm intent',
  table: 'weixin_intent',
  where: (grant) => `t.status = 'pending' AND t.expires_at > ${grant('granted_at')}`,
  set: (grant) => ({
    status: "'confirmed'",
    openid: grant('openid'),
    answered_at: grant('granted_at'),
  }),
};

/** The answer that gives no grant. */
export function cancelStep(id: string, at: number): SqlStep {
  return {
    name: 'cancel intent',
    sql: "UPDATE weixin_intent SET status = 'cancelled', answered_at = ? WHERE id = ? AND status = 'pending' AND expires_at > ?",
    params: [at, id, at],
    expect: 'one',
  };
}
