import type { SettledGrantStatus } from '../../grant/grant.types.js';
import type { WeixinEnvelope } from '../../weixin/envelope.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import { verdictOf } from '../../weixin/weixin-api.errors.js';
import type { Outcome } from './message.types.js';

/** Where an answer takes a message and its grant. */
export interface Settlement {
  outcome: Outcome;
  grant: SettledGrantStatus;
  errcode?: number;
  errmsg?: string;
  rid?: string;
  reason?: string;
  /** See {@link MessageRecord.msgid}. */
  msgid?: string;
  /** WeChat says that the openid can not be written to at all: its other grants are void too. */
  openidUnusable?: boolean;
}

/**
 * The class of the errcode alone decides (docs/platform.md §10). A grant becomes available again only where
 * the message surely was not delivered; whatever leaves a doubt keeps it closed until somebody resolves the
 * message.
 */
export function settlementOf(answer: WeixinAnswer): Settlement {
  if (answer.kind === 'not-sent') return { outcome: 'failed', grant: 'available', reason: answer.reason };
  if (answer.kind === 'no-answer') return { outcome: 'unknown', grant: 'unknown', reason: answer.reason };
  const { facts, envelope } = answer;
  // First, and without what the others need: nearly every message of a broadcast ends here.
  if (facts.errclass === 'ok') {
    // The send call answers its errcode in so many words (docs/platform.md §3.5); a JSON object without one
    // may come from anybody on the way.
    return 'errcode' in envelope.body
      ? { outcome: 'sent', grant: 'spent', errcode: 0, ...msgidOf(envelope) }
      : { outcome: 'unknown', grant: 'unknown', reason: 'an answer without errcode' };
  }
  const { errcode, errmsg, rid } = verdictOf(answer) ?? {};
  const verdict = { errcode, errmsg, rid };
  switch (facts.errclass) {
    case 'retry-later':
      return facts.ambiguous
        ? { outcome: 'unknown', grant: 'unknown', ...verdict }
        : { outcome: 'failed', grant: 'available', ...verdict };
    case 'recipient-refused-or-no-grant':
      return { outcome: 'refused', grant: 'void', ...verdict };
    case 'invalid-request':
      return facts.openidUnusable
        ? { outcome: 'failed', grant: 'void', openidUnusable: true, ...verdict }
        : { outcome: 'failed', grant: 'available', ...verdict };
    case 'refresh-token-and-retry':
    case 'quota':
    case 'account-misconfigured':
      return { outcome: 'failed', grant: 'available', ...verdict };
    case 'unknown-code':
      return { outcome: 'unknown', grant: 'unknown', ...verdict };
    default:
      return facts.errclass satisfies never;
  }
}

/** The channel `one-time` answers none (docs/platform.md §3.5). */
function msgidOf({ body: { msgid } }: WeixinEnvelope): { msgid?: string } {
  return typeof msgid === 'string' || typeof msgid === 'number' ? { msgid: String(msgid) } : {};
}

/** Whether all that is to be told of a message is that WeChat has accepted it. */
export function isPlainlySent({ outcome, errcode, errmsg, rid, reason, msgid }: Settlement): boolean {
  return (
    outcome === 'sent' && errcode === 0 && [errmsg, rid, reason, msgid].every((text) => text === undefined)
  );
}
