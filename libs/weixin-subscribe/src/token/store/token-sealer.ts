import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isAccessToken, TOKEN_SHAPE } from '../access-token.js';
import { TokenConfig } from '../token.options.js';
import type { TokenKey } from './token.store.js';

const PREFIX = 'enc:1:';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What became of a sealed value. */
export type Opened = { accessToken: string } | { unreadable: string };

/**
 * Encrypts tokens for the store with the first of the configured keys (AES-256-GCM, a fresh nonce each), and
 * opens what any of them sealed, so that keys can be replaced one after the other. Account and family are
 * authenticated: a value copied to another row does not open. Without keys tokens are stored and read as they
 * are. With a key nothing is read that no key sealed: whoever can write to the store could have put it there.
 */
@Injectable()
export class TokenSealer {
  constructor(private readonly config: TokenConfig) {}

  seal(key: TokenKey, accessToken: string): string {
    const [first] = this.config.encryptionKeys;
    if (!first) return accessToken;
    // Not from RandomSource: a nonce that a test could repeat would give the key away.
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(first.key.reveal(), 'base64'), iv);
    cipher.setAAD(context(key));
    const text = Buffer.concat([cipher.update(accessToken, 'utf8'), cipher.final()]);
    const sealed = Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
    return `${PREFIX}${first.id}:${sealed}`;
  }

  open(key: TokenKey, value: string): Opened {
    const { encryptionKeys } = this.config;
    if (!value.startsWith(PREFIX))
      return encryptionKeys.length > 0 ? { unreadable: 'it is not encrypted' } : opened(value);
    const [id, sealed] = value.slice(PREFIX.length).split(':');
    const known = encryptionKeys.find((one) => one.id === id);
    if (!known || sealed === undefined) return { unreadable: `the encryption key "${id}" is not configured` };
    try {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv(
        'aes-256-gcm',
        Buffer.from(known.key.reveal(), 'base64'),
        bytes.subarray(0, IV_BYTES),
        { authTagLength: TAG_BYTES },
      );
      decipher.setAAD(context(key));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()];
      return opened(Buffer.concat(text).toString('utf8'));
    } catch {
      return {
        unreadable: `it was not sealed with the configured encryption key "${id}", or not for this row`,
      };
    }
  }
}

function opened(value: string): Opened {
  return isAccessToken(value) ? { accessToken: value } : { unreadable: `it is not ${TOKEN_SHAPE}` };
}

function context({ appId, family }: TokenKey): Buffer {
  return Buffer.from(`${appId}|${family}`, 'utf8');
}
