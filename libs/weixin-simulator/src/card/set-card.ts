import type { Account } from '../config/options.js';
import type { PlatformCall } from '../http/call.js';
import { isRefusal, OK, type Refusal, refuse } from '../platform/errcodes.js';
import type { Platform } from '../platform/platform.js';
import { isObject, type JsonObject, readBody } from '../send/read-body.js';
import type { CardCode } from './card-book.js';
import { hasIllegalText, isUint32, refuseContent } from './card-content.js';
import { cardFailedEvent } from './card-event.js';
import { CARD_KINDS, type CardKind } from './card-kinds.js';
import { mayFollow } from './card-states.js';

interface Target {
  body: JsonObject;
  kind: CardKind;
  notifyType: number;
  card: CardCode;
}

/**
 * Who a call is about: 85434, 85461, 85462, 40003, 85437, 85436, 85438 in this order.
 * @param asks the page of the asking call has no errcode for a type that is denied, nor for a blocked code:
 *   `code_state` says it
 */
function readTarget(
  platform: Platform,
  account: Account,
  call: PlatformCall,
  asks = false,
): Target | Refusal {
  const read = readBody(call.rawBody);
  if (isRefusal(read)) return read;
  const { body } = read;
  const { openid, notify_type: notifyType, notify_code: code } = body;
  const kind = typeof notifyType === 'number' ? CARD_KINDS[notifyType] : undefined;
  if (!kind || typeof notifyType !== 'number') return refuse(85434);
  if (account.cardTemplate === 'denied' && !asks) return refuse(85461);
  if (account.cardAdmission === 'denied' && !asks) return refuse(85462);
  if (typeof openid !== 'string' || !platform.people.isOpenidOf(account.appId, openid)) return refuse(40003);
  const card =
    typeof code === 'string' ? platform.cards.find(account.appId, openid, notifyType, code) : undefined;
  if (!card) return refuse(85437);
  if (card.codeState === 2 && !asks) return refuse(85436);
  if (platform.cards.seconds() >= platform.cards.expiresAt(card)) return refuse(85438);
  return { body, kind, notifyType, card };
}

/** `set_user_notify`: the next state of a card, or its first. */
export function setCard(platform: Platform, account: Account, call: PlatformCall): typeof OK | Refusal {
  const target = readTarget(platform, account, call);
  if (isRefusal(target)) return target;
  const { body, kind, card } = target;
  const current = card.states.at(-1);
  const unpaid =
    current || card.source !== 'order' ? undefined : refusePayment(platform, card, body.check_json);
  if (unpaid) return unpaid;
  const content = jsonIn(body.content_json);
  if (!content) return refuse(85435);
  const { cur_status: state } = content;
  if (typeof state !== 'number') return refuse(85439);
  if (!mayFollow(kind, current?.state, state, account.cardUnknownStates))
    return refuse(body.check_json !== undefined && current?.content === body.content_json ? 85448 : 85439);
  const unfit = refuseContent(kind, state, content);
  if (unfit) return unfit;
  if (call.overlapping) return refuse(85449);
  store(platform, account, target, state);
  return OK;
}

/** The payment as the order has it: 85433; 85438 for one that claims to be older than a day. */
function refusePayment(platform: Platform, { payAmount }: CardCode, given: unknown): Refusal | undefined {
  const check = jsonIn(given);
  const { pay_amount: amount, pay_time: time, pay_channel: channel = 0 } = check ?? {};
  if (!isUint32(amount) || !isUint32(time) || !isUint32(channel) || amount !== payAmount)
    return refuse(85433);
  return platform.cards.seconds() - time > 24 * 3600 ? refuse(85438) : undefined;
}

function store(platform: Platform, account: Account, target: Target, state: number): void {
  const { card, body, kind, notifyType } = target;
  const at = platform.clock.now();
  const isPaid = kind.source === 'order' && state === 1;
  const failRet = failureOf(account, card);
  card.beganAt ??= platform.cards.seconds();
  card.notifyType = notifyType;
  card.states.push({ state, at, content: String(body.content_json), notified: !isPaid && failRet === 0 });
  if (failRet !== 0) platform.pushes.push(account, cardFailedEvent(card, notifyType, state, failRet, at));
}

function failureOf({ cardTemplate, cardFailRet }: Account, { codeState }: CardCode): number {
  if (codeState === 10) return -1004;
  return cardTemplate === 'missing' ? -1003 : cardFailRet;
}

const PARTS: Readonly<Record<string, number>> = {
  pay_info: 85444,
  store_info: 85445,
  shipping_list: 85446,
  product_list: 85447,
};

/** `set_user_notifyext`: what stands beside a state; each member is text with JSON in it. */
export function setCardExt(platform: Platform, account: Account, call: PlatformCall): typeof OK | Refusal {
  const target = readTarget(platform, account, call);
  if (isRefusal(target)) return target;
  const { body, card } = target;
  const ext = jsonIn(body.ext_json);
  if (!ext || card.states.length === 0 || Object.values(ext).some((each) => typeof each !== 'string'))
    return refuse(85470);
  if (hasIllegalText(ext)) return refuse(85471);
  const bent = Object.keys(ext).find((name) => Object.hasOwn(PARTS, name) && parsed(ext[name]) === undefined);
  if (bent) return refuse(PARTS[bent] as number);
  if (call.overlapping) return refuse(85449);
  card.ext = String(body.ext_json);
  return OK;
}

/** `get_user_notify`: the last state that was stored; an empty text for none. */
export function getCard(platform: Platform, account: Account, call: PlatformCall): object | Refusal {
  const target = readTarget(platform, account, call, true);
  if (isRefusal(target)) return target;
  const { card, notifyType } = target;
  return {
    ...OK,
    notify_info: {
      notify_type: notifyType,
      content_json: card.states.at(-1)?.content ?? '',
      code_state: card.codeState,
      code_expire_time: platform.cards.expiresAt(card),
    },
    ...(card.ext !== undefined && { notify_ext_info: { ext_json: card.ext, service_type_list: [101] } }),
  };
}

/** Text with the JSON of an object in it. */
function jsonIn(value: unknown): JsonObject | undefined {
  const read = typeof value === 'string' ? parsed(value) : undefined;
  return isObject(read) ? read : undefined;
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
