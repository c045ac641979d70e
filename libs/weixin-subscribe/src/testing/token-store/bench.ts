import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/clock.js';
import { digest } from '../../kernel/secret.js';
import { StoredToken } from '../../token/store/stored-token.js';
import type { TokenKey, TokenLease, TokenRecord, TokenStore } from '../../token/store/token.store.js';
import { ManualClock } from '../manual-clock.js';

export interface TokenStoreHandles {
  store: TokenStore;
  /**
   * The same store as another process has it, through a connection of its own. Leave it out where a store
   * serves one process only.
   */
  other?: TokenStore;
  /** Called after each test. */
  close?(): Promise<void> | void;
}

/**
 * Opens the store for one test. It must take the time from `clock`. It need not be empty: every test uses
 * keys that were never used before.
 */
export type OpenTokenStore = (tools: { clock: Clock }) => TokenStoreHandles | Promise<TokenStoreHandles>;

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const LIFETIME = 7_200_000;

interface Ask {
  by?: TokenStore;
  key?: TokenKey;
  holder?: string;
  overdue?: number;
}

/** One store under test, by two handles, with a clock that the test moves and keys of its own. */
export class TokenStoreBench {
  clock = new ManualClock();
  store!: TokenStore;
  other!: TokenStore;
  key!: TokenKey;
  private close?: TokenStoreHandles['close'];

  constructor(private readonly open: OpenTokenStore) {}

  async setUp(): Promise<void> {
    this.clock = new ManualClock();
    this.key = this.newKey();
    const { store, other, close } = await this.open({ clock: this.clock });
    this.store = store;
    this.other = other ?? store;
    this.close = close;
  }

  async tearDown(): Promise<void> {
    await this.close?.();
  }

  newKey(family: TokenKey['family'] = 'token'): TokenKey {
    return { appId: `wx${randomBytes(8).toString('hex')}`, family };
  }

  /** `n` calls at once, by both handles in turn. */
  atOnce<T>(n: number, call: (by: TokenStore, index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(
      Array.from({ length: n }, (_, index) => call(index % 2 ? this.other : this.store, index)),
    );
  }

  /** A lease that must be given. */
  async acquire({ by = this.store, key = this.key, holder = 'a', overdue }: Ask = {}): Promise<TokenLease> {
    const lease = await by.acquireLease(key, holder, overdue);
    assert.ok('key' in lease, `the lease was not given: ${JSON.stringify(lease)}`);
    assert.deepEqual(lease.key, key);
    return lease;
  }

  /** A newer lease, by the other handle, after `lease` was watched too long. */
  takeOver({ key, fence }: TokenLease): Promise<TokenLease> {
    return this.acquire({ by: this.other, key, holder: 'b', overdue: fence });
  }

  token(value: string, { fence }: TokenLease): StoredToken {
    const now = this.clock.now();
    return new StoredToken(value, digest(value), new Date(now), new Date(now + LIFETIME), fence);
  }

  /** Stores a token under a lease of its own. */
  async mint(value: string, key = this.key): Promise<StoredToken> {
    const lease = await this.acquire({ key });
    const token = this.token(value, lease);
    assert.equal(await this.store.write(lease, token), true);
    return token;
  }

  /** What both handles must know by now. */
  async record(key = this.key): Promise<TokenRecord> {
    const [record, same] = [await this.store.read(key), await this.other.read(key)];
    assert.ok(record && same, 'nothing is stored under the key');
    assert.deepEqual(plain(same), plain(record));
    return record;
  }

  /** The value of the current token. */
  async value(key = this.key): Promise<string | undefined> {
    return (await this.record(key)).token?.value;
  }

  async isLive(key = this.key): Promise<boolean> {
    const { token } = await this.record(key);
    return token !== undefined && token.expiresAt.getTime() > this.clock.now();
  }
}

/** Without fields that are `undefined`: whether those are there is a store's own affair. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

export function times(n: number, value: boolean): boolean[] {
  return Array.from({ length: n }, () => value);
}
