import { BoundedList } from '../common/bounded-list.js';
import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';
import type { Account } from '../config/options.js';
import { type Refusal, refuse } from '../platform/errcodes.js';
import { type AccessToken, endAt, isLive, TOKEN_FAMILIES, type TokenFamily } from './access-token.js';
import { type TokenView, viewToken } from './token-view.js';

const REMEMBERED = 20_000;

/**
 * Every token ever minted (the last 20,000 of them), and which ones are the newest of their account and
 * family.
 */
export class TokenBook {
  private byValue = new Map<string, AccessToken>();
  private newest = new Map<string, AccessToken[]>();
  private readonly history = new BoundedList<AccessToken>(REMEMBERED, (token) =>
    this.byValue.delete(token.value),
  );

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * A new token; the one it replaces lives for `overlapMs` more, the one before that dies at once (row 24).
   */
  mint(account: Account, family: TokenFamily, overlapMs: number): AccessToken {
    const now = this.clock.now();
    const [current, previous] = this.newestOf(account.appId, family);
    if (previous) endAt(previous, now);
    if (current) endAt(current, now + (account.strict ? 0 : overlapMs));
    const expiresAt = now + account.lifetimeSeconds * 1000;
    const token: AccessToken = {
      ...{ value: this.newValue(), appId: account.appId, family, mintedAt: now },
      ...{ expiresAt, endsAt: expiresAt, endsWith: 42001 },
    };
    this.byValue.set(token.value, token);
    this.history.push(token);
    this.newest.set(`${account.appId}:${family}`, current ? [token, current] : [token]);
    return token;
  }

  /** The newest token if it still lives. */
  current(appId: string, family: TokenFamily): AccessToken | undefined {
    const [current] = this.newestOf(appId, family);
    return current && isLive(current, this.clock.now()) ? current : undefined;
  }

  /** The newest token, be it dead, as long as its own lifetime lasts. */
  newestUnexpired(appId: string, family: TokenFamily): AccessToken | undefined {
    const [current] = this.newestOf(appId, family);
    return current && current.expiresAt > this.clock.now() ? current : undefined;
  }

  /** What an API call hears about the token it brought. Row 23. */
  inspect(value: string): AccessToken | Refusal {
    const token = this.byValue.get(value);
    if (!token) return refuse(40014);
    return isLive(token, this.clock.now()) ? token : refuse(token.endsWith);
  }

  /** Whose token this is, living or not. */
  ownerOf(value: string | undefined): string | undefined {
    return value === undefined ? undefined : this.byValue.get(value)?.appId;
  }

  /**
   * The newest tokens of each family (the latest and the one before), newest first; of one account, or of
   * all.
   */
  views(appId?: string): TokenView[] {
    const now = this.clock.now();
    return [...this.newest.values()]
      .flat()
      .filter((token) => appId === undefined || token.appId === appId)
      .map((token) => viewToken(token, now));
  }

  /** Live tokens die now, upstream, without a mint. Returns how many did. */
  kill(appId: string, family?: TokenFamily): number {
    const now = this.clock.now();
    const live = (family ? [family] : TOKEN_FAMILIES)
      .flatMap((each) => this.newestOf(appId, each))
      .filter((token) => isLive(token, now));
    for (const token of live) endAt(token, now);
    return live.length;
  }

  reset(): void {
    this.byValue.clear();
    this.newest.clear();
    this.history.clear();
  }

  private newestOf(appId: string, family: TokenFamily): AccessToken[] {
    return this.newest.get(`${appId}:${family}`) ?? [];
  }

  /** Observed lengths are 136–157 characters (fact sheet §4.1), beginning with a number and an underscore. */
  private newValue(): string {
    return `97_${this.random.base64url(136 + Math.floor(this.random.fraction() * 18))}`;
  }
}
