import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';
import { type Refusal, refuse } from '../platform/errcodes.js';
import { type ComponentConfig, readComponent } from './component-options.js';

const HOUR_MS = 3_600_000;
/** A ticket works for twelve hours, also beside newer ones (row 47). */
const TICKET_MS = 12 * HOUR_MS;
const TOKEN_MS = 2 * HOUR_MS;
/** The sample of the page, whose text says 1800 s (row 50). */
const PRE_AUTH_CODE_MS = 600_000;
const AUTH_CODE_MS = 3_600_000;

/** The permission sets that an authorisation has unless others are named (row 51). */
export const USUAL_SETS: readonly number[] = [1, 4, 7, 18, 89];

/** What an account gave to the platform. */
export interface Authorization {
  appId: string;
  refreshToken: string;
  /** Those before it, which a setting lets work. */
  older: string[];
  sets: readonly number[];
  /** Milliseconds. */
  at: number;
  /** The list shows no refresh token before a code of it was exchanged. */
  wasExchanged: boolean;
}

interface AuthCode {
  appId: string;
  endsAt: number;
  isUsed: boolean;
}

/** The chain of secrets of the third-party platform: tickets, its tokens, codes, authorisations. */
export class ComponentBook {
  config: ComponentConfig | null;
  private readonly tickets = new Map<string, number>();
  private readonly tokens = new Map<string, number>();
  private readonly preAuthCodes = new Map<string, number>();
  private readonly codes = new Map<string, AuthCode>();
  private readonly authorizations = new Map<string, Authorization>();

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly configured: ComponentConfig | null,
  ) {
    this.config = configured;
  }

  /** Changes its settings, as its owner would in the console. */
  update(patch: object): void {
    this.config = readComponent({ ...this.config, ...patch }, 'component');
  }

  issueTicket(): string {
    const ticket = `ticket@@@${this.random.base64url(86)}`;
    this.tickets.set(ticket, this.clock.now() + TICKET_MS);
    return ticket;
  }

  /** A new component_access_token; those before it live on (row 47). */
  issueToken(ticket: string): string | Refusal {
    const endsAt = this.tickets.get(ticket);
    if (endsAt === undefined) return refuse(61006);
    if (endsAt <= this.clock.now()) return refuse(61005);
    const token = `97_${this.random.base64url(140)}`;
    this.tokens.set(token, this.clock.now() + TOKEN_MS);
    return token;
  }

  /** What is wrong with the token of the platform; `undefined`: nothing. */
  inspectToken(token: string): Refusal | undefined {
    const endsAt = this.tokens.get(token);
    if (endsAt === undefined) return refuse(40001);
    return endsAt > this.clock.now() ? undefined : refuse(42001);
  }

  killTokens(): number {
    const count = this.tokens.size;
    this.tokens.clear();
    return count;
  }

  issuePreAuthCode(): { code: string; expiresIn: number } {
    const code = this.newPreAuthCode();
    this.preAuthCodes.set(code, this.clock.now() + PRE_AUTH_CODE_MS);
    return { code, expiresIn: PRE_AUTH_CODE_MS / 1000 };
  }

  newPreAuthCode(): string {
    return `preauthcode@@@${this.random.base64url(64)}`;
  }

  /** Whether it is good; an authorisation uses it up. */
  takePreAuthCode(code: string): boolean {
    const endsAt = this.preAuthCodes.get(code);
    this.preAuthCodes.delete(code);
    return endsAt !== undefined && endsAt > this.clock.now();
  }

  /** The owner of the account agrees, for the first time or anew: the refresh token before ends (row 48). */
  authorize(appId: string, sets: readonly number[]): { code: string; expiresIn: number } {
    this.authorizations.set(appId, {
      ...{ appId, sets, refreshToken: this.newRefreshToken(), older: [] },
      ...{ at: this.clock.now(), wasExchanged: false },
    });
    const code = `queryauthcode@@@${this.random.base64url(64)}`;
    this.codes.set(code, { appId, endsAt: this.clock.now() + AUTH_CODE_MS, isUsed: false });
    return { code, expiresIn: AUTH_CODE_MS / 1000 };
  }

  /** Good once (row 50). */
  exchange(code: string): Authorization | Refusal {
    const known = this.codes.get(code);
    if (!known || known.isUsed) return refuse(61009);
    known.isUsed = true;
    if (known.endsAt <= this.clock.now()) return refuse(61010);
    const authorization = this.authorizations.get(known.appId);
    if (!authorization) return refuse(61003);
    authorization.wasExchanged = true;
    return authorization;
  }

  /** @returns the authorisation with the refresh token to answer */
  refresh(appId: string, refreshToken: string): Authorization | Refusal {
    const authorization = this.authorizations.get(appId);
    if (!authorization) return refuse(61003);
    const { config } = this;
    const isCurrent = authorization.refreshToken === refreshToken;
    const isOlder = config?.olderRefreshTokenWorks && authorization.older.includes(refreshToken);
    if (!isCurrent && !isOlder) return refuse(61023);
    if (config?.refreshToken === 'new') {
      authorization.older.push(authorization.refreshToken);
      authorization.refreshToken = this.newRefreshToken();
    }
    return authorization;
  }

  find(appId: string): Authorization | undefined {
    return this.authorizations.get(appId);
  }

  /** In the order in which they were given. */
  all(): Authorization[] {
    return [...this.authorizations.values()];
  }

  /** `false`: there was none. */
  revoke(appId: string): boolean {
    return this.authorizations.delete(appId);
  }

  reset(): void {
    this.config = this.configured;
    for (const kept of [this.tickets, this.tokens, this.preAuthCodes, this.codes, this.authorizations])
      kept.clear();
  }

  private newRefreshToken(): string {
    return `refreshtoken@@@${this.random.base64url(64)}`;
  }
}
