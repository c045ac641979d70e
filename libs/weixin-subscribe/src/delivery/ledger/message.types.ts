import type { GrantKey, GrantProof } from '../../grant/grant.types.js';
import type { LogFields } from '../../kernel/library-logger.js';

/**
 * `sent`: WeChat accepted it · `refused`: WeChat says no for this person · `failed`: surely not delivered ·
 * `unknown`: nobody knows.
 */
export const OUTCOMES = ['sent', 'refused', 'failed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** An outcome, `sending` while the message is in flight, or `waiting` while its time has not come. */
export const MESSAGE_STATUSES = ['waiting', 'sending', ...OUTCOMES] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** What a one-time subscription message says. */
export interface OneTimeContent {
  title: string;
  content: { value: string; color?: string };
  url?: string;
  miniprogram?: { appId: string; pagepath: string };
}

/** What the other kinds of message say: values for the keywords of their template. */
export interface KeywordContent {
  /** By keyword, e.g. `thing1`. */
  data: Record<string, { value: string; color?: string }>;
  page?: string;
  miniprogram?: { appId: string; pagepath: string };
  miniprogramState?: MiniprogramState;
  lang?: MessageLang;
  emphasisKeyword?: string;
}

/** Which version of the mini-program a tap opens. */
export const MINIPROGRAM_STATES = ['developer', 'trial', 'formal'] as const;
export type MiniprogramState = (typeof MINIPROGRAM_STATES)[number];

/** Language of the mini-program that a tap opens. */
export const MESSAGE_LANGS = ['zh_CN', 'en_US', 'zh_HK', 'zh_TW'] as const;
export type MessageLang = (typeof MESSAGE_LANGS)[number];

/** What a message says, by its channel. */
export type MessageContent = OneTimeContent | KeywordContent;

/** A checked message that is to go out. */
export interface OutgoingMessage extends Required<GrantKey> {
  content: MessageContent;
  idempotencyKey?: string;
  /** The service or part of the host that asked for it. */
  requestedBy?: string;
}

/** What is the same in all messages of a batch. */
export type SharedMessage<Content extends MessageContent = MessageContent> = Pick<
  OutgoingMessage,
  'appId' | 'templateId'
> & { content: Content };

/** To whom a message goes. */
export interface Recipient extends Pick<OutgoingMessage, 'openid' | 'scene'> {
  /** The form id or prepay id of the grant, where the channel posts it. */
  formId?: string;
}

/** When a deferred message may go out. */
export interface Deferral {
  /** Not before this moment. */
  notBefore: Date;
  /** Not after this moment. */
  deadline?: Date;
}

/**
 * As much of a message as its end needs. `attempts`: only while that attempt is the latest. Without `resends`
 * (a message of a batch) it is never posted again by policy.
 */
export type SettledMessage = GrantKey & { id: string } & Partial<
    Pick<
      MessageRecord,
      'attempts' | 'resends' | 'deadline' | 'broadcastId' | 'proof' | 'grantId' | 'acceptedAt'
    >
  >;

/** What became of a message, as the ledger knows it. */
export interface MessageRecord extends Required<GrantKey> {
  id: string;
  status: MessageStatus;
  /** Absent after the person was forgotten. */
  content?: MessageContent;
  contentDigest: string;
  idempotencyKey?: string;
  requestedBy?: string;
  /** The broadcast that it is part of. */
  broadcastId?: string;
  grantId?: string;
  /** How well the openid of its grant was known when it was claimed; absent while it waits. */
  proof?: GrantProof;
  /** WeChat's answer, where there was one. */
  errcode?: number;
  errmsg?: string;
  rid?: string;
  /** WeChat's id of the message, digits; of the channels that answer one. */
  msgid?: string;
  /** Our words for an outcome without an errcode. */
  reason?: string;
  acceptedAt: Date;
  /** How often a send of it began, or could not begin for want of a token. */
  attempts: number;
  /** How often it was posted again while its outcome was unknown. */
  resends: number;
  /** Only of deferred messages. */
  notBefore?: Date;
  deadline?: Date;
  /** When a worker takes it next, while it is `waiting`, or `unknown` and to be sent again. */
  dueAt?: Date;
  settledAt?: Date;
}

/** A record of somebody who was not forgotten: it can be posted. */
export type DeliverableMessage = MessageRecord & OutgoingMessage;

export function isDeliverable(record: MessageRecord): record is DeliverableMessage {
  return record.content !== undefined;
}

/** What a line of the log says that is about a message. Never whom it is for. */
export const aboutMessage = (message: MessageRecord): LogFields => ({
  appId: message.appId,
  messageId: message.id,
  templateId: message.templateId,
  channel: message.channel,
  broadcastId: message.broadcastId,
});
