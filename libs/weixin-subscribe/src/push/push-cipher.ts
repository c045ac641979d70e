import { createCipheriv, createDecipheriv } from 'node:crypto';
import { sameSecret } from '../kernel/secret.js';

/** Not AES's 16: WeChat pads to 32, so Node's own unpadding would refuse half of its texts. */
const BLOCK = 32;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;
const HEAD = RANDOM_BYTES + LENGTH_BYTES;

/**
 * WeChat's envelope (docs/platform.md §7.3): 16 random bytes, the length, the text and the appId, in
 * AES-256-CBC.
 */
export function sealPush(encodingAesKey: string, appId: string, text: string, random: Buffer): string {
  const message = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(message.length);
  const plain = Buffer.concat([random, length, message, Buffer.from(appId, 'utf8')]);
  const pad = BLOCK - (plain.length % BLOCK);
  const { key, iv } = keyOf(encodingAesKey);
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64');
}

/**
 * The text that was sealed for this account; `undefined` when it was not, whatever the reason. Call it with a
 * verified text only; the reasons take the same way all the same, so that none of them can be told by its
 * time.
 */
export function openPush(encodingAesKey: string, appId: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length === 0 || bytes.length % BLOCK !== 0) return undefined;
  const { key, iv } = keyOf(encodingAesKey);
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const pad = plain[plain.length - 1];
  const end = Math.max(HEAD, plain.length - pad);
  const isPadded =
    pad >= 1 && pad <= BLOCK && plain.subarray(plain.length - pad).every((byte) => byte === pad);
  const length = plain.readUInt32BE(RANDOM_BYTES);
  const textEnd = Math.min(end, HEAD + length);
  const isOurs = sameSecret(plain.subarray(textEnd, end).toString('utf8'), appId);
  return isPadded && isOurs && HEAD + length === textEnd
    ? plain.subarray(HEAD, textEnd).toString('utf8')
    : undefined;
}

function keyOf(encodingAesKey: string): { key: Buffer; iv: Buffer } {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64');
  return { key, iv: key.subarray(0, 16) };
}
