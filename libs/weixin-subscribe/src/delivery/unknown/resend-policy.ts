import type { AccountConfig } from '../../account/account.options.js';
import { HOUR_MS } from '../../kernel/platform-day.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import type { MessageRecord, SettledMessage } from '../ledger/message.types.js';
import { ASSUMED_SENT } from '../ledger/reasons.js';
import { type Settlement, settlementOf } from '../ledger/settlement.js';

/**
 * After each unknown outcome; then never again. Long enough for a late answer, and for a confirm that is on
 * its way to our callback.
 */
const PAUSES_MS = [60_000, 300_000];
/** What nobody got to within this time stays as it is: it is a person's by then. */
const FRESH_MS = HOUR_MS;

/** What WeChat says where there is no permission. */
const NO_PERMISSION = 43101;

/** When a message whose outcome is unknown since `now` is posted again; `undefined`: never. */
export function resendAt(
  { channel = 'one-time', resends = PAUSES_MS.length, deadline }: SettledMessage,
  account: AccountConfig | undefined,
  now: number,
): number | undefined {
  // Where confirms add up, a second post would use up, and deliver for, another one.
  if (channel !== 'one-time' || account?.grantRule !== 'set' || resends >= PAUSES_MS.length) return undefined;
  const at = now + PAUSES_MS[resends];
  return deadline && deadline.getTime() <= at ? undefined : at;
}

/** Whether it may still be posted again at `now`. */
export function isFresh({ settledAt, deadline }: MessageRecord, now: number): boolean {
  return now - (settledAt?.getTime() ?? 0) < FRESH_MS && (deadline === undefined || now < deadline.getTime());
}

/**
 * Where the answer to a second post takes the message. Only two answers tell what became of the first: WeChat
 * takes it now, so the first had not arrived; or it holds no permission any more, so the first is assumed to
 * have used it. After all others it may have arrived or not.
 */
export function resendSettlementOf(answer: WeixinAnswer): Settlement {
  const settlement = settlementOf(answer);
  const { errcode, errmsg, rid, reason } = settlement;
  if (settlement.outcome === 'sent') return settlement;
  if (errcode === NO_PERMISSION)
    return {
      outcome: 'sent',
      grant: 'spent',
      errcode,
      errmsg,
      rid,
      reason: ASSUMED_SENT,
    };
  return { outcome: 'unknown', grant: 'unknown', errcode, errmsg, rid, reason };
}
