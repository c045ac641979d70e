import { Injectable } from '@nestjs/common';
import { GRANT_CHANNELS } from '../../account/account-templates.options.js';
import { Accounts } from '../../account/accounts.js';
import { Clock } from '../../kernel/clock.js';
import { foreignCause } from '../../kernel/errors.js';
import { LOWEST_ID } from '../../kernel/ids.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { rest } from '../../upkeep/sweeps.js';
import { SendPauseRepository } from '../pauses/send-pause.repository.js';

const HOUR_MS = 3_600_000;

/** Stands with messages that wait for it, and with broadcasts that paused. */
export const ACCOUNT_DISABLED = 'the account is switched off';

/**
 * Where messages wait that are due while their account is switched off: at the next full hour, all of them,
 * so that they are found by an index when it is switched on. Should that fail, they go at that hour.
 */
@Injectable()
export class DisabledAccounts {
  private readonly logger = new LibraryLogger(DisabledAccounts.name);

  constructor(
    accounts: Accounts,
    private readonly pauses: SendPauseRepository,
    private readonly clock: Clock,
  ) {
    accounts.onChange(({ before, after }) => {
      if (before && !before.enabled && after?.enabled) void this.bringForward(after.appId);
    });
  }

  waitUntil(now: number): number {
    return (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
  }

  /** Every process that learns of it does so; each batch is conditional. Never rejects. */
  private async bringForward(appId: string): Promise<void> {
    const pausedUntil = new Date(this.waitUntil(this.clock.now()));
    try {
      let after: string | undefined = LOWEST_ID;
      while (after !== undefined) {
        const startedAt = performance.now();
        after = await this.pauses.bringForward({ appId, pausedUntil }, [...GRANT_CHANNELS], after);
        if (after !== undefined) await rest(performance.now() - startedAt);
      }
    } catch (error) {
      const reason = foreignCause(error).message;
      this.logger.warn(
        `account ${appId} is on again; what waited for it goes at ${pausedUntil.toISOString()}: ${reason}`,
        { appId, reason },
      );
    }
  }
}
