import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { foreignCause, InvalidOptionsError } from './errors.js';
import { LibraryLogger } from './library-logger.js';
import { RedisConfig } from './redis.options.js';

const COMMAND_TIMEOUT_MS = 5000;

/**
 * The Redis of the `redis` option: the host's client, which stays its own, or one opened here at first use
 * and closed with the application.
 */
@Injectable()
export class RedisConnection implements OnApplicationShutdown {
  private readonly logger = new LibraryLogger(RedisConnection.name);
  private own?: Redis;

  constructor(private readonly config: RedisConfig) {}

  /** @throws {InvalidOptionsError} when the package `ioredis` is missing, or the option */
  async client(): Promise<Redis> {
    const { client } = this.config;
    if (client !== undefined && typeof client !== 'string') return client as Redis;
    this.own ??= await this.open(client);
    return this.own;
  }

  async onApplicationShutdown(): Promise<void> {
    this.own?.disconnect();
  }

  private async open(url: string | undefined): Promise<Redis> {
    if (!url) throw new InvalidOptionsError([{ option: 'redis', message: 'is missing' }]);
    const { Redis } = await import('ioredis').catch(() => {
      throw new InvalidOptionsError([
        { option: 'redis', message: 'needs the package "ioredis" (version 5), which is not installed' },
      ]);
    });
    const client = new Redis(url, {
      // A command fails instead of waiting for a Redis that is away; the connection itself is tried again and
      // again.
      maxRetriesPerRequest: 1,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: COMMAND_TIMEOUT_MS,
    });
    client.on('error', (error) => this.logger.warn(`Redis: ${foreignCause(error).message}`));
    return client;
  }
}
