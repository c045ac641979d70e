import type { CodeState, StoredState } from '../card/card-book.js';
import type { ReceiverOptions } from './subscribe-verbs.js';

export interface OrderOptions extends ReceiverOptions {
  /** In fen. @default 1005 */
  payAmount?: number;
}

export interface PaidOrder {
  /** The `notify_code` of its card. */
  transactionId: string;
  payAmount: number;
  /** Seconds. */
  payTime: number;
}

export interface ActivityOptions extends ReceiverOptions {
  /** As a number or as its digits, as pages write it: 1001, 1003, 1004 or 1005. */
  activityType: number | string;
}

/** `detail` of `bindcreateliveactivity`. */
export interface ActivityDetail {
  code: string;
}

export interface CodeChange {
  code: string;
  /** 0 normal, 1 risky, 2 abnormal, 10 refused by the person. */
  codeState: CodeState;
}

/** A code, and what became of it. */
export interface CardView {
  code: string;
  source: 'order' | 'button';
  appId: string;
  openid: string;
  notifyType: number | null;
  codeState: CodeState;
  /** Seconds. */
  expiresAt: number;
  /** Every state that was stored, oldest first. */
  states: StoredState[];
  ext: string | null;
}

/** Payments, buttons, and the service cards that come of them. */
export interface CardVerbs {
  /** A person pays an order in a mini-program. */
  payOrder(order: OrderOptions): PaidOrder;
  /** A person taps `<button open-type="liveActivity">` in a mini-program. */
  tapActivityButton(tap: ActivityOptions): ActivityDetail;
  /** WeChat, or the person, changes the state of a code. */
  changeCode(change: CodeChange): CardView;
  /** Codes and their cards, oldest first. */
  cards(openid?: string): CardView[];
}
