import { digest } from '../common/secret.js';
import { PushRefusedError } from './push.errors.js';
import { itemsIn } from './subscribe-msg-items.js';

/** The facts of a push that its row is made of. */
export interface IncomingPush {
  name: string;
  openid: string;
  /** The same in every delivery of one event. */
  identity: string;
}

const MOST_NAME = 128;
const MOST_OPENID = 64;

/**
 * WeChat repeats a push that was not answered in time. Its own rule is `MsgId` for messages and `FromUserName`, `CreateTime` and `Event` for
 * events (weixin-api.md §7.5). Two messages that reach one person within a second have those three in common, so what tells events of
 * one name apart belongs to the identity as well.
 * @throws {PushRefusedError}
 */
export function incomingPush(fields: Record<string, unknown>): IncomingPush {
  const type = textOf(fields.MsgType);
  const name = type === 'event' ? textOf(fields.Event) : type;
  const openid = textOf(fields.FromUserName);
  if (name === '' || name.length > MOST_NAME || openid.length > MOST_OPENID || /\0/.test(name + openid))
    throw new PushRefusedError('MsgType, Event or FromUserName is missing or too long');
  const told = ['FromUserName', 'CreateTime', 'MsgType', 'Event', 'EventKey', 'MsgId', 'MsgID', 'Ticket'];
  const items = itemsIn(fields).map(({ TemplateId, MsgID, SubscribeStatusString }) =>
    [TemplateId, MsgID, SubscribeStatusString].map(textOf),
  );
  const identity = digest(JSON.stringify([...told.map((field) => textOf(fields[field])), items]));
  return { name, openid, identity };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
