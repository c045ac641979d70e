import { Injectable } from '@nestjs/common';
import { ThrottlerStorageService } from '@nestjs/throttler';
import { RateLimitedError } from '../http/http.errors.js';
import { RoutesConfig } from '../http/http.options.js';
import { digest } from '../kernel/secret.js';

const HOUR_MS = 3_600_000;
const NAME = 'unproven';

/**
 * How many intents one address may open to people whose openid nobody knows. Each of them may be answered
 * with any openid, once: so this bounds the grants that somebody can make up. It counts intents, not
 * answers, since a person who has confirmed at WeChat must not be turned away.
 */
@Injectable()
export class UnprovenLimit {
  private readonly storage;
  private readonly perHour: number;

  constructor({ rateLimit }: RoutesConfig) {
    this.storage = rateLimit.storage ?? new ThrottlerStorageService();
    this.perHour = rateLimit.unprovenPerHour;
  }

  /** @throws {RateLimitedError} */
  async take(address: string): Promise<void> {
    if (this.perHour === 0) return;
    const key = digest(`weixin-subscribe:${NAME}:${address}`);
    const { isBlocked, timeToBlockExpire } = await this.storage.increment(
      key,
      HOUR_MS,
      this.perHour,
      HOUR_MS,
      NAME,
    );
    if (isBlocked)
      throw new RateLimitedError(
        Math.max(1, timeToBlockExpire),
        'too many intents from one address to people whose openid is not known',
      );
  }
}
