import { DAY_MS } from '../kernel/platform-day.js';
import type { TokenCaller } from './token-audit.types.js';

/**
 * Texts of one client, account and endpoint that are told apart in a day. A token lives for two hours, so
 * that is more than there are.
 */
export const MOST_DISTINCT_REPORTS = 20;
/** Stands for the texts beyond. No digest is so short. */
export const OTHERS = 'others';

interface Day {
  startedAt: number;
  tokenIds: Set<string>;
}

/**
 * Which reported texts the audit tells apart: what is reported need not be a token, and each text would be a
 * row. Counts in this process.
 */
export class ReportLimit {
  /** As many as there are clients, accounts and endpoints. */
  private readonly days = new Map<string, Day>();

  /** Under which id a report is counted. */
  idFor({ client, appId, endpoint }: TokenCaller, tokenId: string, now: number): string {
    const key = [client, appId, endpoint].join('\n');
    const { tokenIds } = this.dayOf(key, now);
    if (tokenIds.size < MOST_DISTINCT_REPORTS) tokenIds.add(tokenId);
    return tokenIds.has(tokenId) ? tokenId : OTHERS;
  }

  private dayOf(key: string, now: number): Day {
    const known = this.days.get(key);
    // In either direction: a clock that was set back must not keep a day for ever.
    if (known && Math.abs(now - known.startedAt) < DAY_MS) return known;
    const day = { startedAt: now, tokenIds: new Set<string>() };
    this.days.set(key, day);
    return day;
  }
}
