import type { WeixinRecord } from '../delivery/send/explanation.types.js';
import type {
  CardEnd,
  CardFields,
  CardHistory,
  CardStanding,
  CardStatus,
  CardUpdateKind,
  CardUpdateRecord,
  CardUpdateStatus,
} from './card.types.js';
import type { CardExplainEvent, CardExplanation } from './card-explanation.types.js';

/** An update as the REST routes show it. */
export interface CardUpdateView {
  id: string;
  seq: number;
  kind: CardUpdateKind;
  status: CardUpdateStatus;
  /** Absent of `ext`. */
  state?: number;
  fields?: CardFields;
  errcode?: number;
  errmsg?: string;
  rid?: string;
  reason?: string;
  failRet?: number;
  failMsg?: string;
  /** ISO 8601, UTC. */
  failedAt?: string;
  requestedBy?: string;
  acceptedAt: string;
  dueAt?: string;
  settledAt?: string;
}

/** A card as the REST routes show it, without its code. */
export interface CardView {
  id: string;
  appId: string;
  openid: string;
  notifyType: number;
  status: CardStatus;
  state?: number;
  createdAt: string;
  activatedAt?: string;
  expiresAt: string;
  endedAt?: string;
  end?: CardEnd;
  updates: CardUpdateView[];
  /** Where WeChat was asked. */
  weixin?: CardStandingView;
}

export interface CardStandingView {
  state?: number;
  fields?: CardFields;
  ext?: CardFields;
  codeState?: number;
  expiresAt?: string;
}

export function toCardView(card: CardHistory & { weixin?: CardStanding }): CardView {
  const { weixin } = card;
  return {
    id: card.id,
    appId: card.appId,
    openid: card.openid,
    notifyType: card.notifyType,
    status: card.status,
    state: card.state,
    createdAt: card.createdAt.toISOString(),
    activatedAt: card.activatedAt?.toISOString(),
    expiresAt: card.expiresAt.toISOString(),
    endedAt: card.endedAt?.toISOString(),
    end: card.end,
    updates: card.updates.map(toUpdateView),
    weixin: weixin && { ...weixin, expiresAt: weixin.expiresAt?.toISOString() },
  };
}

function toUpdateView(update: CardUpdateRecord): CardUpdateView {
  const { id, seq, kind, status, state, content: fields, errcode, errmsg, rid, reason } = update;
  return {
    ...{ id, seq, kind, status, state, fields, errcode, errmsg, rid, reason },
    failRet: update.failRet,
    failMsg: update.failMsg,
    failedAt: update.failedAt?.toISOString(),
    requestedBy: update.requestedBy,
    acceptedAt: update.acceptedAt.toISOString(),
    dueAt: update.dueAt?.toISOString(),
    settledAt: update.settledAt?.toISOString(),
  };
}

/** An explanation as the REST routes show it: moments in ISO 8601, UTC. */
export interface CardExplanationView extends Omit<CardExplanation, 'story' | 'weixin'> {
  weixin?: Omit<WeixinRecord, 'invokedAt'> & { invokedAt: string };
  story: (Omit<CardExplainEvent, 'at'> & { at: string })[];
}

export function toCardExplanationView({
  story,
  weixin,
  ...explanation
}: CardExplanation): CardExplanationView {
  return {
    ...explanation,
    ...(weixin && { weixin: { ...weixin, invokedAt: weixin.invokedAt.toISOString() } }),
    story: story.map(({ at, ...event }) => ({ ...event, at: at.toISOString() })),
  };
}
