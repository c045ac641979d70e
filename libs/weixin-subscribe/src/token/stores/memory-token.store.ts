import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { AccessToken } from '../access-token.js';
import { type TokenKey, type TokenLease, TokenStore } from '../token.store.js';

interface Slot {
  token?: AccessToken;
  fence: number;
  leasedUntil: number;
}

/** For a single process: everything is gone when it ends. Each method runs in one turn, so no two interleave. */
@Injectable()
export class MemoryTokenStore extends TokenStore {
  private readonly slots = new Map<string, Slot>();

  constructor(private readonly clock: Clock) {
    super();
  }

  async read(key: TokenKey): Promise<AccessToken | undefined> {
    return this.slot(key).token;
  }

  async acquireLease(key: TokenKey, ttlMs: number): Promise<TokenLease | undefined> {
    const slot = this.slot(key);
    if (slot.leasedUntil > this.clock.now()) return undefined;
    slot.leasedUntil = this.clock.now() + ttlMs;
    return { key, fence: ++slot.fence };
  }

  async write(lease: TokenLease, token: AccessToken): Promise<boolean> {
    const slot = this.slot(lease.key);
    if (slot.fence !== lease.fence) return false;
    slot.token = token;
    slot.leasedUntil = 0;
    return true;
  }

  async releaseLease(lease: TokenLease): Promise<void> {
    const slot = this.slot(lease.key);
    if (slot.fence === lease.fence) slot.leasedUntil = 0;
  }

  async expire(key: TokenKey, accessToken: string): Promise<boolean> {
    const slot = this.slot(key);
    if (slot.token?.accessToken !== accessToken) return false;
    slot.token = new AccessToken(accessToken, slot.token.mintedAt, new Date(0), slot.token.generation);
    return true;
  }

  private slot({ appId, family }: TokenKey): Slot {
    const name = `${appId}:${family}`;
    const slot = this.slots.get(name) ?? { fence: 0, leasedUntil: 0 };
    this.slots.set(name, slot);
    return slot;
  }
}
