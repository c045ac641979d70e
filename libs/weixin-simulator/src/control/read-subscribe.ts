import { FieldReader } from '../common/field-reader.js';
import { WITH_NOTICES } from '../platform/official-kinds.js';
import type { Platform } from '../platform/platform.js';
import { POPUP_SCENES } from '../push/subscription-events.js';
import type { PopupRequest } from '../subscribe/ask-for-templates.js';
import { SUBSCRIBE_FAIL_CODES } from '../subscribe/subscribe-fail.js';
import {
  OPEN_ANSWERS,
  type OpenAnswer,
  REQUEST_ANSWERS,
  type RequestAnswer,
} from '../subscribe/subscribe-results.js';
import type { SettingChange } from '../subscribe/switch-templates.js';
import { RECEIVER_FIELDS, readReceiver, readReceiverAt } from './read-receiver.js';

const ASK_FIELDS = [...RECEIVER_FIELDS, 'answers', 'popupScene', 'alwaysKeep', 'fail'];

/**
 * A subscription request of a mini-program, by `wx.requestSubscribeMessage`; the popup is shown on a page
 * of the mini-program.
 */
export function readSubscribeRequest(platform: Platform, options: unknown): PopupRequest<RequestAnswer> {
  const fields = new FieldReader(options, 'request').onlyKnown(ASK_FIELDS);
  return {
    ...readReceiverAt(['mini-program'], platform, fields),
    answers: readAnswers(fields, REQUEST_ANSWERS),
    popupScene: fields.oneOf('popupScene', POPUP_SCENES) ?? 0,
    alwaysKeep: fields.flag('alwaysKeep') ?? false,
    fail: fields.oneOf('fail', SUBSCRIBE_FAIL_CODES),
  };
}

/** The same of an official account, by `<wx-open-subscribe>`; the popup is shown on a web page. */
export function readOpenSubscribe(platform: Platform, options: unknown): PopupRequest<OpenAnswer> {
  const fields = new FieldReader(options, 'request').onlyKnown(ASK_FIELDS);
  return {
    ...readReceiverAt(WITH_NOTICES, platform, fields),
    answers: readAnswers(fields, OPEN_ANSWERS),
    popupScene: fields.oneOf('popupScene', POPUP_SCENES) ?? 1,
    alwaysKeep: fields.flag('alwaysKeep') ?? false,
    fail: fields.oneOf('fail', SUBSCRIBE_FAIL_CODES),
  };
}

export function readSettingChange(platform: Platform, options: unknown): SettingChange {
  const fields = new FieldReader(options, 'change').onlyKnown([...RECEIVER_FIELDS, 'templateId', 'on']);
  const receiver = readReceiver(platform, fields);
  const templateId = fields.text('templateId');
  const { subscribeTemplates, appId } = receiver.account;
  if (templateId !== undefined && !subscribeTemplates.some(({ priTmplId }) => priTmplId === templateId))
    fields.fail('templateId', `is not a template with typed keywords of ${appId}`);
  return {
    ...receiver,
    templateId,
    on: fields.flag('on') ?? fields.fail('on', 'is required: true or false'),
  };
}

function readAnswers<Answer extends string>(
  fields: FieldReader,
  allowed: readonly Answer[],
): Record<string, Answer> {
  const answers = new FieldReader(fields.raw('answers'), fields.at('answers'));
  const ids = Object.keys(answers.everything());
  return Object.fromEntries(
    ids.map((id) => [id, answers.oneOf(id, allowed) ?? answers.fail(id, `must be ${allowed.join(', ')}`)]),
  );
}
