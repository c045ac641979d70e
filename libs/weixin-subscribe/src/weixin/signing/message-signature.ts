import { constants, type KeyObject, sign, verify } from 'node:crypto';

/** RSASSA-PSS with SHA-256. Node's default is the longest salt that fits, which WeChat refuses. */
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** What is signed, in both directions. */
export interface SignedMessage {
  /** Scheme, host and path, without query. */
  url: string;
  appId: string;
  /** Unix seconds, as the header has them. */
  timestamp: string;
  /** The bytes on the wire, as text. */
  body: string;
}

/**
 * Four parts with a line feed between each two, and none at the end. The number of the key is not among them:
 * WxJava 4.8.0 puts it there for RSA and gets 40234 (docs/platform.md §13.2).
 */
function messageOf({ url, appId, timestamp, body }: SignedMessage): Buffer {
  return Buffer.from(`${url}\n${appId}\n${timestamp}\n${body}`, 'utf8');
}

export function signMessage(message: SignedMessage, privateKey: KeyObject): string {
  return sign('sha256', messageOf(message), { key: privateKey, ...PSS }).toString('base64');
}

export function isSignatureOf(message: SignedMessage, signature: string, publicKey: KeyObject): boolean {
  const bytes = Buffer.from(signature, 'base64');
  try {
    return verify('sha256', messageOf(message), { key: publicKey, ...PSS }, bytes);
  } catch {
    return false;
  }
}
