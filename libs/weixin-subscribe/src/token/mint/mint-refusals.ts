import { secondsUntil } from '../../kernel/platform-day.js';
import type { TokenState } from '../store/token.vault.js';
import { TokenUnavailableError } from '../token.errors.js';
import { FORCES_PER_DAY, forcesRenewedAt, type MintLimits, mintsResumeAt } from './mint-limits.js';
import { circuitOpenUntil } from './token-deaths.js';

/** No mint is left in this hour or on this day; `undefined`: some are. */
export function floorRefusal(
  appId: string,
  { usage }: TokenState,
  limits: MintLimits,
  now: number,
): TokenUnavailableError | undefined {
  const resumesAt = mintsResumeAt(usage, limits, now);
  if (resumesAt === undefined) return undefined;
  return new TokenUnavailableError(
    `no new access_token for account ${appId}: at most ${limits.perHour} are minted within an hour and ${limits.perDay} within a day, and they are used up`,
    undefined,
    {
      retryAfterSeconds: secondsUntil(resumesAt, now),
      remedy:
        'Either somebody reports live tokens as dead: find the client. Or another program mints for this account: use the "stable" family, or let that program read the token here.',
    },
  );
}

/** WeChat refuses each new token at once, so that minting more does not help; `undefined`: it does not. */
export function circuitRefusal(
  appId: string,
  { deaths }: TokenState,
  now: number,
): TokenUnavailableError | undefined {
  const until = circuitOpenUntil(deaths, now);
  if (until === undefined) return undefined;
  return new TokenUnavailableError(
    `no new access_token for account ${appId}: one new token after the other was reported dead within a minute`,
    undefined,
    {
      retryAfterSeconds: secondsUntil(until, now),
      remedy:
        'Check that every caller uses the token of its own appId and that apiBaseUrl is the platform which made it; look for another program that mints for this account all the time ("stable" family helps), and for a client that reports live tokens.',
    },
  );
}

/**
 * `stable_token` answers the reported token, and every `force_refresh` of the day was spent on reports
 * before.
 */
export function forceRefusal(appId: string, { usage }: TokenState, now: number): TokenUnavailableError {
  return new TokenUnavailableError(
    `no other access_token for account ${appId}: the platform answers the one that was reported dead, and the ${FORCES_PER_DAY} force_refresh of the day are used up`,
    undefined,
    {
      retryAfterSeconds: secondsUntil(forcesRenewedAt(usage, now) ?? now, now),
      remedy: 'Probably somebody reports live tokens as dead: find the client in the audit (TokenAudit).',
    },
  );
}

/** Others had the lease all the time, one after the other. */
export function waitedTooLong(appId: string, waitedMs: number): TokenUnavailableError {
  return new TokenUnavailableError(
    `no access_token for account ${appId}: other processes have been fetching one for ${waitedMs / 1000} s`,
    undefined,
    { remedy: 'Try again; if it lasts, look at the log of the other processes on this store.' },
  );
}
