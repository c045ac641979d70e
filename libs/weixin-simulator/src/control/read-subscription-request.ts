import { FieldReader } from '../common/field-reader.js';
import { UsageError } from '../common/usage-error.js';
import { CONFIRM_ERROR_TEXT, isConfirmError, readConfirmRequest } from '../confirm/confirm-request.js';
import type { SubscriptionRequest } from '../confirm/person-answer.js';
import type { Platform } from '../platform/platform.js';
import { RESERVED, readScene } from '../platform/wire-values.js';
import { readReceiver } from './read-receiver.js';

const REQUEST_FIELDS = ['appId', 'person', 'openid', 'templateId', 'scene', 'reserved', 'redirectUrl'];

/**
 * A one-time subscription request that a test makes to a person; what the platform would refuse (row 34) is
 * refused here with a reason.
 */
export function readSubscriptionRequest(platform: Platform, options: unknown): SubscriptionRequest {
  const fields = new FieldReader(options, 'request').onlyKnown(REQUEST_FIELDS);
  const { account, openid } = readReceiver(platform, fields);
  if (account.kind === 'mini-program')
    fields.fail('appId', 'a mini-program has no one-time subscription messages');
  const templateId =
    fields.text('templateId') ?? account.templates[0] ?? fields.fail('templateId', 'is required');
  if (!account.templates.includes(templateId))
    fields.fail('templateId', `is not a template of ${account.appId}`);
  const scene =
    readScene(fields.raw('scene')) ?? fields.fail('scene', 'must be a whole number from 0 to 10000');
  const reserved = fields.text('reserved', RESERVED, 'must be letters and digits, at most 128');
  return { account, openid, templateId, scene, reserved, redirectUrl: fields.text('redirectUrl') };
}

/**
 * Opens a confirm address as WeChat's browser would. The fragment never reaches a server, so only here it can
 * be checked.
 */
export function readTap(
  platform: Platform,
  confirmUrl: string,
  options: unknown,
): { request: SubscriptionRequest; answer: 'confirm' | 'cancel' } {
  const fields = new FieldReader(options, 'tap').onlyKnown(['answer', 'person']);
  const answer =
    fields.oneOf('answer', ['confirm', 'cancel'] as const) ??
    fields.fail('answer', 'is required: confirm or cancel');
  const url = URL.canParse(confirmUrl) ? new URL(confirmUrl) : undefined;
  if (url?.pathname !== '/mp/subscribemsg')
    throw new UsageError('url: must be the address of /mp/subscribemsg');
  if (url.hash !== '#wechat_redirect') throw new UsageError('url: must end in #wechat_redirect');
  const asked = readConfirmRequest(Object.fromEntries(url.searchParams), platform.accounts);
  if (isConfirmError(asked)) throw new UsageError(`${CONFIRM_ERROR_TEXT[asked.page]}: ${asked.reason}`);
  const person = fields.text('person') ?? platform.people.names()[0] ?? '';
  return { request: { ...asked, openid: platform.people.openid(person, asked.account.appId) }, answer };
}
