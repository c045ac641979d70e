import { FieldReader } from '../common/field-reader.js';
import type { Account } from '../config/options.js';
import type { Platform } from '../platform/platform.js';
import { listShapes, type PushEvent, type PushFields, type PushValue } from '../push/push-event.js';
import { RECEIVER_FIELDS, readReceiver } from './read-receiver.js';

const NAME = /^[A-Za-z_][\w.-]*$/;

/** Any event for the push address of an account, as a test wants it. */
export function readPushEvent(platform: Platform, options: unknown): { account: Account; event: PushEvent } {
  const fields = new FieldReader(options, 'event').onlyKnown([
    ...RECEIVER_FIELDS,
    ...['event', 'fields', 'list'],
  ]);
  const { account, openid } = readReceiver(platform, fields);
  if (!platform.pushes.takes(account)) fields.fail('appId', `${account.appId} has no push address`);
  const own = readFields(fields.raw('fields') ?? {}, fields.at('fields'));
  const list = fields.raw('list') === undefined ? undefined : readList(fields.raw('list'), fields.at('list'));
  return {
    account,
    event: {
      ...{ event: fields.requiredText('event'), openid, at: platform.clock.now() },
      xml: { ...own, ...list?.xml },
      json: { ...own, ...list?.json },
    },
  };
}

function readList(item: unknown, path: string): Pick<PushEvent, 'xml' | 'json'> {
  const fields = new FieldReader(item, path).onlyKnown(['wrapper', 'items']);
  const wrapper = fields.requiredText('wrapper', NAME, 'must be the name of an XML element');
  return listShapes(wrapper, fields.list('items', readFields) ?? fields.fail('items', 'is required'));
}

/** Names that XML can carry; values are texts, numbers, objects of these and lists. */
function readFields(value: unknown, path: string): PushFields {
  const fields = new FieldReader(value, path);
  const given = Object.entries(fields.everything());
  return Object.fromEntries(
    given.map(([name, each]) => {
      if (!NAME.test(name)) fields.fail(name, 'must be the name of an XML element');
      return [name, readValue(each, fields, name)];
    }),
  );
}

function readValue(value: unknown, fields: FieldReader, name: string): PushValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map((each) => readValue(each, fields, name));
  if (typeof value === 'object' && value !== null) return readFields(value, fields.at(name));
  return fields.fail(name, 'must be a text, a number, an object or a list');
}
