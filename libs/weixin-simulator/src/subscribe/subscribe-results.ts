import type { Platform } from '../platform/platform.js';
import { askForTemplates, type PopupRequest } from './ask-for-templates.js';
import { type SubscribeFail, subscribeFail } from './subscribe-fail.js';

export const REQUEST_ANSWERS = [
  ...(['accept', 'reject', 'ban', 'filter', 'acceptWithAudio', 'acceptWithAlert'] as const),
  'acceptWithForcePush' as const,
];
export type RequestAnswer = (typeof REQUEST_ANSWERS)[number];

export const OPEN_ANSWERS = ['accept', 'reject', 'cancel', 'filter'] as const;
export type OpenAnswer = (typeof OPEN_ANSWERS)[number];

/** What a subscription request led to. */
interface Asked<Result> {
  /** Exactly what the page of the app gets: by template id the answer, and errMsg; or errMsg and errCode. */
  result: Result;
  /** By template: the permission an accept gave. */
  grantIds: Record<string, string>;
  /** The `subscribe_msg_popup_event`, when the account has a push address. */
  pushId?: string;
}

export type RequestSubscribeResult = Asked<{ errMsg: string; [templateId: string]: string } | SubscribeFail>;
export type OpenSubscribeResult = Asked<{ errMsg: string; subscribeDetails: string } | SubscribeFail>;

/** `wx.requestSubscribeMessage({tmplIds})` in a mini-program (§6.1). */
export function requestSubscribe(
  platform: Platform,
  request: PopupRequest<RequestAnswer>,
): RequestSubscribeResult {
  const { fail, statuses, ...rest } = askForTemplates(platform, request);
  const name = 'requestSubscribeMessage';
  return { result: fail ? subscribeFail(name, fail) : { errMsg: `${name}:ok`, ...statuses }, ...rest };
}

/**
 * `<wx-open-subscribe template="…">` on a page of an official account (§6.2): each answer is JSON inside
 * JSON.
 */
export function openSubscribe(platform: Platform, request: PopupRequest<OpenAnswer>): OpenSubscribeResult {
  const { fail, statuses, ...rest } = askForTemplates(platform, request);
  if (fail) return { result: subscribeFail('subscribe', fail), ...rest };
  const details = Object.entries(statuses).map(([id, status]) => [id, JSON.stringify({ status })]);
  const subscribeDetails = JSON.stringify(Object.fromEntries(details));
  return { result: { errMsg: 'subscribe:ok', subscribeDetails }, ...rest };
}
