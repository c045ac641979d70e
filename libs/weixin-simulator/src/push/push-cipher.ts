import { createCipheriv } from 'node:crypto';

const BLOCK = 32;

/**
 * Safe mode (official page "message push", §7.3): 16 random bytes, the length, the text and the appId, padded
 * to 32, in AES-256-CBC.
 */
export function encryptPush(encodingAesKey: string, appId: string, text: string, random: string): string {
  const body = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const plain = Buffer.concat([Buffer.from(random, 'latin1'), length, body, Buffer.from(appId, 'utf8')]);
  const pad = BLOCK - (plain.length % BLOCK);
  const key = Buffer.from(`${encodingAesKey}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(pad, pad)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}
