import type { Account } from '../config/options.js';
import type { SubscribeTemplate } from '../config/subscribe-template.js';
import type { Platform } from '../platform/platform.js';
import { type PopupScene, popupEvent } from '../push/subscription-events.js';
import { channelOf } from '../send/send-typed.js';
import type { SubscribeFailCode } from './subscribe-fail.js';

const MOST_TEMPLATES = 5;

/** A subscription request for up to five templates, and what the person answers to each. */
export interface PopupRequest<Answer extends string> {
  account: Account;
  openid: string;
  answers: Readonly<Record<string, Answer>>;
  popupScene: PopupScene;
  /**
   * The person has chosen "always keep": there is no popup, these are the choices that were kept, and no
   * event is pushed.
   */
  alwaysKeep: boolean;
  /** The client fails with this code instead. */
  fail: SubscribeFailCode | undefined;
}

/** What came of it: a code, or an answer for each template. */
export interface TemplateAnswers {
  fail?: SubscribeFailCode;
  statuses: Record<string, string>;
  /** By template: the permission an accept gave. */
  grantIds: Record<string, string>;
  /** The `subscribe_msg_popup_event`, when the account has a push address. */
  pushId?: string;
}

/**
 * A person answers, by `wx.requestSubscribeMessage` or `<wx-open-subscribe>`. Each accept is one more message
 * (§6.1). Not asked about: a banned template (`ban`), one with the title of an earlier one (`filter`), one
 * switched off (`reject`).
 */
export function askForTemplates<Answer extends string>(
  platform: Platform,
  request: PopupRequest<Answer>,
): TemplateAnswers {
  const { account, openid, answers, popupScene } = request;
  const { appId } = account;
  const asked = Object.keys(answers).map((id) => findTemplate(account, id));
  const fail = request.fail ?? failOf(platform, request, asked);
  if (fail !== undefined) return { fail, statuses: {}, grantIds: {} };
  const templates = asked.filter((template) => template !== undefined);
  const result: TemplateAnswers = { statuses: {}, grantIds: {} };
  const pushed: { templateId: string; status: 'accept' | 'reject' }[] = [];
  for (const [index, template] of templates.entries()) {
    const { priTmplId: templateId, type } = template;
    const unasked = unaskedStatus(platform, request, template, templates.slice(0, index));
    const status = unasked ?? (answers[templateId] as string);
    result.statuses[templateId] = status;
    platform.counters.answered(status);
    if (request.alwaysKeep && !unasked)
      platform.messageSettings.keep({ appId, openid }, templateId, accepts(status) ? 'accept' : 'reject');
    const accepted = accepts(status);
    if (!unasked && (accepted || status === 'reject'))
      pushed.push({ templateId, status: accepted ? 'accept' : 'reject' });
    if (!accepted) continue;
    const key = { channel: channelOf(account), appId, openid, templateId };
    result.grantIds[templateId] = platform.grants.accept(account, key, type === 3).id;
  }
  if (pushed.length === 0 || request.alwaysKeep || !platform.popups.isPushed(account, openid)) return result;
  const event = popupEvent({ openid, at: platform.clock.now() }, pushed, popupScene);
  const push = platform.pushes.push(account, event);
  return push ? { ...result, pushId: push.id } : result;
}

const accepts = (status: string) => status.startsWith('accept');

function findTemplate(account: Account, templateId: string): SubscribeTemplate | undefined {
  return account.subscribeTemplates.find(({ priTmplId }) => priTmplId === templateId);
}

function failOf<Answer extends string>(
  { messageSettings }: Platform,
  { account, openid, answers }: PopupRequest<Answer>,
  asked: readonly (SubscribeTemplate | undefined)[],
): SubscribeFailCode | undefined {
  if (asked.length === 0) return 10001;
  if (asked.length > MOST_TEMPLATES) return 20003;
  if (Object.keys(answers).some((id) => id.trim() === '')) return 10004;
  if (account.subscribeBanned) return 20005;
  if (messageSettings.isOff({ appId: account.appId, openid })) return 20004;
  if (asked.includes(undefined)) return 20001;
  return new Set(asked.map((template) => template?.type)).size > 1 ? 20002 : undefined;
}

function unaskedStatus<Answer extends string>(
  { messageSettings }: Platform,
  { account: { appId }, openid }: PopupRequest<Answer>,
  { priTmplId, title, banned }: SubscribeTemplate,
  earlier: readonly SubscribeTemplate[],
): string | undefined {
  if (banned) return 'ban';
  if (earlier.some((other) => other.title === title)) return 'filter';
  return messageSettings.isOff({ appId, openid }, priTmplId) ? 'reject' : undefined;
}
