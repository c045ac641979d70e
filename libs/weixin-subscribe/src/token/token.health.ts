import { Injectable } from '@nestjs/common';
import { Accounts } from '../common/config/accounts.js';
import { foreignCause } from '../common/errors.js';
import { TokenService } from './token.service.js';
import type { TokenStatus } from './token.status.js';

export type HealthStatus = 'up' | 'degraded' | 'down';

/** What `HealthCheckService.check` of @nestjs/terminus takes. */
export type TokenHealth = Record<
  string,
  { status: HealthStatus; message?: string; accounts?: TokenStatus[] }
>;

/**
 * Whether every account has a token, for @nestjs/terminus: `health.check([() => tokenHealth.check()])`. It asks the store once per account and
 * never the platform. `down`: an account has no live token, and the last try to get one failed or no mint is left. `degraded`: there is one, but the last
 * refresh failed, the store is away, reports are refused (circuit, no mint left), or another program seems to mint. An account that was not used yet is `up`.
 */
@Injectable()
export class TokenHealthIndicator {
  constructor(
    private readonly accounts: Accounts,
    private readonly tokens: TokenService,
  ) {}

  /** @param key the name under which the result stands @default 'weixin-token' */
  async check(key = 'weixin-token'): Promise<TokenHealth> {
    try {
      const accounts = await Promise.all(this.accounts.all().map(({ appId }) => this.tokens.status(appId)));
      return { [key]: { status: worst(accounts.map(healthOf)), accounts } };
    } catch (error) {
      return { [key]: { status: 'down', message: foreignCause(error).message } };
    }
  }
}

const SUSPICIOUS_DEATHS = 2;

function healthOf(status: TokenStatus): HealthStatus {
  const { live, lastError, circuitOpenUntil, mintsLeft, unreadable, earlyDeaths = 0 } = status;
  const usedUp = mintsLeft !== undefined && Math.min(mintsLeft.hour, mintsLeft.day) === 0;
  if (!live && (lastError || usedUp)) return 'down';
  const isSuspicious = unreadable || earlyDeaths >= SUSPICIOUS_DEATHS;
  return lastError || usedUp || circuitOpenUntil || isSuspicious ? 'degraded' : 'up';
}

function worst(all: HealthStatus[]): HealthStatus {
  return (['down', 'degraded'] as const).find((status) => all.includes(status)) ?? 'up';
}
