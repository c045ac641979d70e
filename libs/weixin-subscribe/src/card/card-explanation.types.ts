import type { ExplainFinding, ExplainVerdict, WeixinRecord } from '../delivery/send/explanation.types.js';
import type { BilingualText } from '../weixin/errcodes.js';
import type { CardUpdateKind } from './card.types.js';

/** One thing that happened with a card; see HistoryEvent. */
export interface CardExplainEvent {
  type: string;
  at: Date;
  updateId?: string;
  kind?: CardUpdateKind;
  state?: number;
  errcode?: number;
  rid?: string;
  reason?: string;
  failRet?: number;
}

/** How a card stands and why, by the newest of its updates. */
export interface CardExplanation {
  cardId: string;
  appId: string;
  /** Absent after the person was forgotten. */
  openid?: string;
  notifyType: number;
  /** The last that WeChat is known to have stored. */
  state?: number;
  /** Of the newest update: `sent` means that WeChat has stored it. */
  verdict: ExplainVerdict;
  /** The first one decides; what else matters follows it. At least one. */
  findings: ExplainFinding[];
  /** The one thing to do now. */
  nextStep: BilingualText;
  /** Of the newest update, where WeChat named its request. */
  weixin?: WeixinRecord;
  /** What happened, newest first, at most 50 events. */
  story: CardExplainEvent[];
}

/** Says why; the room that knows registers with CardService. */
export interface CardExplainer {
  ofCard(id: string): Promise<CardExplanation>;
}
