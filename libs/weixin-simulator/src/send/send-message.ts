import type { Account } from '../config/options.js';
import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import type { ReceivedMessage } from '../platform/inbox.js';
import type { Platform } from '../platform/platform.js';
import { readScene } from '../platform/wire-values.js';
import { type IncomingMessage, readMessage } from './incoming-message.js';
import { MESSAGE_CHECKS } from './message-checks.js';

const ONE_TIME = 'one-time' as const;

/**
 * Everything `message/template/subscribe` does once the caller is known: format, values, permission,
 * delivery. A refused request uses nothing up (row 10). Synchronous from the permission to the inbox, so two
 * calls never share a grant (row 9).
 */
export function sendMessage(
  platform: Platform,
  account: Account,
  { rawBody, overlapping }: { rawBody: Buffer; overlapping: boolean },
): ReceivedMessage | Refusal {
  const message = readMessage(rawBody);
  if (isRefusal(message)) return message;
  const { accounts, people } = platform;
  for (const check of MESSAGE_CHECKS) {
    const refusal = check({ message, account, accounts, people });
    if (refusal) return refusal;
  }
  if (overlapping && account.overlappingSends === 'refuse') return refuse(43108);
  return deliver(platform, account, message);
}

function deliver(platform: Platform, account: Account, message: IncomingMessage): ReceivedMessage | Refusal {
  const scene = readScene(message.scene);
  const { touser: openid = '', templateId = '' } = message;
  const { appId } = account;
  const key = scene === undefined ? undefined : { channel: ONE_TIME, appId, openid, templateId, scene };
  const grant = key && platform.grants.use(key);
  if (!key || !grant) return refuse(43101);
  platform.counters.sent(account.appId);
  return platform.inbox.receive({
    ...key,
    title: message.title ?? '',
    content: readContent(message),
    ...(message.url ? { url: message.url } : {}),
    ...readTarget(message),
    receivedAt: platform.clock.now(),
    grantId: grant.id,
    place: platform.people.follows(openid) ? 'account-chat' : 'service-notification',
  });
}

function readContent({ content }: IncomingMessage): { value: string; color?: string } {
  const { value = '', color } = (content ?? {}) as { value?: string; color?: string };
  return color ? { value: value ?? '', color } : { value: value ?? '' };
}

function readTarget({ miniprogram }: IncomingMessage): Pick<ReceivedMessage, 'miniprogram'> {
  if (!miniprogram) return {};
  const { appid, pagepath } = miniprogram as { appid: string; pagepath: string };
  return { miniprogram: { appid, pagepath } };
}
