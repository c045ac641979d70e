import type { CardEnd, CardUpdateKind } from '../card/card.types.js';
import type { Outcome } from '../delivery/ledger/message.types.js';
import type { GrantChannel } from '../grant/grant.types.js';
import type { BilingualText, ErrcodeClass } from '../weixin/errcodes.js';

/**
 * Of an intent: `asked`, `confirmed`, `cancelled`, `unanswered` (its time ran out). Of a grant: `granted`,
 * `renewed` (a newer confirm took its place), `voided`, `expired`. Of a message: `accepted` (a deferred one
 * waits from then on), then `sent`, `refused`, `failed`, `unknown`, or `resolved` by a person.
 *
 * Of a service card, whose events have a `cardId`: `accepted` (an update was asked for), then `sent` (WeChat
 * has stored it), `refused`, `failed` or `unknown`; `activated` (its first state), `not-notified` (WeChat did
 * not notify the person of a state that it has stored), `ended`.
 */
export const HISTORY_EVENT_TYPES = [
  'asked',
  'confirmed',
  'cancelled',
  'unanswered',
  'granted',
  'renewed',
  'voided',
  'expired',
  'accepted',
  'sent',
  'refused',
  'failed',
  'unknown',
  'resolved',
  'activated',
  'not-notified',
  'ended',
] as const;
export type HistoryEventType = (typeof HISTORY_EVENT_TYPES)[number];

/** One thing that happened, as the row it is read from tells it. */
export interface HistoryEvent {
  type: HistoryEventType;
  at: Date;
  appId: string;
  /** Absent where nobody had answered, and after the person was forgotten. */
  openid?: string;
  /** Absent of service cards. */
  templateId?: string;
  /** 0 where the channel has none. */
  scene: number;
  intentId?: string;
  grantId?: string;
  messageId?: string;
  channel?: GrantChannel | 'service-card';
  cardId?: string;
  /** WeChat's `notify_type`, of a service card. */
  notifyType?: number;
  /** Of an update of a service card. */
  updateId?: string;
  kind?: CardUpdateKind;
  /** What the card was set to, or shows. */
  state?: number;
  /** Why the card has ended. */
  end?: CardEnd;
  /** Why WeChat did not notify the person, as it says. */
  failRet?: number;
  /** The host's id of the user, of an intent or a grant. */
  subject?: string;
  /** What gave the grant, e.g. `intent:<id>`. */
  source?: string;
  /** Who asked for the message. */
  requestedBy?: string;
  /** As what a message was resolved. */
  outcome?: Outcome;
  /** WeChat's response, where there was one, and what it means. */
  errcode?: number;
  errclass?: ErrcodeClass;
  errmsg?: string;
  rid?: string;
  meaning?: BilingualText;
  /** Our words for an outcome without an errcode. */
  reason?: string;
}

/** Newest first. */
export interface HistoryPage {
  events: HistoryEvent[];
  /** Hand it back for what happened before; absent when there is no more. */
  cursor?: string;
}

export interface HistoryPaging {
  /** From the page before. */
  cursor?: string;
  /** 1–500. @default 100 */
  limit?: number;
}

/** Whose history. */
export interface PersonHistoryQuery extends HistoryPaging {
  appId: string;
  openid: string;
  /** @default all templates */
  templateId?: string;
}
