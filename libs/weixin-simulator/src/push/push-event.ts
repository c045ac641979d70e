import { createHash } from 'node:crypto';
import type { PushFormat } from '../config/push-target.js';

/** A value of an event. Strings become CDATA in XML, numbers stand bare; a list repeats its element. */
export type PushValue = string | number | bigint | PushFields | readonly PushValue[];
export interface PushFields {
  readonly [name: string]: PushValue;
}

/** What an event says, in each of the two shapes. */
export interface PushEvent {
  event: string;
  openid: string;
  /** On the simulator's clock, in milliseconds. */
  at: number;
  /** What follows the common fields. */
  xml: PushFields;
  json: PushFields;
}

/** The name by which an account is pushed to; accounts that share an address differ by it. */
export function userNameOf(appId: string): string {
  return `gh_${createHash('sha256').update(appId).digest('hex').slice(0, 12)}`;
}

/**
 * The fields of the whole event, in the shape of the format (§6.3). Fields of the event itself win over the
 * common ones.
 */
export function eventFields(
  { event, openid, at, ...shapes }: PushEvent,
  format: PushFormat,
  userName: string,
): PushFields {
  const seconds = Math.floor(at / 1000);
  return {
    ...{ ToUserName: userName, FromUserName: openid },
    CreateTime: format === 'xml' ? seconds : String(seconds),
    ...{ MsgType: 'event', Event: event },
    ...shapes[format],
  };
}

/**
 * Items of a subscription event (§6.3): in XML each is a `List` inside the wrapper; JSON has no wrapper,
 * `List` is an object for one item and an array for several, and every number is a string.
 */
export function listShapes(wrapper: string, items: readonly PushFields[]): Pick<PushEvent, 'xml' | 'json'> {
  const texts = items.map((item) =>
    Object.fromEntries(Object.entries(item).map(([name, value]) => [name, String(value)])),
  );
  return {
    xml: { [wrapper]: { List: items } },
    json: { List: texts.length === 1 ? (texts[0] as PushFields) : texts },
  };
}

export function writeBody(fields: PushFields, format: PushFormat): string {
  return format === 'json' ? JSON.stringify(fields) : `<xml>${elements(fields)}</xml>`;
}

function elements(fields: PushFields): string {
  return Object.entries(fields)
    .map(([name, value]) => element(name, value))
    .join('');
}

function element(name: string, value: PushValue): string {
  if (isList(value)) return value.map((each) => element(name, each)).join('');
  if (typeof value === 'object') return `<${name}>${elements(value)}</${name}>`;
  const text =
    typeof value !== 'string' ? value : `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  return `<${name}>${text}</${name}>`;
}

function isList(value: PushValue): value is readonly PushValue[] {
  return Array.isArray(value);
}
