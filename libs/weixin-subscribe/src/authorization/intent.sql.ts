import type { GrantConfirmation } from '../grant/grant-record.sql.js';
import type { SqlStep } from '../sql/sql-step.js';
import { integer, moment, optional, type RecordOf, type RowOf, Table, text } from '../sql/table.js';
import type { IntentFlow, IntentStatus } from './intent.types.js';

export const INTENTS = new Table('weixin_intent', {
  id: text(),
  state_digest: text(),
  app_id: text(),
  template_id: text(),
  scene: integer(),
  flow: text<IntentFlow>(),
  binding_digest: text(),
  subject: optional(text()),
  expected_openid: optional(text()),
  return_to: optional(text()),
  status: text<IntentStatus>(),
  openid: optional(text()),
  created_at: moment(),
  expires_at: moment(),
  answered_at: optional(moment()),
});
export type IntentRow = RowOf<typeof INTENTS>;
/** An intent with the digest of its state. */
export type WrittenIntent = RecordOf<typeof INTENTS>;

/**
 * What makes a state single-use: of any number of answers at once, one finds the row pending. A confirm earns
 * the grant that is written with it.
 */
export const CONFIRM: GrantConfirmation = {
  name: 'confirm intent',
  table: INTENTS.name,
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
    sql: `UPDATE ${INTENTS.name} SET status = 'cancelled', answered_at = ? WHERE id = ? AND status = 'pending' AND expires_at > ?`,
    params: [at, id, at],
    expect: 'one',
  };
}
