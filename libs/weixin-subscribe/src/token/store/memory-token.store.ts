import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import type { MintFailure } from '../mint/mint-failure.js';
import {
  forceResumesAt,
  forcesOn,
  type MintLimits,
  type MintUsage,
  mintsIn,
  mintsResumeAt,
} from '../mint/mint-limits.js';
import { type TokenDeath, withDeath } from '../mint/token-deaths.js';
import type { StoredToken } from './stored-token.js';
import {
  type HeldLease,
  type LeaseEnd,
  type TokenKey,
  type TokenLease,
  type TokenRecord,
  TokenStore,
} from './token.store.js';

interface Slot {
  token?: StoredToken;
  fence: number;
  heldBy?: string;
  usage: MintUsage;
  failure?: MintFailure;
  deaths: TokenDeath[];
}

/**
 * For a single process: everything is gone when it ends. Each method runs in one turn, so no two interleave.
 */
@Injectable()
export class MemoryTokenStore extends TokenStore {
  private readonly slots = new Map<string, Slot>();

  constructor(private readonly clock: Clock) {
    super();
  }

  async read(key: TokenKey): Promise<TokenRecord | undefined> {
    const slot = this.slots.get(nameOf(key));
    if (!slot) return undefined;
    const { token, fence, heldBy, usage, failure, deaths } = slot;
    // Copies: what a reader does with them is not stored.
    return {
      token,
      lease: heldBy === undefined ? undefined : { heldBy, fence },
      usage: { ...usage },
      failure: failure && { ...failure },
      deaths: deaths.map((death) => ({ ...death })),
    };
  }

  async acquireLease(key: TokenKey, holder: string, overdue?: number): Promise<TokenLease | HeldLease> {
    const slot = this.slotOf(key);
    const { heldBy, fence } = slot;
    if (heldBy !== undefined && fence !== overdue) return { heldBy, fence };
    slot.heldBy = holder;
    return { key, fence: ++slot.fence };
  }

  async countMint(lease: TokenLease, limits: MintLimits): Promise<boolean> {
    const slot = this.under(lease);
    const now = this.clock.now();
    if (!slot || mintsResumeAt(slot.usage, limits, now) !== undefined) return false;
    const { hour, day } = mintsIn(slot.usage, now);
    slot.usage = {
      ...slot.usage,
      windowStartedAt: hour.startedAt,
      windowMints: hour.mints + 1,
      dayStartedAt: day.startedAt,
      dayMints: day.mints + 1,
    };
    return true;
  }

  async countForce(lease: TokenLease): Promise<boolean> {
    const slot = this.under(lease);
    const now = this.clock.now();
    if (!slot || forceResumesAt(slot.usage, now) !== undefined) return false;
    slot.usage = { ...slot.usage, forcedAt: now, forces: forcesOn(slot.usage, now) + 1 };
    return true;
  }

  async write(lease: TokenLease, token: StoredToken): Promise<boolean> {
    const slot = this.under(lease);
    if (!slot) return false;
    if (slot.token?.generation === lease.fence) return slot.token.digest === token.digest;
    slot.token = token;
    slot.failure = undefined;
    slot.heldBy = undefined;
    return true;
  }

  async releaseLease(lease: TokenLease, { uncountMint = false, failure }: LeaseEnd = {}): Promise<void> {
    const slot = this.under(lease);
    if (slot?.heldBy === undefined) return;
    slot.heldBy = undefined;
    if (uncountMint) slot.usage = oneMintLess(slot.usage);
    if (failure) slot.failure = { ...failure };
  }

  async expire(key: TokenKey, digest: string, diedAt: number): Promise<boolean> {
    const slot = this.slots.get(nameOf(key));
    const token = slot?.token;
    if (!slot || token?.digest !== digest || token.expiresAt.getTime() === 0) return false;
    slot.deaths = withDeath(slot.deaths, {
      mintedAt: token.mintedAt.getTime(),
      diedAt,
      expiresAt: token.expiresAt.getTime(),
    });
    slot.token = token.expired();
    return true;
  }

  private slotOf(key: TokenKey): Slot {
    const name = nameOf(key);
    const slot = this.slots.get(name) ?? {
      fence: 0,
      usage: { windowMints: 0, dayMints: 0, forces: 0 },
      deaths: [],
    };
    this.slots.set(name, slot);
    return slot;
  }

  /** `undefined` when a newer lease was given. */
  private under({ key, fence }: TokenLease): Slot | undefined {
    const slot = this.slots.get(nameOf(key));
    return slot?.fence === fence ? slot : undefined;
  }
}

function oneMintLess(usage: MintUsage): MintUsage {
  return {
    ...usage,
    windowMints: Math.max(0, usage.windowMints - 1),
    dayMints: Math.max(0, usage.dayMints - 1),
  };
}

function nameOf({ appId, family }: TokenKey): string {
  return `${appId}:${family}`;
}
