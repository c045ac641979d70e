import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { Accounts } from './accounts.js';

/** The life of an access_token: who used none for so long needs none kept fresh. */
const USED_FOR_MS = 7_200_000;

/**
 * Which accounts this process uses. Those of the options always; of a source, where there may be thousands,
 * those that a token was asked for within the last two hours.
 */
@Injectable()
export class AccountUse {
  private readonly usedAt = new Map<string, number>();

  constructor(
    private readonly accounts: Accounts,
    private readonly clock: Clock,
  ) {
    accounts.onChange(({ before, after }) => {
      if (before && !after) this.usedAt.delete(before.appId);
    });
  }

  note(appId: string): void {
    if (this.accounts.sourced) this.usedAt.set(appId, this.clock.now());
  }

  isUsed(appId: string): boolean {
    if (this.accounts.isFixed(appId)) return true;
    const age = this.clock.now() - (this.usedAt.get(appId) ?? Number.NEGATIVE_INFINITY);
    return age < USED_FOR_MS;
  }
}
