import type { Account } from '../config/options.js';
import { keywordsOf, type SubscribeTemplate } from '../config/subscribe-template.js';
import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import type { SubscribeKey } from '../platform/grant-key.js';
import type { Grant } from '../platform/grants.js';
import type { MessageLine } from '../platform/inbox.js';
import type { Platform } from '../platform/platform.js';
import { sentEvent } from '../push/subscription-events.js';
import { TYPED_CHECKS } from './typed-checks.js';
import { readTypedMessage, type TypedMessage } from './typed-message.js';

/** An accepted message; the answer carries its id. */
export interface AcceptedMessage {
  /** Digits; more than a double holds. */
  msgId: string;
}

/**
 * `subscribe/send` and `subscribe/bizsend` once the caller is known. A refused request uses nothing up; an
 * accepted one uses one accept of the person and is followed by `subscribe_msg_sent_event`, if the account
 * has a push address.
 */
export function sendTyped(
  platform: Platform,
  account: Account,
  { rawBody, overlapping }: { rawBody: Buffer; overlapping: boolean },
): AcceptedMessage | Refusal {
  const message = readTypedMessage(rawBody);
  if (isRefusal(message)) return message;
  const template = account.subscribeTemplates.find(({ priTmplId }) => priTmplId === message.templateId);
  const { accounts, people } = platform;
  for (const check of TYPED_CHECKS) {
    const refusal = check({ message, account, accounts, people, template });
    if (refusal) return refusal;
  }
  if (overlapping && account.overlappingSubscribeSends === 'refuse') return refuse(43108);
  return template ? deliver(platform, account, message, template) : refuse(40037);
}

/** Accepts for typed templates are of one kind for each kind of account. */
export function channelOf({ kind }: Account): SubscribeKey['channel'] {
  return kind === 'mini-program' ? 'mini-subscribe' : 'service-notice';
}

function deliver(
  platform: Platform,
  account: Account,
  message: TypedMessage,
  template: SubscribeTemplate,
): AcceptedMessage | Refusal {
  const { appId } = account;
  const { touser: openid = '' } = message;
  const key = { channel: channelOf(account), appId, openid, templateId: template.priTmplId };
  const grant = platform.grants.use(key);
  if (!grant) return refuse(43101);
  platform.counters.sent(appId);
  const msgId = nextMsgId(platform);
  if (account.sentFailure === null) receive(platform, message, template, { ...key, grant, msgId });
  const at = platform.clock.now();
  platform.pushes.push(account, sentEvent(account, { openid, at }, { templateId: key.templateId, msgId }));
  return { msgId };
}

function receive(
  platform: Platform,
  message: TypedMessage,
  template: SubscribeTemplate,
  { grant, msgId, ...key }: SubscribeKey & { grant: Grant; msgId: string },
): void {
  const { page, miniprogram, miniprogramState = 'formal', lang = 'zh_CN' } = message;
  const data = message.data as Record<string, { value: string }>;
  const lines = keywordsOf(template).map(
    ({ key: name, label }): MessageLine => ({ key: name, label, value: data[name]?.value ?? '' }),
  );
  platform.inbox.receive({
    ...key,
    ...{ scene: null, title: template.title, content: { value: linesText(lines) }, lines },
    data: Object.fromEntries(lines.map((line) => [line.key, { value: line.value }])),
    ...(page ? { page } : {}),
    ...(miniprogram ? { miniprogram: miniprogram as { appid: string; pagepath: string } } : {}),
    ...{ msgId, miniprogramState, lang, receivedAt: platform.clock.now(), grantId: grant.id },
    place: platform.people.follows(key.openid) ? 'account-chat' : 'service-notification',
  });
}

/** What a person reads. */
export function linesText(lines: readonly MessageLine[]): string {
  return lines.map(({ label, value }) => `${label}：${value}`).join('\n');
}

/** Of 19 digits, as live ones, and odd: a reader that takes it for a double gets another number for sure. */
function nextMsgId({ random }: Platform): string {
  return String((3_000_000_000_000_000_000n + BigInt(`0x${random.hex(15)}`)) | 1n);
}
