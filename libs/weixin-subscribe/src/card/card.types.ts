/**
 * `new`: WeChat has taken no state of it yet · `active`: it shows a state, and may be updated · `ended`: see
 * {@link CardEnd}.
 */
export const CARD_STATUSES = ['new', 'active', 'ended'] as const;
export type CardStatus = (typeof CARD_STATUSES)[number];

/**
 * `terminal`: its state has no successor · `expired`: the time for its activation, or for updates, is over ·
 * `refused`: the person refused it · `blocked`: WeChat blocked its code (85436) · `forgotten`: its person was
 * forgotten.
 */
export const CARD_ENDS = ['terminal', 'expired', 'refused', 'blocked', 'forgotten'] as const;
export type CardEnd = (typeof CARD_ENDS)[number];

/** `state`: set_user_notify · `ext`: set_user_notifyext. */
export const CARD_UPDATE_KINDS = ['state', 'ext'] as const;
export type CardUpdateKind = (typeof CARD_UPDATE_KINDS)[number];

/**
 * `sending`: at WeChat now · `waiting`: surely not taken, and tried again at `dueAt` · `sent`: WeChat has
 * stored it · `refused`: WeChat said no for this person · `failed`: surely not stored · `unknown`: nobody
 * knows; with a `dueAt` WeChat is asked then.
 */
export const CARD_UPDATE_STATUSES = ['sending', 'waiting', 'sent', 'refused', 'failed', 'unknown'] as const;
export type CardUpdateStatus = (typeof CARD_UPDATE_STATUSES)[number];

/** What a card shows: WeChat's own field names, without `cur_status`. */
export type CardFields = Record<string, unknown>;

/** What the activation of a card whose code comes from a payment is checked against by WeChat. */
export interface CardPayment {
  /** Of the order, in fen. */
  amountFen: number;
  paidAt: Date;
  /** 1001 for a pay-score order (支付分). @default an ordinary payment */
  channel?: number;
}

/** One card: one code, a state machine. */
export interface CardRecord {
  id: string;
  appId: string;
  /** Empty after the person was forgotten. */
  openid: string;
  /** WeChat's `notify_type`. */
  notifyType: number;
  /** Absent after the person was forgotten. */
  notifyCode?: string;
  payment?: CardPayment;
  status: CardStatus;
  /** The last that WeChat is known to have stored. */
  state?: number;
  /** Tells whether an update would change anything. */
  contentDigest?: string;
  /** Counts the updates that began. */
  version: number;
  /** The update that holds the card: no other begins before its end. */
  updateId?: string;
  createdAt: Date;
  activatedAt?: Date;
  /** Until then it has to be activated; from then on, may be updated. */
  expiresAt: Date;
  endedAt?: Date;
  end?: CardEnd;
}

/** One attempt to change a card, and what became of it. */
export interface CardUpdateRecord {
  id: string;
  cardId: string;
  /** In the order in which they began, from 1. */
  seq: number;
  kind: CardUpdateKind;
  state?: number;
  /** Absent after the person was forgotten. */
  content?: CardFields;
  contentDigest: string;
  status: CardUpdateStatus;
  attempts: number;
  errcode?: number;
  errmsg?: string;
  rid?: string;
  /** Our words for an outcome without an errcode. */
  reason?: string;
  /** Why the notification of this state did not reach the person, as WeChat's event says; the state stays. */
  failRet?: number;
  failMsg?: string;
  failedAt?: Date;
  requestedBy?: string;
  acceptedAt: Date;
  dueAt?: Date;
  settledAt?: Date;
}

/** A card and what was done with it, the newest first, at most 100. */
export interface CardHistory extends CardRecord {
  updates: CardUpdateRecord[];
}

/** What WeChat says of a card, asked now. */
export interface CardStanding {
  /** Absent: nothing was stored yet. */
  state?: number;
  fields?: CardFields;
  ext?: CardFields;
  /** 0 normal, 1 risky, 2 abnormal, 10 refused by the person. */
  codeState?: number;
  expiresAt?: Date;
}
