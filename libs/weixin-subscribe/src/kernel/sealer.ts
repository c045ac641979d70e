import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Secret } from './secret.js';

const PREFIX = 'enc:1:';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A key of 32 bytes in base64, and the name that is stored beside what it sealed. */
export interface SealingKey {
  readonly id: string;
  readonly key: Secret;
}

/** What became of a sealed text. */
export type Unsealed = { text: string } | { unreadable: string };

/**
 * Encrypts what a database keeps with the first of its keys (AES-256-GCM, a fresh nonce each), and opens what
 * any of them sealed, so that keys can be replaced one after the other. The context (whose row it is) is
 * authenticated: a value copied to another row does not open. Without keys texts are kept and read as they
 * are. With a key nothing is read that no key sealed: whoever can write to the database could have put it
 * there.
 */
export class Sealer {
  constructor(private readonly keys: readonly SealingKey[]) {}

  seal(context: string, text: string): string {
    const [first] = this.keys;
    if (!first) return text;
    // Not from RandomSource: a nonce that a test could repeat would give the key away.
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(first.key.reveal(), 'base64'), iv);
    cipher.setAAD(Buffer.from(context, 'utf8'));
    const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${PREFIX}${first.id}:${Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url')}`;
  }

  open(context: string, value: string): Unsealed {
    if (!value.startsWith(PREFIX))
      return this.keys.length > 0 ? { unreadable: 'it is not encrypted' } : { text: value };
    const [id, sealed] = value.slice(PREFIX.length).split(':');
    const known = this.keys.find((one) => one.id === id);
    if (!known || sealed === undefined) return { unreadable: `the encryption key "${id}" is not configured` };
    try {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv(
        'aes-256-gcm',
        Buffer.from(known.key.reveal(), 'base64'),
        bytes.subarray(0, IV_BYTES),
        { authTagLength: TAG_BYTES },
      );
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()];
      return { text: Buffer.concat(text).toString('utf8') };
    } catch {
      return {
        unreadable: `it was not sealed with the configured encryption key "${id}", or not for this row`,
      };
    }
  }
}
