import { Injectable } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { foreignCause } from '../kernel/errors.js';
import { inParallel } from '../upkeep/in-parallel.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import { TokenService } from './token.service.js';
import type { TokenStatus } from './token.status.js';

/** So many connections to the store one check may take. */
const ASKED_AT_ONCE = 2;

export type HealthStatus = 'up' | 'degraded' | 'down';

/** What `HealthCheckService.check` of @nestjs/terminus 12 takes; for 11 see {@link upOrDown}. */
export type TokenHealth = Record<
  string,
  { status: HealthStatus; message?: string; accounts?: TokenStatus[] }
>;

/**
 * Whether every account in use has a token, for @nestjs/terminus:
 * `health.check([() => tokenHealth.check()])`. It asks the store once per account and never the platform.
 * `down`: an account has no live token, and the last try to get one failed or no mint is left. `degraded`:
 * there is one, but the last refresh failed, the store is away, reports are refused (circuit, no mint left),
 * or another program seems to mint. An account that was not used yet is `up`; one of a source that this
 * process has not used for two hours, or that is switched off, is not looked at. Whoever asks while another
 * check is under way gets its result: probes that give up early pile up no queries.
 */
@Injectable()
export class TokenHealthIndicator {
  private readonly checks = new SharedCalls<TokenHealth[string]>();

  constructor(
    private readonly accounts: Accounts,
    private readonly tokens: TokenService,
    private readonly use: AccountUse,
  ) {}

  /** @param key the name under which the result stands @default 'weixin-token' */
  async check(key = 'weixin-token'): Promise<TokenHealth> {
    return { [key]: await this.checks.run('', () => this.look()) };
  }

  private async look(): Promise<TokenHealth[string]> {
    try {
      const all = this.accounts.all().filter(({ appId, enabled }) => enabled && this.use.isUsed(appId));
      const byAppId = new Map<string, TokenStatus>();
      await inParallel(all, ASKED_AT_ONCE, async ({ appId }) => {
        byAppId.set(appId, await this.tokens.status(appId));
      });
      const accounts = all.flatMap(({ appId }) => byAppId.get(appId) ?? []);
      return { status: worst(accounts.map(healthOf)), accounts };
    } catch (error) {
      return { status: 'down', message: foreignCause(error).message };
    }
  }
}

/**
 * For @nestjs/terminus 11, which leaves out what is neither `up` nor `down`:
 * `health.check([async () => upOrDown(await tokenHealth.check())])`. What is `degraded` is `up` there, with
 * `degraded: true`.
 */
export function upOrDown<T extends { status: HealthStatus }>(
  health: Record<string, T>,
): Record<string, Omit<T, 'status'> & { status: 'up' | 'down'; degraded?: true }> {
  const results = Object.entries(health).map(([key, { status, ...more }]) => {
    const result = status === 'degraded' ? { status: 'up', degraded: true } : { status };
    return [key, { ...more, ...result }];
  });
  return Object.fromEntries(results);
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
