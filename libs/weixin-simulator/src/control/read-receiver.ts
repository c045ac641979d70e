import type { FieldReader } from '../common/field-reader.js';
import type { Account, AccountKind } from '../config/options.js';
import type { Platform } from '../platform/platform.js';

/** The fields that say whom something is about. */
export const RECEIVER_FIELDS = ['appId', 'person', 'openid'];

/** A person at an account: by name and appId, or by the openid, which tells both. */
export function readReceiver(
  { accounts, people }: Platform,
  fields: FieldReader,
): { account: Account; openid: string } {
  const given = fields.text('openid');
  const identity = given === undefined ? undefined : people.identify(given);
  if (given !== undefined && !identity) fields.fail('openid', 'belongs to nobody here');
  const appId = fields.text('appId') ?? identity?.appId ?? fields.fail('appId', 'is required');
  const account = accounts.get(appId);
  if (given === undefined)
    return { account, openid: people.openid(fields.requiredText('person'), account.appId) };
  if (identity?.appId !== account.appId) fields.fail('openid', `is not an openid of ${account.appId}`);
  return { account, openid: given };
}

/** The same where only accounts of some kinds have the ability. */
export function readReceiverAt(
  kinds: readonly AccountKind[],
  platform: Platform,
  fields: FieldReader,
): { account: Account; openid: string } {
  const receiver = readReceiver(platform, fields);
  if (!kinds.includes(receiver.account.kind))
    fields.fail('appId', `must be an account of kind ${kinds.join(' or ')}`);
  return receiver;
}
