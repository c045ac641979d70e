import { type ErrorFacts, WeixinSubscribeError } from '../kernel/errors.js';
import { oneLine } from '../kernel/one-line.js';
import { redact } from '../kernel/redact.js';
import type { ErrcodeFacts } from './errcodes.js';
import type { WeixinAnswer } from './weixin-api.client.js';

/** WeChat's response, as far as it may be shown: the errmsg is redacted, and one line. */
export interface WeixinVerdict {
  errcode: number;
  errmsg: string;
  rid?: string;
  facts: ErrcodeFacts;
}

/** `undefined` where no usable response came. */
export function verdictOf(answer: WeixinAnswer): WeixinVerdict | undefined {
  if (answer.kind !== 'answered') return undefined;
  const { errcode, errmsg, rid } = answer.envelope;
  return { errcode, errmsg: oneLine(redact(errmsg)), rid, facts: answer.facts };
}

/** WeChat's refusal, as logs, reasons and errors show it: `errcode 43101 user refuse to accept the msg`. */
export const errcodeText = (errcode: number, errmsg = ''): string => `errcode ${errcode} ${errmsg}`.trimEnd();

/** Why something did not end well: WeChat's refusal, or our words; behind a sentence, or nothing. */
export function causeText(end: { errcode?: number; errmsg?: string; reason?: string }): string {
  const cause = end.errcode ? errcodeText(end.errcode, end.errmsg) : end.reason;
  return cause ? `: ${cause}` : '';
}

/** HTTP status of a refusal that the caller can mend (422) or that ends by itself (503); else `undefined`. */
export function statusOfErrclass(errclass: ErrcodeFacts['errclass'] | undefined): number | undefined {
  if (errclass === 'invalid-request') return 422;
  return errclass === 'quota' || errclass === 'retry-later' ? 503 : undefined;
}

/** An error that may repeat WeChat's response. */
export abstract class WeixinApiError extends WeixinSubscribeError {
  declare readonly errcode?: number;
  declare readonly errmsg?: string;
  declare readonly rid?: string;
  declare readonly errclass?: ErrcodeFacts['errclass'];
  /** Seconds to wait before asking again, where the platform documents them. */
  declare readonly retryAfterSeconds?: number;

  constructor(message: string, verdict?: WeixinVerdict, facts: ErrorFacts = {}) {
    super(message, { remedy: verdict?.facts.remedy.en, ...facts });
    if (!verdict) return;
    const { errcode, errmsg, rid, facts: known } = verdict;
    const { errclass, retryAfterSeconds } = known;
    this.assign({ errcode, errmsg, rid, errclass, retryAfterSeconds });
  }

  override problemMembers(): object {
    const { errcode, errmsg, rid, retryAfterSeconds } = this;
    return { errcode, errmsg, rid, retryAfterSeconds };
  }
}
