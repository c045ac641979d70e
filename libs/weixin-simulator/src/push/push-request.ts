import { createHash } from 'node:crypto';
import type { RandomSource } from '../common/random-source.js';
import type { PushTarget } from '../config/push-target.js';
import { encryptPush } from './push-cipher.js';
import { eventFields, type PushEvent, type PushFields, userNameOf, writeBody } from './push-event.js';

/** One delivery as it goes over the wire. */
export interface PushRequest {
  url: URL;
  contentType: string;
  body: string;
}

/** What the system tells a third-party platform: all its fields, and the name it is known by. */
export interface SystemPush {
  event: string;
  at: number;
  fields: PushFields;
}

export interface Moment {
  random: RandomSource;
  /** Milliseconds; what `timestamp` says. */
  now: number;
}

/**
 * Signs and, where the mode asks for it, encrypts an event (official page "message push", §7.2): plain mode
 * sends it in clear, safe mode only `Encrypt`, compatible mode both in one body.
 */
export function pushRequest(
  { url, token, encodingAesKey = '', format, mode }: PushTarget,
  { appId, sealedFor }: { appId: string; sealedFor: string },
  event: PushEvent,
  { random, now }: Moment,
): PushRequest {
  const userName = userNameOf(appId);
  const clear = eventFields(event, format, userName);
  const text = writeBody(clear, format);
  const contentType = format === 'json' ? 'application/json' : 'text/xml';
  if (mode === 'unsigned') return { url: new URL(url), contentType, body: text };
  const encrypted =
    mode === 'plain' ? undefined : encryptPush(encodingAesKey, sealedFor, text, random.hex(16));
  const address = new URL(url);
  const query = signedQuery({ token, nonce: random.hex(10), now, openid: event.openid, encrypted });
  for (const [name, value] of query) address.searchParams.append(name, value);
  const shown = mode === 'compatible' ? clear : { ToUserName: userName };
  return {
    url: address,
    contentType,
    body: encrypted === undefined ? text : writeBody({ ...shown, Encrypt: encrypted }, format),
  };
}

/** The same for the system's own pushes: safe mode and XML, and `AppId` where others have `ToUserName`. */
export function systemPushRequest(
  {
    eventUrl,
    appId,
    token,
    encodingAesKey,
  }: { eventUrl: string; appId: string; token: string; encodingAesKey: string },
  { fields }: SystemPush,
  { random, now }: Moment,
): PushRequest {
  const encrypted = encryptPush(encodingAesKey, appId, writeBody(fields, 'xml'), random.hex(16));
  const address = new URL(eventUrl);
  for (const [name, value] of signedQuery({ token, nonce: random.hex(10), now, openid: '', encrypted }))
    if (name !== 'openid') address.searchParams.append(name, value);
  return {
    url: address,
    contentType: 'text/xml',
    body: writeBody({ AppId: appId, Encrypt: encrypted }, 'xml'),
  };
}

/**
 * Hex SHA-1 of token, timestamp and nonce, sorted and joined; of these and the encrypted text as
 * `msg_signature`, which alone counts where something is encrypted (§7.1, §7.2).
 */
function signedQuery(facts: {
  token: string;
  nonce: string;
  now: number;
  openid: string;
  encrypted: string | undefined;
}): URLSearchParams {
  const { token, nonce, openid, encrypted } = facts;
  const timestamp = String(Math.floor(facts.now / 1000));
  const sign = (...parts: string[]) => createHash('sha1').update(parts.sort().join('')).digest('hex');
  return new URLSearchParams({
    signature: sign(token, timestamp, nonce),
    timestamp,
    nonce,
    ...(encrypted !== undefined && {
      openid,
      encrypt_type: 'aes',
      msg_signature: sign(token, timestamp, nonce, encrypted),
    }),
  });
}
