import { Injectable } from '@nestjs/common';

/**
 * The one source of time in this library. Everything that compares moments asks it, so that a test
 * (or a simulation) can rule time by overriding this provider.
 */
export abstract class Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  abstract now(): number;
  /** Resolves after `ms` milliseconds of this clock's time. */
  abstract sleep(ms: number): Promise<void>;
}

@Injectable()
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}
