import { quotaRenewedAt } from '../../kernel/platform-day.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';

const FIRST_BACKOFF_MS = 5000;
const LAST_BACKOFF_MS = 300_000;
const ACCOUNT_PAUSE_MS = 600_000;
/** Messages that may go at the same moment are spread over this much. */
const SPREAD_MS = 15_000;

/**
 * Why the same message may be delivered later although nothing of it is mended. `backoff`: it did not get
 * through · `stated`: after as long as the platform said · `quota`: when the quota begins anew · `account`:
 * when a person has put the account in order.
 */
export type Retry =
  | { kind: 'backoff' }
  | { kind: 'stated'; seconds: number }
  | { kind: 'quota' }
  | { kind: 'account' };

/**
 * Whether the same post may be tried again later; `undefined`: never by itself. Only what WeChat surely did
 * not deliver, so the class of the errcode decides (docs/platform.md §10): an answer that leaves a doubt, a
 * person who may not be written to and a message that is wrong are final.
 */
export function retryOf(answer: WeixinAnswer): Retry | undefined {
  if (answer.kind === 'not-sent') return { kind: 'backoff' };
  if (answer.kind === 'no-answer') return undefined;
  const { errclass, ambiguous, retryAfterSeconds } = answer.facts;
  switch (errclass) {
    case 'retry-later':
      return ambiguous ? undefined : statedOrBackoff(retryAfterSeconds);
    case 'quota':
      return { kind: 'quota' };
    // Two tokens in a row were refused: that is the account's trouble, not the message's.
    case 'refresh-token-and-retry':
    case 'account-misconfigured':
      return { kind: 'account' };
    case 'ok':
    case 'invalid-request':
    case 'recipient-refused-or-no-grant':
    case 'unknown-code':
      return undefined;
    default:
      return errclass satisfies never;
  }
}

export function statedOrBackoff(seconds: number | undefined): Retry {
  return seconds === undefined ? { kind: 'backoff' } : { kind: 'stated', seconds };
}

/**
 * When to try again: 5 s after the first attempt, doubling to 5 min, a quarter more or less; or at the moment
 * that the cause names, a little spread.
 * @param attempts how many there have been
 * @param fraction jitter, in [0, 1)
 */
export function retryAt(retry: Retry, attempts: number, now: number, fraction: number): number {
  const spread = Math.round(SPREAD_MS * fraction);
  switch (retry.kind) {
    case 'backoff': {
      const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** Math.max(0, attempts - 1), LAST_BACKOFF_MS);
      return now + Math.round(backoff * (0.75 + fraction / 2));
    }
    case 'stated':
      return now + 1000 * retry.seconds + spread;
    case 'account':
      return now + ACCOUNT_PAUSE_MS + spread;
    // The pause of the account ends then, and brings them forward if it ends earlier.
    case 'quota':
      return quotaRenewedAt(now);
    default:
      return retry satisfies never;
  }
}
