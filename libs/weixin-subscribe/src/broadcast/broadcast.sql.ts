import { messagesEnded } from '../delivery/batches/message-batch.fragments.js';
import type { GrantChannel } from '../grant/grant.types.js';
import { integer, json, moment, optional, type RowOf, Table, text } from '../sql/table.js';
import type { BroadcastAudience, BroadcastRecord, BroadcastStatus, PauseCause } from './broadcast.types.js';

export const BROADCASTS = new Table('weixin_broadcast', {
  id: text(),
  app_id: text(),
  template_id: text(),
  channel: text<GrantChannel>(),
  audience: text<BroadcastAudience>(),
  scene: optional(integer()),
  purpose: optional(text()),
  status: text<BroadcastStatus>(),
  content: optional(json<NonNullable<BroadcastRecord['content']>>()),
  renderer: optional(text()),
  digest: text(),
  idempotency_key: optional(text()),
  requested_by: optional(text()),
  rate: optional(integer()),
  not_before: optional(moment()),
  deadline_at: optional(moment('deadline')),
  total: optional(integer()),
  recipients: integer(),
  invalid: integer(),
  duplicates: integer(),
  no_grant: integer(),
  pause_cause: optional(text<PauseCause>()),
  reason: optional(text()),
  resumes_at: optional(moment()),
  created_at: moment(),
  started_at: optional(moment()),
  resumed_at: optional(moment()),
  ended_before: integer(),
  ended_at: optional(moment()),
});
export type BroadcastRow = RowOf<typeof BROADCASTS>;

/**
 * Looks for a broadcast that goes to whoever has a grant under a scene, or will: who confirms for another
 * purpose is not meant. SQLite finds a partial index only by its predicate, word for word; MariaDB needs one
 * status in each.
 * @param here `app_id = ? AND template_id = ? AND scene = …`
 */
export const broadcastsUnderScene = (here: string): string[] =>
  ['scheduled', 'running', 'paused'].map(
    (status) =>
      `SELECT 1 FROM ${BROADCASTS.name} WHERE ${here} AND status IN ('scheduled', 'running', 'paused') AND status = '${status}'`,
  );

/** Of a broadcast that starts to send, or goes on: the rate is counted from here. */
export const RUNS_FROM_HERE = `status = 'running', pause_cause = NULL, reason = NULL, resumes_at = NULL, resumed_at = ?, ended_before =
  ${messagesEnded('weixin_broadcast.id')}`;
