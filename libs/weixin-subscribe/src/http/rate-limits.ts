import { type ExecutionContext, Injectable, type OnModuleInit } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerGuard, type ThrottlerLimitDetail, ThrottlerStorageService } from '@nestjs/throttler';
import { digest } from '../kernel/secret.js';
import { clientAddress } from './client-address.js';
import { RateLimitedError } from './http.errors.js';
import { RoutesConfig } from './http.options.js';
import { Subjects } from './subjects.js';

const MINUTE_MS = 60_000;
/** Of keys that people type. Nobody mistypes one ten times. */
const SIGN_INS_PER_MINUTE = 10;

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
 * together; and how often one address may try to sign in.
 */
@Injectable()
export class RateLimits implements OnModuleInit {
  readonly byAddress: ThrottlerGuard;
  readonly bySubject: ThrottlerGuard;
  readonly bySignIn: ThrottlerGuard;

  constructor(config: RoutesConfig, subjects: Subjects, reflector: Reflector) {
    const { perMinute, storage = new ThrottlerStorageService() } = config.rateLimit;
    const limiter = (name: string, limit: number, getTracker: (request: object) => Promise<string>) =>
      new Limiter(
        {
          throttlers: [{ name, ttl: MINUTE_MS, limit, getTracker }],
          setHeaders: false,
          generateKey: (_context, tracker) => digest(`weixin-subscribe:${name}:${tracker}`),
        },
        storage,
        reflector,
      );
    this.byAddress = limiter('address', perMinute, async (request) => clientAddress(request));
    this.bySubject = limiter('subject', perMinute, async (request) => (await subjects.of(request))?.id ?? '');
    this.bySignIn = limiter('sign-in', SIGN_INS_PER_MINUTE, async (request) => clientAddress(request));
  }

  async onModuleInit(): Promise<void> {
    await this.byAddress.onModuleInit();
    await this.bySubject.onModuleInit();
    await this.bySignIn.onModuleInit();
  }
}
