import type { GrantKey } from '../grant/grant.types.js';

/** `sent`: WeChat accepted it · `refused`: WeChat says no for this person · `failed`: surely not delivered · `unknown`: nobody knows. */
export const OUTCOMES = ['sent', 'refused', 'failed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** An outcome, or `sending` while the message is in flight. */
export type MessageStatus = Outcome | 'sending';

/** What a one-time subscription message says. */
export interface MessageContent {
  title: string;
  content: { value: string; color?: string };
  url?: string;
  miniprogram?: { appId: string; pagepath: string };
}

/** A checked message that is to go out now. */
export interface OutgoingMessage extends Required<GrantKey> {
  content: MessageContent;
  idempotencyKey?: string;
  /** The service or part of the host that asked for it. */
  requestedBy?: string;
}

/** As much of a message as its end needs. */
export type SettledMessage = GrantKey & { id: string };

/** What became of a message, as the ledger knows it. */
export interface MessageRecord extends Required<GrantKey> {
  id: string;
  status: MessageStatus;
  /** Absent after the person was forgotten. */
  content?: MessageContent;
  contentDigest: string;
  idempotencyKey?: string;
  requestedBy?: string;
  grantId?: string;
  /** WeChat's answer, where there was one. */
  errcode?: number;
  errmsg?: string;
  rid?: string;
  /** Our words for an outcome without an errcode. */
  reason?: string;
  acceptedAt: Date;
  settledAt?: Date;
}
