import { createHash } from 'node:crypto';
import type { ReceivedMessage } from '../platform/inbox.js';

/** What a push is made of; time and nonce come from outside. */
export interface PushFacts {
  token: string;
  nonce: string;
  now: number;
  /** Of safe mode: signed as well, as `msg_signature`. */
  encrypted?: string;
}

/**
 * The query of a push: hex SHA-1 of token, timestamp and nonce, sorted and joined, and of these and the encrypted text in safe mode (official
 * page "message push", §7.1, §7.2).
 */
export function signedQuery({ token, nonce, now, encrypted }: PushFacts): URLSearchParams {
  const timestamp = String(Math.floor(now / 1000));
  const sign = (...parts: string[]) => createHash('sha1').update(parts.sort().join('')).digest('hex');
  return new URLSearchParams({
    signature: sign(token, timestamp, nonce),
    timestamp,
    nonce,
    ...(encrypted !== undefined && {
      encrypt_type: 'aes',
      msg_signature: sign(token, timestamp, nonce, encrypted),
    }),
  });
}

/** The body of a push in safe mode. */
export function encryptedBody(encrypted: string): string {
  return `<xml>${elements({ ToUserName: 'gh_simulator', Encrypt: encrypted })}</xml>`;
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
