import { randomBytes } from 'node:crypto';
import { sealPush } from './push-cipher.js';
import { formatOf } from './push-parser.js';
import { pushSignature } from './push-signature.js';

export interface PushToSign {
  appId: string;
  token: string;
  /** Given: the push is encrypted, as in safe mode. */
  encodingAesKey?: string;
  /** What WeChat says, XML or JSON. */
  body: string;
  /** Seconds since 1970, as a number or its digits. */
  timestamp: number | string;
  nonce: string;
  /** The 16 random bytes of the encryption. @default fresh ones */
  random?: string;
}

/** What to send to `POST push/:appId`. */
export interface SignedPush {
  query: Record<string, string>;
  body: string;
}

/**
 * Signs a push as WeChat does, for a host's own tests: the endpoint verifies it like a real one, so nothing
 * has to be stubbed.
 * @example
 * const timestamp = clock.now() / 1000;
 * const { query, body } = signPush({ appId, token, encodingAesKey, body: xml, timestamp, nonce: '1' });
 */
export function signPush(push: PushToSign): SignedPush {
  const { appId, token, encodingAesKey, nonce } = push;
  const timestamp = String(Math.trunc(Number(push.timestamp)));
  const query = { signature: pushSignature(token, timestamp, nonce), timestamp, nonce };
  if (encodingAesKey === undefined) return { query, body: push.body };
  // Not from RandomSource: this is called outside of any application.
  const random = push.random === undefined ? randomBytes(16) : Buffer.from(push.random, 'utf8');
  const sealed = sealPush(encodingAesKey, appId, push.body, random);
  return {
    query: {
      ...query,
      encrypt_type: 'aes',
      msg_signature: pushSignature(token, timestamp, nonce, sealed),
    },
    body:
      formatOf(push.body) === 'xml'
        ? `<xml><ToUserName><![CDATA[gh_test]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`
        : JSON.stringify({ ToUserName: 'gh_test', Encrypt: sealed }),
  };
}
