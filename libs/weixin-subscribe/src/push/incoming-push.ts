import { isStorable } from '../kernel/text.js';
import { PushRefusedError } from './push.errors.js';
import { pushIdentity } from './push-identity.js';
import type { PushContent } from './push-parser.js';

/** The facts of a push that its row is made of. */
export interface IncomingPush {
  name: string;
  openid: string;
  /** The same in every delivery of one event; see {@link pushIdentity}. */
  identity: string;
}

const MOST_NAME = 128;
const MOST_OPENID = 64;

/** @throws {PushRefusedError} */
export function incomingPush({ fields, exact }: PushContent): IncomingPush {
  const type = textOf(fields.MsgType);
  const name = type === 'event' ? textOf(fields.Event) : type;
  const openid = textOf(fields.FromUserName);
  if (name === '' || name.length > MOST_NAME || openid.length > MOST_OPENID || !isStorable(name + openid))
    throw new PushRefusedError('MsgType, Event or FromUserName is missing or too long');
  return { name, openid, identity: pushIdentity(exact) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
