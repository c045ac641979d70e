import type { OptionChecks } from './option-checks.js';

export abstract class RedisConfig {
  /** A `redis://` or `rediss://` address, or an ioredis 5 client of the host's. */
  abstract readonly client?: string | object;
}

const RULE = 'must be a redis:// or rediss:// address, or an ioredis client';

export function resolveRedis(checks: OptionChecks, redis: string | object | undefined): RedisConfig {
  if (typeof redis === 'string') checks.text('redis', redis, /^rediss?:\/\/\S+$/, RULE);
  else if (redis !== undefined && typeof (redis as { defineCommand?: unknown }).defineCommand !== 'function')
    checks.refuse('redis', RULE);
  return { client: redis };
}
