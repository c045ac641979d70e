import { messagesEnded } from '../delivery/batches/message-batch.fragments.js';
import type { GrantChannel } from '../grant/grant.types.js';
import { toDate } from '../sql/epoch-column.js';
import type { BroadcastAudience, BroadcastRecord, BroadcastStatus, PauseCause } from './broadcast.types.js';

type Epoch = string | number | null;

export interface BroadcastRow {
  id: string;
  app_id: string;
  template_id: string;
  channel: string;
  audience: string;
  scene: number | null;
  purpose: string | null;
  status: string;
  content: string | null;
  renderer: string | null;
  digest: string;
  idempotency_key: string | null;
  requested_by: string | null;
  rate: number | null;
  not_before: Epoch;
  deadline_at: Epoch;
  total: number | null;
  recipients: number;
  invalid: number;
  duplicates: number;
  no_grant: number;
  pause_cause: string | null;
  reason: string | null;
  resumes_at: Epoch;
  created_at: string | number;
  started_at: Epoch;
  resumed_at: Epoch;
  ended_before: number;
  ended_at: Epoch;
}

const COLUMNS = `id, app_id, template_id, channel, audience, scene, purpose, status, content, renderer, digest, idempotency_key,
  requested_by, rate, not_before, deadline_at, total, recipients, invalid, duplicates, no_grant, pause_cause, reason, resumes_at,
  created_at, started_at, resumed_at, ended_before, ended_at`;

export const SELECT_BROADCASTS = `SELECT ${COLUMNS} FROM weixin_broadcast`;

export const INSERT_DRAFT = `INSERT INTO weixin_broadcast (id, app_id, template_id, channel, audience, scene, purpose, status, content, renderer,
  digest, idempotency_key, requested_by, rate, not_before, deadline_at, created_at, recipients, invalid, duplicates, no_grant, ended_before)
  VALUES (?, ?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)`;

/** Of a broadcast that starts to send, or goes on: the rate is counted from here. */
export const RUNS_FROM_HERE = `status = 'running', pause_cause = NULL, reason = NULL, resumes_at = NULL, resumed_at = ?, ended_before =
  ${messagesEnded('weixin_broadcast.id')}`;

export function toBroadcast(row: BroadcastRow): BroadcastRecord {
  return {
    id: row.id,
    appId: row.app_id,
    templateId: row.template_id,
    channel: row.channel as GrantChannel,
    audience: row.audience as BroadcastAudience,
    scene: row.scene ?? undefined,
    purpose: row.purpose ?? undefined,
    status: row.status as BroadcastStatus,
    content: row.content === null ? undefined : JSON.parse(row.content),
    renderer: row.renderer ?? undefined,
    digest: row.digest,
    idempotencyKey: row.idempotency_key ?? undefined,
    requestedBy: row.requested_by ?? undefined,
    rate: row.rate ?? undefined,
    notBefore: toDate(row.not_before),
    deadline: toDate(row.deadline_at),
    total: row.total ?? undefined,
    recipients: Number(row.recipients),
    invalid: Number(row.invalid),
    duplicates: Number(row.duplicates),
    noGrant: Number(row.no_grant),
    pauseCause: (row.pause_cause as PauseCause | null) ?? undefined,
    reason: row.reason ?? undefined,
    resumesAt: toDate(row.resumes_at),
    createdAt: toDate(row.created_at),
    startedAt: toDate(row.started_at),
    resumedAt: toDate(row.resumed_at),
    endedBefore: Number(row.ended_before),
    endedAt: toDate(row.ended_at),
  };
}
