import type { BilingualText } from '../../weixin/errcodes.js';

/** What would be sent, and to whom. */
export interface ExplainQuery {
  appId: string;
  openid: string;
  templateId: string;
  /** 0–10000, of one-time templates; without it all scenes. The other channels have none. */
  scene?: number;
}

/**
 * Of a message: `sent` (WeChat accepted it), `not-sent`, `unknown` (nobody knows), `pending` (it waits, or is
 * on its way). Before sending: `can-be-sent`, `can-not-be-sent`.
 */
export const EXPLAIN_VERDICTS = [
  'sent',
  'not-sent',
  'unknown',
  'pending',
  'can-be-sent',
  'can-not-be-sent',
] as const;
export type ExplainVerdict = (typeof EXPLAIN_VERDICTS)[number];

/** One thing that was found, in plain words. */
export interface ExplainFinding {
  /** Stable; docs/en/explain.md lists them. */
  code: string;
  message: BilingualText;
}

/** One thing that happened, as the ledger tells it; see HistoryEvent. */
export interface ExplainEvent {
  type: string;
  at: Date;
  scene: number;
  intentId?: string;
  grantId?: string;
  messageId?: string;
  errcode?: number;
  rid?: string;
  reason?: string;
}

/** What WeChat itself has recorded of the send (`openapi/rid/get`). It keeps this for 7 days. */
export interface WeixinRecord {
  rid: string;
  /** When the request reached WeChat; to the second. */
  invokedAt: Date;
  costMs: number;
}

/** Why a person did not get a message, or would not get the next one. */
export interface Explanation {
  appId: string;
  /** Absent after the person was forgotten. */
  openid?: string;
  templateId: string;
  /** Absent where all scenes were asked about; 0 where the channel has none. */
  scene?: number;
  channel: string;
  /** Absent before sending. */
  messageId?: string;
  verdict: ExplainVerdict;
  /** The first one decides; what else matters follows it. At least one. */
  findings: ExplainFinding[];
  /** The one thing to do now. */
  nextStep: BilingualText;
  weixin?: WeixinRecord;
  /** What happened, newest first, at most 50 events. */
  story: ExplainEvent[];
}

/** Says why; the room that knows registers with SubscribeService. */
export interface Explainer {
  ofMessage(id: string): Promise<Explanation>;
  before(query: ExplainQuery): Promise<Explanation>;
}
