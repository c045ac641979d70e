import type { Account } from '../config/options.js';
import type { ReceivedMessage } from '../platform/inbox.js';
import type { Platform } from '../platform/platform.js';
import { resultEvent, signedQuery } from './result-event.js';

/** The platform hangs up after this long (§7.5). */
const PATIENCE_MS = 5000;

/** Pushes the result of a send, if the account asks for it; what became of it is only counted. Never retried. */
export function pushResult(
  platform: Platform,
  account: Account,
  message: ReceivedMessage,
  closing: AbortSignal,
): void {
  if (account.resultEvent === 'none' || account.push === null) return;
  const now = platform.clock.now();
  const url = new URL(account.push.url);
  const signed = signedQuery({ token: account.push.token, nonce: platform.random.hex(10), now });
  for (const [name, value] of signed) url.searchParams.append(name, value);
  void fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body: resultEvent(message, now),
    redirect: 'manual',
    signal: AbortSignal.any([closing, AbortSignal.timeout(PATIENCE_MS)]),
  }).then(
    (answer) => platform.counters.pushed(account.appId, String(answer.status)),
    () => platform.counters.pushed(account.appId, 'lost'),
  );
}
