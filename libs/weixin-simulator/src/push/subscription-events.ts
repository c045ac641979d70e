import type { Account } from '../config/options.js';
import type { ReceivedMessage } from '../platform/inbox.js';
import { listShapes, type PushEvent } from './push-event.js';

/** The three events about subscription messages and notices (§6.3). */

interface Receiver {
  openid: string;
  at: number;
}

/** 0: page of a mini-program, 1: web page, 2: article. */
export const POPUP_SCENES = [0, 1, 2] as const;
export type PopupScene = (typeof POPUP_SCENES)[number];

/** The person answered the request for some templates. */
export function popupEvent(
  { openid, at }: Receiver,
  answers: readonly { templateId: string; status: 'accept' | 'reject' }[],
  scene: PopupScene,
): PushEvent {
  const items = answers.map(({ templateId, status }) => ({
    ...{ TemplateId: templateId, SubscribeStatusString: status, PopupScene: scene },
  }));
  return {
    ...{ event: 'subscribe_msg_popup_event', openid, at },
    ...listShapes('SubscribeMsgPopupEvent', items),
  };
}

/** The person switched templates off in the settings; only `reject` is pushed. */
export function changeEvent(
  { changeEventWrapper }: Account,
  { openid, at }: Receiver,
  templateIds: readonly string[],
): PushEvent {
  const items = templateIds.map((templateId) => ({
    ...{ TemplateId: templateId, SubscribeStatusString: 'reject' },
  }));
  return { event: 'subscribe_msg_change_event', openid, at, ...listShapes(changeEventWrapper, items) };
}

/**
 * What became of a message the send call had accepted. In XML its id stands bare: a reader of numbers loses
 * digits.
 */
export function sentEvent(
  { sentFailure }: Account,
  { openid, at }: Receiver,
  { templateId, msgId }: { templateId: string; msgId: string },
): PushEvent {
  const item = {
    ...{ TemplateId: templateId, MsgID: BigInt(msgId), ErrorCode: sentFailure?.errorCode ?? 0 },
    ErrorStatus: sentFailure?.errorStatus ?? 'success',
  };
  return { event: 'subscribe_msg_sent_event', openid, at, ...listShapes('SubscribeMsgSentEvent', [item]) };
}

/**
 * The same for a one-time message, of which no document knows: it exists here only so that a client can show
 * that it does not mind (row 37).
 */
export function resultEvent({ openid, templateId, id }: ReceivedMessage, at: number): PushEvent {
  const item = { TemplateId: templateId, MsgID: id.slice(1), ErrorCode: '0', ErrorStatus: 'success' };
  return { event: 'subscribe_msg_sent_event', openid, at, ...listShapes('SubscribeMsgSentEvent', [item]) };
}
