import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';

/** The service keys whose clients may use every account, so that they may be told about every account. */
@Injectable()
export class OperatorKeys {
  private readonly digests: Buffer[];

  constructor({ WEIXIN_SERVICE_KEYS }: Environment) {
    const keys = Object.values(WEIXIN_SERVICE_KEYS).flatMap((client) => {
      if (typeof client === 'string' || Array.isArray(client)) return client;
      return client.accounts === undefined ? client.keys : [];
    });
    this.digests = keys.map(digest);
  }

  /**
   * Whether a header `Authorization` shows one of them. All are compared, so that the time taken does not
   * tell which came close.
   */
  has(authorization: string | undefined): boolean {
    const shown = digest(/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
    return this.digests.filter((known) => timingSafeEqual(known, shown)).length > 0;
  }
}

const digest = (key: string) => createHash('sha256').update(key).digest();
