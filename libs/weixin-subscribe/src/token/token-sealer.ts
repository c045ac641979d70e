import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import type { TokenKey } from './token.store.js';

const PREFIX = 'enc:1:';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What became of a sealed value. */
export type Opened = { accessToken: string } | { unreadable: string };

/**
 * Encrypts tokens for the store with the first of the configured keys (AES-256-GCM, a fresh nonce each), and opens what any of them sealed, so that
 * keys can be replaced one after the other. Account and family are authenticated: a value copied to another row does not open. Without keys
 * tokens are stored as they are; those that were stored before a key was configured are still read. WeChat's tokens contain no ":".
 */
@Injectable()
export class TokenSealer {
  constructor(private readonly config: WeixinSubscribeConfig) {}

  seal(key: TokenKey, accessToken: string): string {
    const [first] = this.config.token.encryptionKeys;
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
    if (!value.startsWith(PREFIX)) return { accessToken: value };
    const [id, sealed] = value.slice(PREFIX.length).split(':');
    const known = this.config.token.encryptionKeys.find((one) => one.id === id);
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
      return { accessToken: Buffer.concat(text).toString('utf8') };
    } catch {
      return {
        unreadable: `it was not sealed with the configured encryption key "${id}", or not for this row`,
      };
    }
  }
}

function context({ appId, family }: TokenKey): Buffer {
  return Buffer.from(`${appId}|${family}`, 'utf8');
}
