import type { CardHistory, CardUpdateRecord } from '../card/card.types.js';
import { CARD_END_TEXTS, notNotifiedBecause } from '../card/card-texts.js';
import type { ExplainVerdict } from '../delivery/send/explanation.types.js';
import { type BilingualText, errcodeFacts } from '../weixin/errcodes.js';
import { errcodeText } from '../weixin/weixin-api.errors.js';
import type { Found } from './causes.js';

export function cardVerdictOf({ status }: CardUpdateRecord): ExplainVerdict {
  switch (status) {
    case 'sent':
    case 'unknown':
      return status;
    case 'refused':
    case 'failed':
      return 'not-sent';
    case 'waiting':
    case 'sending':
      return 'pending';
    default:
      return status satisfies never;
  }
}

/** Why the update is where it is. */
export function cardCauseOf(update: CardUpdateRecord): Found {
  const { status, settledAt: at, dueAt: until, errcode, failRet } = update;
  const what = whatOf(update);
  const reason = reasonOf(update);
  switch (status) {
    case 'sent':
      return failRet === undefined
        ? { code: 'card-stored', facts: { what, at } }
        : {
            code: 'card-not-notified',
            facts: { what, at: update.failedAt, failRet, meaning: notNotifiedBecause(failRet) },
          };
    case 'sending':
      return { code: 'card-being-sent', facts: { what } };
    case 'waiting':
      return { code: 'card-waiting', facts: { until } };
    case 'unknown':
      return until
        ? { code: 'card-asked-about', facts: { what, reason, until } }
        : { code: 'card-unknown', facts: { what, reason } };
    case 'refused':
    case 'failed': {
      if (errcode === undefined) return { code: 'card-not-stored', facts: { what, reason } };
      const { meaning, remedy } = errcodeFacts(errcode, 'api');
      return { code: 'request-refused', facts: { errcode, meaning, remedy } };
    }
    default:
      return status satisfies never;
  }
}

/** The end of the card, where it has one. */
export function cardEndOf({ end, endedAt: at }: CardHistory): Found[] {
  if (!end) return [];
  if (end === 'forgotten') return [{ code: 'person-forgotten' }];
  return [{ code: 'card-ended', facts: { at, meaning: CARD_END_TEXTS[end] } }];
}

const whatOf = ({ kind, state }: CardUpdateRecord): BilingualText =>
  kind === 'state'
    ? { en: `state ${state}`, zh: `状态 ${state} ` }
    : { en: 'what stands beside the state', zh: '附加信息' };

const reasonOf = ({ reason, errcode, errmsg = '' }: CardUpdateRecord) =>
  reason ?? (errcode === undefined ? undefined : errcodeText(errcode, errmsg));
