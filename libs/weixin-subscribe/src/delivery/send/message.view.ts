import type { Grant, GrantProof } from '../../grant/grant.types.js';
import type {
  KeywordContent,
  MessageRecord,
  MessageStatus,
  OneTimeContent,
} from '../ledger/message.types.js';

/** A message as the REST routes show it. */
export interface MessageView extends Partial<OneTimeContent>, Partial<KeywordContent> {
  id: string;
  appId: string;
  openid: string;
  templateId: string;
  /** 0 where the channel has none. */
  scene: number;
  channel: string;
  status: MessageStatus;
  errcode?: number;
  errmsg?: string;
  rid?: string;
  msgid?: string;
  reason?: string;
  idempotencyKey?: string;
  requestedBy?: string;
  /** ISO 8601, UTC. */
  acceptedAt: string;
  /** Only of deferred messages. */
  notBefore?: string;
  deadline?: string;
  /** When a worker takes it next. */
  dueAt?: string;
  settledAt?: string;
}

/**
 * What may still be sent for a grant, and its history: the newest 100. Under one scene, or under all,
 * each grant with its own.
 */
export interface GrantsView {
  /** Over all scenes that were asked about. */
  available: number;
  grants: {
    id: string;
    /** 0 where the channel has none. */
    scene: number;
    status: string;
    /** How well the openid is known: `bound`, `signed` or `unproven`. */
    proof: GrantProof;
    grantedAt: string;
    expiresAt?: string;
    closedAt?: string;
    messageId?: string;
  }[];
}

export function toMessageView(record: MessageRecord): MessageView {
  const { id, appId, openid, templateId, scene, channel, status, content } = record;
  const { errcode, errmsg, rid, msgid, reason } = record;
  return {
    id,
    appId,
    openid,
    templateId,
    scene,
    channel,
    status,
    ...content,
    errcode,
    errmsg,
    rid,
    msgid,
    reason,
    idempotencyKey: record.idempotencyKey,
    requestedBy: record.requestedBy,
    acceptedAt: record.acceptedAt.toISOString(),
    notBefore: record.notBefore?.toISOString(),
    deadline: record.deadline?.toISOString(),
    dueAt: record.dueAt?.toISOString(),
    settledAt: record.settledAt?.toISOString(),
  };
}

export function toGrantsView(available: number, grants: Grant[]): GrantsView {
  return {
    available,
    grants: grants.map(({ id, scene, status, proof, grantedAt, expiresAt, closedAt, claimedBy }) => ({
      id,
      scene,
      status,
      proof,
      grantedAt: grantedAt.toISOString(),
      expiresAt: expiresAt?.toISOString(),
      closedAt: closedAt?.toISOString(),
      messageId: claimedBy,
    })),
  };
}
