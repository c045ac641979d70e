import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';

/** The service keys whose clients may use every account, so that they may be told about every account. */
@Injectable()
export class OperatorKeys {
  private readonly operators: Buffer[];
  private readonly others: Buffer[];

  constructor({ WEIXIN_SERVICE_KEYS }: Environment) {
    const clients = Object.values(WEIXIN_SERVICE_KEYS).map((client) =>
      typeof client === 'string' || Array.isArray(client) ? { keys: client } : client,
    );
    const digests = (every: boolean) =>
      clients
        .filter(({ accounts }: { accounts?: unknown }) => (accounts === undefined) === every)
        .flatMap(({ keys }) => keys)
        .map((key) => digest(String(key)));
    this.operators = digests(true);
    this.others = digests(false);
  }

  /**
   * Whether a header `Authorization` shows one of them. All are compared, so that the time taken does not
   * tell which came close.
   */
  has(authorization: string | undefined): boolean {
    return isAmong(this.operators, authorization);
  }

  /** Whether it shows the key of a client that may use some accounts only. */
  isLimited(authorization: string | undefined): boolean {
    return isAmong(this.others, authorization);
  }
}

function isAmong(digests: Buffer[], authorization: string | undefined): boolean {
  const shown = digest(/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
  return digests.filter((known) => timingSafeEqual(known, shown)).length > 0;
}

const digest = (key: string) => createHash('sha256').update(key).digest();
