import { createCipheriv, createDecipheriv } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
export const IV_BYTES = 12;
/** Node takes shorter tags too, which are easier to guess, unless it is told the length. */
const TAG = { authTagLength: 16 };

/** What an encrypted body consists of, decoded. */
export interface SealedPayload {
  iv: Buffer;
  data: Buffer;
  authtag: Buffer;
}

/**
 * Encrypts a payload with AES-256-GCM.
 * @param aad `url|appid|timestamp|number of the symmetric key`
 */
export function sealPayload(plaintext: string, key: Buffer, aad: string, iv: Buffer): SealedPayload {
  const cipher = createCipheriv(ALGORITHM, key, iv, TAG);
  cipher.setAAD(Buffer.from(aad, 'utf8'));
  const data = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return { iv, data, authtag: cipher.getAuthTag() };
}

/** `undefined`: it was changed, or sealed with another key or for another call. */
export function openPayload(
  { iv, data, authtag }: SealedPayload,
  key: Buffer,
  aad: string,
): string | undefined {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, iv, TAG);
    decipher.setAAD(Buffer.from(aad, 'utf8'));
    decipher.setAuthTag(authtag);
    return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** As it travels: compact JSON, standard base64 with padding. */
export function writePayload({ iv, data, authtag }: SealedPayload): string {
  return JSON.stringify({
    iv: iv.toString('base64'),
    data: data.toString('base64'),
    authtag: authtag.toString('base64'),
  });
}

/** `undefined`: the object is no encrypted payload. */
export function readPayload(body: Record<string, unknown>): SealedPayload | undefined {
  const { iv, data, authtag } = body;
  if (typeof iv !== 'string' || typeof data !== 'string' || typeof authtag !== 'string') return undefined;
  const payload = {
    iv: Buffer.from(iv, 'base64'),
    data: Buffer.from(data, 'base64'),
    authtag: Buffer.from(authtag, 'base64'),
  };
  return payload.iv.length === IV_BYTES && payload.authtag.length === TAG.authTagLength ? payload : undefined;
}
