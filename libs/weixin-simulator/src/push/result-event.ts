import { createHash } from 'node:crypto';
import type { ReceivedMessage } from '../platform/inbox.js';

/** What a push is made of; time and nonce come from outside. */
export interface PushFacts {
  token: string;
  nonce: string;
  now: number;
}

/**
 * The query of a push in plain mode: hex SHA-1 of token, timestamp and nonce, sorted and joined (official page "message
 * push", §7.1).
 */
export function signedQuery({ token, nonce, now }: PushFacts): URLSearchParams {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHash('sha1').update([token, timestamp, nonce].sort().join('')).digest('hex');
  return new URLSearchParams({ signature, timestamp, nonce });
}

/**
 * An event in the shape of `subscribe_msg_sent_event` (§6.3). For one-time messages no document knows such a push: it exists
 * here only so that a client can show that it does not mind (row 37).
 */
export function resultEvent({ openid, templateId, id }: ReceivedMessage, now: number): string {
  const fields = { ToUserName: 'gh_simulator', FromUserName: openid };
  const item = { TemplateId: templateId, MsgID: id.slice(1), ErrorCode: '0', ErrorStatus: 'success' };
  return `<xml>${elements(fields)}<CreateTime>${Math.floor(now / 1000)}</CreateTime>${elements({
    MsgType: 'event',
    Event: 'subscribe_msg_sent_event',
  })}<SubscribeMsgSentEvent><List>${elements(item)}</List></SubscribeMsgSentEvent></xml>`;
}

function elements(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`)
    .join('');
}
