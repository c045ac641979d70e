import { Injectable } from '@nestjs/common';
import { Sealer } from '../../kernel/sealer.js';
import { isAccessToken, TOKEN_SHAPE } from '../access-token.js';
import { TokenConfig } from '../token.options.js';
import type { TokenKey } from './token.store.js';

/** What became of a sealed value. */
export type Opened = { accessToken: string } | { unreadable: string };

/** Seals tokens for the store. Account and family are authenticated with each. */
@Injectable()
export class TokenSealer {
  private readonly sealer: Sealer;

  constructor({ encryptionKeys }: TokenConfig) {
    this.sealer = new Sealer(encryptionKeys);
  }

  seal(key: TokenKey, accessToken: string): string {
    return this.sealer.seal(contextOf(key), accessToken);
  }

  open(key: TokenKey, value: string): Opened {
    const opened = this.sealer.open(contextOf(key), value);
    if ('unreadable' in opened) return opened;
    return isAccessToken(opened.text)
      ? { accessToken: opened.text }
      : { unreadable: `it is not ${TOKEN_SHAPE}` };
  }
}

function contextOf({ appId, family }: TokenKey): string {
  return `${appId}|${family}`;
}
