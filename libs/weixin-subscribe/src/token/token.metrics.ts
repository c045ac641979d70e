import { Injectable } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { Telemetry } from '../kernel/telemetry.js';
import { TokenCache } from './token.cache.js';

/** How long the tokens in this process last. What happens to them is counted by their events. */
@Injectable()
export class TokenMetrics {
  /** Accounts that had a token here: one that nobody has asked for is not missing. */
  private readonly seen = new Set<string>();

  constructor(
    telemetry: Telemetry,
    private readonly cache: TokenCache,
    private readonly accounts: Accounts,
    private readonly use: AccountUse,
    private readonly clock: Clock,
  ) {
    telemetry.gauge(
      'weixin.token.remaining',
      {
        description: 'Until the access_token in memory ends, 0 after that; of accounts that are used here',
        unit: 's',
      },
      async (observe) => {
        for (const { appId, enabled } of this.accounts.all()) {
          const seconds = this.remaining(appId);
          if (enabled && seconds !== undefined && this.use.isUsed(appId))
            observe(seconds, { 'weixin.app_id': appId });
        }
      },
    );
  }

  private remaining(appId: string): number | undefined {
    const token = this.cache.live(appId);
    if (!token) return this.seen.has(appId) ? 0 : undefined;
    this.seen.add(appId);
    return (token.expiresAt.getTime() - this.clock.now()) / 1000;
  }
}
