import type { WeixinAnswer } from '../weixin/weixin-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';
import type { UpdateVerdict } from './card.sql.js';
import type { CardEnd, CardRecord, CardStanding, CardUpdateRecord } from './card.types.js';
import { contentDigestOf } from './card-digest.js';

/** Where an answer takes an update. */
export type CardSettlement =
  /** WeChat has stored it. */
  | { kind: 'stored'; verdict: UpdateVerdict }
  /** It surely was not stored. */
  | { kind: 'failed' | 'refused'; verdict: UpdateVerdict; end?: CardEnd }
  /** It surely was not stored, and may be tried again after so long. */
  | { kind: 'later'; verdict: UpdateVerdict; seconds: number }
  /** It may have been stored: WeChat has to be asked before anything else. */
  | { kind: 'unclear'; verdict: UpdateVerdict };

const UNKNOWN_CODE = 85437;
const EXPIRED = 85438;
const WRONG_STATUS = 85439;
const LOCKED = 85449;

/** A payment that has just been made may be unknown to WeChat for a while (docs/platform.md §15). */
export const FRESH_CODE_SECONDS = 60;

/** Codes that mean the end of a card which shows a state. Before that, 85438 may come of a wrong `paidAt`. */
const ENDS: Record<number, CardEnd> = { 85436: 'blocked', 85438: 'expired' };

/**
 * What the answer to a `set_user_notify` or `set_user_notifyext` means for its update. The class of the
 * errcode decides, but for three codes: one that is locked may be our own attempt before, a wrong status
 * may be because an attempt before was stored, and an unknown code of a payment may be known a minute later.
 */
export function cardSettlementOf(
  answer: WeixinAnswer,
  card: Pick<CardRecord, 'state' | 'payment'>,
): CardSettlement {
  if (answer.kind === 'not-sent') return { kind: 'failed', verdict: { reason: answer.reason } };
  if (answer.kind === 'no-answer') return { kind: 'unclear', verdict: { reason: answer.reason } };
  const { facts, envelope } = answer;
  if (facts.errclass === 'ok') {
    return 'errcode' in envelope.body
      ? { kind: 'stored', verdict: { errcode: 0 } }
      : { kind: 'unclear', verdict: { reason: 'an answer without errcode' } };
  }
  const { errcode = 0, errmsg, rid } = verdictOf(answer) ?? {};
  const verdict = { errcode, errmsg, rid };
  if (errcode === LOCKED || errcode === WRONG_STATUS) return { kind: 'unclear', verdict };
  if (errcode === UNKNOWN_CODE && card.state === undefined && card.payment)
    return { kind: 'later', verdict, seconds: FRESH_CODE_SECONDS };
  const end = card.state === undefined && errcode === EXPIRED ? undefined : ENDS[errcode];
  switch (facts.errclass) {
    case 'retry-later':
      return facts.ambiguous ? { kind: 'unclear', verdict } : { kind: 'failed', verdict };
    case 'recipient-refused-or-no-grant':
      return { kind: 'refused', verdict, end: 'refused' };
    case 'refresh-token-and-retry':
    case 'quota':
    case 'invalid-request':
    case 'account-misconfigured':
      return { kind: 'failed', verdict, ...(end && { end }) };
    case 'unknown-code':
      return { kind: 'unclear', verdict };
    default:
      return facts.errclass satisfies never;
  }
}

/**
 * What WeChat's own word on a card tells of an update that may have been stored. `stored`: it was · `absent`:
 * the card is as it was before · `passed`: it shows what neither was before nor was asked for, so that
 * somebody else changes it and nobody can tell · `hidden`: WeChat does not show it.
 */
export type Finding = 'stored' | 'absent' | 'passed' | 'hidden';

export function findingOf(
  update: Pick<CardUpdateRecord, 'kind' | 'state' | 'contentDigest'>,
  before: Pick<CardRecord, 'state' | 'contentDigest'>,
  standing: CardStanding,
): Finding {
  if (update.kind === 'ext') {
    if (!standing.ext) return 'hidden';
    return contentDigestOf(standing.ext) === update.contentDigest ? 'stored' : 'absent';
  }
  if (standing.state === undefined) return before.state === undefined ? 'absent' : 'passed';
  const shows = contentDigestOf(standing.fields ?? {});
  if (standing.state === update.state) {
    if (before.state !== update.state || shows === update.contentDigest) return 'stored';
    // The state follows itself: with the fields of before it was not stored, and with others nobody can tell.
    return shows === before.contentDigest ? 'absent' : 'passed';
  }
  return standing.state === before.state ? 'absent' : 'passed';
}
