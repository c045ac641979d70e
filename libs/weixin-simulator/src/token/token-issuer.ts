import type { Clock } from '../common/clock.js';
import type { Account } from '../config/options.js';
import { limitsOf, STABLE_TOKEN_API, TOKEN_API } from '../platform/api-catalog.js';
import type { Counters } from '../platform/counters.js';
import { type Refusal, refuse } from '../platform/errcodes.js';
import { callName, type Quotas } from '../platform/quotas.js';
import type { AccessToken, TokenFamily } from './access-token.js';
import type { TokenBook } from './token-book.js';

/** What a token call answers. */
export interface IssuedToken {
  value: string;
  /** Whole seconds of life left. */
  expiresIn: number;
}

const USUAL_ROTATION_SECONDS = 300;

/**
 * Decides which token a token call gets. Rows 24–27. Sources: official pages of both calls, "AccessToken"
 * guide.
 */
export class TokenIssuer {
  private lastForced = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly book: TokenBook,
    private readonly quotas: Quotas,
    private readonly counters: Counters,
  ) {}

  /** `cgi-bin/token`: always a new token; the previous one overlaps for five minutes. */
  latest(account: Account): IssuedToken | Refusal {
    const over = this.quotas.take(callName(account.appId, TOKEN_API), limitsOf(account, TOKEN_API));
    if (over) return refuse(over, 'api freq out of limit');
    return this.mint(account, 'token', account.overlapSeconds * 1000);
  }

  /** `stable_token`: the same token until little of its life is left, or a new one by force. */
  stable(account: Account, force: boolean): IssuedToken | Refusal {
    const limits = limitsOf(account, STABLE_TOKEN_API);
    const over = this.quotas.take(callName(account.appId, STABLE_TOKEN_API), limits);
    if (over) return refuse(over);
    return force && !this.forcedJustNow(account) ? this.forced(account) : this.rotated(account);
  }

  reset(): void {
    this.lastForced.clear();
  }

  private rotated(account: Account): IssuedToken {
    const { appId, stableReturnsKilled } = account;
    const current = stableReturnsKilled
      ? this.book.newestUnexpired(appId, 'stable')
      : this.book.current(appId, 'stable');
    const now = this.clock.now();
    if (current && current.expiresAt - now > rotationSeconds(account) * 1000) return issue(current, now);
    // The old token keeps its own end: "both work" until then.
    return this.mint(account, 'stable', Number.POSITIVE_INFINITY);
  }

  private forced(account: Account): IssuedToken | Refusal {
    const over = this.quotas.take(`${account.appId} force_refresh`, { perDay: account.forceRefreshPerDay });
    if (over) return refuse(over);
    this.lastForced.set(account.appId, this.clock.now());
    return this.mint(account, 'stable', 0);
  }

  private forcedJustNow(account: Account): boolean {
    const last = this.lastForced.get(account.appId);
    return last !== undefined && this.clock.now() - last < account.forceRefreshIntervalSeconds * 1000;
  }

  private mint(account: Account, family: TokenFamily, overlapMs: number): IssuedToken {
    // Read before the mint, so that a fresh token has its whole life in the answer.
    const now = this.clock.now();
    this.counters.minted(account.appId, family);
    return issue(this.book.mint(account, family, overlapMs), now);
  }
}

function issue(token: AccessToken, now: number): IssuedToken {
  return { value: token.value, expiresIn: Math.floor((token.expiresAt - now) / 1000) };
}

/** 300 s of 7200 s; a life shortened for a test rotates at the same proportion, or every call would mint. */
function rotationSeconds(account: Account): number {
  return (
    account.stableRotationSeconds ??
    Math.min(USUAL_ROTATION_SECONDS, Math.floor(account.lifetimeSeconds / 24))
  );
}
