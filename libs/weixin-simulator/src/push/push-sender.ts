import type { Account, PushTarget } from '../config/options.js';
import type { ReceivedMessage } from '../platform/inbox.js';
import type { Platform } from '../platform/platform.js';
import { encryptPush } from './push-cipher.js';
import { encryptedBody, resultEvent, signedQuery } from './result-event.js';

/** The platform hangs up after this long (§7.5). */
const PATIENCE_MS = 5000;
/** The first and its repetitions, which the pages count as three or as four (§7.5). */
const MOST_DELIVERIES = 4;

/** Pushes the result of a send, if the account asks for it, until it is answered 200. What became of each delivery is only counted. */
export function pushResult(
  platform: Platform,
  account: Account,
  message: ReceivedMessage,
  closing: AbortSignal,
): void {
  const { resultEvent: wanted, push, appId } = account;
  if (wanted === 'none' || push === null) return;
  const body = resultEvent(message, platform.clock.now());
  void repeat(async () => {
    const result = await deliver(platform, appId, push, body, closing);
    platform.counters.pushed(appId, result);
    return result === '200' || closing.aborted;
  });
}

async function repeat(delivery: () => Promise<boolean>): Promise<void> {
  for (let times = 0; times < MOST_DELIVERIES; times++) if (await delivery()) return;
}

/** One delivery, signed anew. Answers the status, or `lost`. */
async function deliver(
  { clock, random }: Platform,
  appId: string,
  { url, token, encodingAesKey }: PushTarget,
  body: string,
  closing: AbortSignal,
): Promise<string> {
  const encrypted = encodingAesKey && encryptPush(encodingAesKey, appId, body, random.hex(16));
  const address = new URL(url);
  const query = signedQuery({ token, nonce: random.hex(10), now: clock.now(), encrypted });
  for (const [name, value] of query) address.searchParams.append(name, value);
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: encrypted === undefined ? body : encryptedBody(encrypted),
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(PATIENCE_MS)]),
    });
    return String(answer.status);
  } catch {
    return 'lost';
  }
}
