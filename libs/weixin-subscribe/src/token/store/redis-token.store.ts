import type { Redis } from 'ioredis';
import type { Clock } from '../../kernel/clock.js';
import { DAY_MS, dayStart } from '../../kernel/platform-day.js';
import type { RandomSource } from '../../kernel/random-source.js';
import {
  dayWindows,
  FORCE_INTERVAL_MS,
  FORCES_PER_DAY,
  hourWindows,
  type MintLimits,
} from '../mint/mint-limits.js';
import { DEATHS_KEPT } from '../mint/token-deaths.js';
import { redisError } from './redis-errors.js';
import { SCRIPTS } from './redis-token.scripts.js';
import type { StoredToken } from './stored-token.js';
import {
  type HeldLease,
  type LeaseEnd,
  type TokenKey,
  type TokenLease,
  type TokenRecord,
  TokenStore,
} from './token.store.js';
import { toRecord } from './token-row.js';

/**
 * A client of ioredis: `new Redis(…)` or `new Redis.Cluster(…)`. It stays the host's: the store neither
 * connects nor closes it.
 */
export type RedisClient = Pick<Redis, 'defineCommand'>;

export const REDIS_KEY_PREFIX = 'weixin:token:';

type Script = keyof typeof SCRIPTS;
type Command = (key: string, ...args: (string | number)[]) => Promise<unknown>;

/**
 * One hash without expiry per account and family, in Redis or Redis Cluster (tested with Redis 7.0 and
 * ioredis 5.11). Each change is one script. ioredis sends a command again when the connection broke before
 * its answer; every change is then still made once.
 *
 * What Redis forgets (a flush, an eviction, a failover before the last writes reached the replica): the next
 * caller mints once more, and the counts of that hour and day begin anew. An old token can not come back all
 * the same. A fence is never less than the seconds since 1970 of its caller's clock, so whoever minted under
 * a lease that Redis no longer knows is refused under every later one, provided that a second lies between
 * the two and the clocks agree so far.
 *
 * Give it a client with `commandTimeout`, and not `maxRetriesPerRequest: null`, or calls wait for an absent
 * Redis without end. Restrict who can read this Redis, its MONITOR and its slow log, and what tracing tools
 * record of EVALSHA: they show what is stored.
 */
export class RedisTokenStore extends TokenStore {
  private readonly commands: Record<string, Command>;

  constructor(
    client: RedisClient,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    /** Put before `{appId:family}`, whose braces keep to one slot of a cluster. */
    private readonly keyPrefix = REDIS_KEY_PREFIX,
  ) {
    super();
    for (const [name, lua] of Object.entries(SCRIPTS)) {
      client.defineCommand(commandOf(name), { numberOfKeys: 1, lua });
    }
    this.commands = client as unknown as Record<string, Command>;
  }

  async read(key: TokenKey): Promise<TokenRecord | undefined> {
    const pairs = (await this.run('read', key)) as string[];
    if (pairs.length === 0) return undefined;
    const fields: Record<string, string> = {};
    for (let index = 0; index < pairs.length; index += 2) fields[pairs[index]] = pairs[index + 1];
    return toRecord(fields);
  }

  // A lease is known as the caller's own, should ioredis send the call again, by the name of the call: two
  // callers may have the same name.
  async acquireLease(key: TokenKey, holder: string, overdue?: number): Promise<TokenLease | HeldLease> {
    const seconds = Math.floor(this.clock.now() / 1000);
    const answer = await this.run('acquire', key, holder, this.callName(), overdue ?? '', seconds);
    const [fence, heldBy] = answer as [string, string?];
    return heldBy === undefined ? { key, fence: Number(fence) } : { heldBy, fence: Number(fence) };
  }

  async countMint({ key, fence }: TokenLease, { perHour, perDay }: MintLimits): Promise<boolean> {
    const now = this.clock.now();
    return this.did(
      'countMint',
      key,
      ...[fence, this.callName(), ...hourWindows(now), perHour, ...dayWindows(now), perDay],
    );
  }

  async countForce({ key, fence }: TokenLease): Promise<boolean> {
    const now = this.clock.now();
    const today = dayStart(now);
    return this.did(
      'countForce',
      key,
      ...[fence, this.callName(), now, FORCE_INTERVAL_MS, today, today + DAY_MS, FORCES_PER_DAY],
    );
  }

  async write({ key, fence }: TokenLease, token: StoredToken): Promise<boolean> {
    const { value, digest, mintedAt, expiresAt } = token;
    return this.did('write', key, fence, value, digest, mintedAt.getTime(), expiresAt.getTime());
  }

  async releaseLease({ key, fence }: TokenLease, { uncountMint, failure }: LeaseEnd = {}): Promise<void> {
    await this.run('release', key, fence, uncountMint ? '1' : '0', failure ? JSON.stringify(failure) : '');
  }

  async expire(key: TokenKey, digest: string, diedAt: number): Promise<boolean> {
    return this.did('expire', key, digest, this.callName(), diedAt, DEATHS_KEPT);
  }

  private callName(): string {
    return this.random.alphanumeric(22);
  }

  private async did(script: Script, key: TokenKey, ...args: (string | number)[]): Promise<boolean> {
    return Number(await this.run(script, key, ...args)) === 1;
  }

  private async run(script: Script, { appId, family }: TokenKey, ...args: (string | number)[]) {
    try {
      return await this.commands[commandOf(script)](`${this.keyPrefix}{${appId}:${family}}`, ...args);
    } catch (error) {
      throw redisError(error);
    }
  }
}

/** The name that ioredis gives the script on the client, which may be the host's. */
function commandOf(script: string): string {
  return `weixinToken_${script}`;
}
