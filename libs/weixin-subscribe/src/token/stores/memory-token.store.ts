import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { AccessToken } from '../access-token.js';
import { forceResumesAt, forcesOn, type MintUsage, mintsIn, mintsResumeAt } from '../mint-limits.js';
import { type TokenKey, type TokenLease, TokenStore } from '../token.store.js';

interface Slot {
  token?: AccessToken;
  fence: number;
  leasedUntil: number;
  usage: MintUsage;
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
    const now = this.clock.now();
    if (slot.leasedUntil > now && slot.leasedUntil <= now + 2 * ttlMs) return undefined;
    slot.leasedUntil = now + ttlMs;
    return { key, fence: ++slot.fence };
  }

  async countMint(lease: TokenLease, perHour: number): Promise<boolean> {
    const slot = this.slot(lease.key);
    const now = this.clock.now();
    if (slot.fence !== lease.fence || mintsResumeAt(slot.usage, perHour, now) !== undefined) return false;
    const { startedAt, mints } = mintsIn(slot.usage, now);
    slot.usage = { ...slot.usage, windowStartedAt: startedAt, windowMints: mints + 1 };
    return true;
  }

  async countForce(lease: TokenLease): Promise<boolean> {
    const slot = this.slot(lease.key);
    const now = this.clock.now();
    if (slot.fence !== lease.fence || forceResumesAt(slot.usage, now) !== undefined) return false;
    slot.usage = { ...slot.usage, forcedAt: now, forces: forcesOn(slot.usage, now) + 1 };
    return true;
  }

  async usage(key: TokenKey): Promise<MintUsage> {
    return { ...this.slot(key).usage };
  }

  async write(lease: TokenLease, token: AccessToken): Promise<boolean> {
    const slot = this.slot(lease.key);
    if (slot.fence !== lease.fence) return false;
    slot.token = token;
    slot.leasedUntil = 0;
    return true;
  }

  async releaseLease(lease: TokenLease, uncountMint = false): Promise<void> {
    const slot = this.slot(lease.key);
    if (slot.fence !== lease.fence) return;
    slot.leasedUntil = 0;
    if (uncountMint) slot.usage = { ...slot.usage, windowMints: slot.usage.windowMints - 1 };
  }

  async expire(key: TokenKey, accessToken: string): Promise<boolean> {
    const slot = this.slot(key);
    if (slot.token?.accessToken !== accessToken) return false;
    slot.token = new AccessToken(accessToken, slot.token.mintedAt, new Date(0), slot.token.generation);
    return true;
  }

  private slot({ appId, family }: TokenKey): Slot {
    const name = `${appId}:${family}`;
    const slot = this.slots.get(name) ?? { fence: 0, leasedUntil: 0, usage: { windowMints: 0, forces: 0 } };
    this.slots.set(name, slot);
    return slot;
  }
}
