import { type ExecutionContext, Injectable, type OnModuleInit } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerGuard, type ThrottlerLimitDetail, ThrottlerStorageService } from '@nestjs/throttler';
import { digest } from '../kernel/secret.js';
import { clientAddress } from './client-address.js';
import { RateLimitedError } from './http.errors.js';
import { RoutesConfig } from './http.options.js';
import { Subjects } from './subjects.js';

const MINUTE_MS = 60_000;

/**
 * The throttler's algorithm and storages without its module: `ThrottlerModule` is global, and a second one
 * would get in the way of the host's own.
 */
class Limiter extends ThrottlerGuard {
  protected override async throwThrottlingException(
    _context: ExecutionContext,
    { timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    throw new RateLimitedError(Math.max(1, timeToBlockExpire));
  }
}

/**
 * How often one address, and one subject, may call the public endpoints; all of these endpoints count
 * together.
 */
@Injectable()
export class RateLimits implements OnModuleInit {
  readonly byAddress: ThrottlerGuard;
  readonly bySubject: ThrottlerGuard;

  constructor(config: RoutesConfig, subjects: Subjects, reflector: Reflector) {
    const { perMinute: limit, storage = new ThrottlerStorageService() } = config.rateLimit;
    const limiter = (name: string, getTracker?: (request: object) => Promise<string>) =>
      new Limiter(
        {
          throttlers: [{ name, ttl: MINUTE_MS, limit, getTracker }],
          setHeaders: false,
          generateKey: (_context, tracker) => digest(`weixin-subscribe:${name}:${tracker}`),
        },
        storage,
        reflector,
      );
    this.byAddress = limiter('address', async (request) => clientAddress(request));
    this.bySubject = limiter('subject', async (request) => (await subjects.of(request))?.id ?? '');
  }

  async onModuleInit(): Promise<void> {
    await this.byAddress.onModuleInit();
    await this.bySubject.onModuleInit();
  }
}
