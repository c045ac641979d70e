import { Injectable } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { digest } from '../kernel/secret.js';
import { AccessToken } from '../token/access-token.js';
import { failureRefusal, type MintFailure, mintFailure } from '../token/mint/mint-failure.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import { TokenConfig } from '../token/token.options.js';
import { TokenService } from '../token/token.service.js';
import { iso, life, type TokenStatus } from '../token/token.status.js';
import { CentralConnection, type CentralToken } from './central-connection.js';

/**
 * A token that the central replaced works for at least 5 minutes more (docs/platform.md §4.1, §4.2): so much
 * longer than `cacheSeconds` a copy is served while it is being looked after, and the caller waits for the
 * central only with an older one, and only if the central answered last time.
 */
const OVERLAP_MS = 240_000;

/** Without asking the central again, whatever it said. */
const LONGEST_PAUSE_MS = 60_000;

interface Copy {
  token: AccessToken;
  readAt: number;
  /** Of the request that it answered: clocks may be set back. */
  request: number;
}

/** A request to the central, as it leaves. */
interface Asked {
  at: number;
  request: number;
}

/**
 * The token service of a process without AppSecret: it reads tokens from a central and reports dead ones to
 * it. While its copy lives it goes on without the central, which may be slow, restarting or gone.
 */
@Injectable()
export class RemoteTokenService extends TokenService {
  private readonly logger = new LibraryLogger(TokenService.name);
  private readonly copies = new Map<string, Copy>();
  private readonly flights = new Map<string, Promise<AccessToken>>();
  private readonly failures = new Map<string, MintFailure>();
  private requests = 0;

  constructor(
    private readonly accounts: Accounts,
    private readonly central: CentralConnection,
    private readonly clock: Clock,
    private readonly config: TokenConfig,
    private readonly use: AccountUse,
  ) {
    super();
    // What was read for an account that now has another credential, or is gone.
    accounts.onChange(({ before, after }) => {
      if (before && after?.credential.kind !== 'remote') this.forget(before.appId);
    });
  }

  override async getToken(appId: string): Promise<AccessToken> {
    this.accounts.enabled(appId);
    this.use.note(appId);
    const copy = this.live(appId);
    if (!copy) return this.read(appId);
    const age = this.clock.now() - copy.readAt;
    if (age >= 0 && age < this.cacheMs) return copy.token;
    const mayWait = age >= this.cacheMs + OVERLAP_MS && !this.failures.has(`read ${appId}`);
    const reading = this.read(appId).catch(() => copy.token);
    return mayWait ? reading : copy.token;
  }

  override async refresh(appId: string, accessToken: string): Promise<AccessToken> {
    this.accounts.enabled(appId);
    const copy = this.live(appId);
    if (copy && copy.token.accessToken !== accessToken) return copy.token;
    const token = await this.once('report', appId, accessToken, () =>
      this.central.report(appId, accessToken),
    );
    if (token.accessToken !== accessToken) return token;
    throw new TokenUnavailableError(
      `no access_token for account ${appId}: the central answers the token that was reported dead`,
      undefined,
      { remedy: 'Try again; if it lasts, look at the log of the central.' },
    );
  }

  /** The central asks WeChat; what it answered before is forgotten here. */
  override async retry(appId: string): Promise<AccessToken> {
    this.accounts.enabled(appId);
    return this.single(`retry ${appId}`, async () => {
      const asked = this.asked();
      const given = await this.central.retry(appId);
      for (const kind of ['read', 'report']) this.failures.delete(`${kind} ${appId}`);
      return this.keep(appId, given, asked);
    });
  }

  override async refreshAhead(appId: string): Promise<void> {
    this.accounts.enabled(appId);
    if (failureRefusal(this.failures.get(`read ${appId}`), this.clock.now())) return;
    await this.read(appId);
  }

  override async status(appId: string): Promise<TokenStatus> {
    const { tokenFamily: family } = this.accounts.get(appId);
    const failure = this.failures.get(`read ${appId}`);
    return {
      appId,
      family,
      role: 'remote',
      ...life(this.live(appId)?.token, this.clock.now()),
      ...(failure && {
        lastError: {
          at: iso(failure.at),
          message: failure.message,
          ...(failure.errcode !== undefined && { errcode: failure.errcode }),
          retryAt: iso(failure.until),
        },
      }),
    };
  }

  private read(appId: string): Promise<AccessToken> {
    return this.once('read', appId, '', () => this.central.token(appId));
  }

  /** The same request is sent once at a time; after a failure, none of its kind for a while. */
  private once(
    kind: 'read' | 'report',
    appId: string,
    about: string,
    ask: () => Promise<CentralToken>,
  ): Promise<AccessToken> {
    // Its digest: a map prints its keys.
    const name = `${kind} ${appId} ${digest(about)}`;
    return this.single(name, () => this.ask(`${kind} ${appId}`, appId, ask));
  }

  private single(name: string, work: () => Promise<AccessToken>): Promise<AccessToken> {
    let flight = this.flights.get(name);
    if (!flight) {
      flight = work().finally(() => this.flights.delete(name));
      this.flights.set(name, flight);
    }
    return flight;
  }

  private async ask(kind: string, appId: string, ask: () => Promise<CentralToken>): Promise<AccessToken> {
    const asked = this.asked();
    const refusal = failureRefusal(this.failures.get(kind), asked.at);
    if (refusal) throw refusal;
    try {
      const given = await ask();
      this.failures.delete(kind);
      return this.keep(appId, given, asked);
    } catch (error) {
      if (error instanceof TokenUnavailableError) this.fail(kind, appId, error);
      throw error;
    }
  }

  /**
   * Logged once per request, not once per caller. How long the central has to wait for the platform is the
   * central's affair: it is asked again.
   */
  private fail(kind: string, appId: string, error: TokenUnavailableError): void {
    const now = this.clock.now();
    this.failures.set(kind, mintFailure(error, this.failures.get(kind), now, LONGEST_PAUSE_MS));
    if (this.live(appId)) this.logger.warn(`${error.message}; the one that was read before is still used`);
  }

  /** Of two answers that cross, the one to the later request counts. */
  private keep(
    appId: string,
    { accessToken, expiresIn }: CentralToken,
    { at: readAt, request }: Asked,
  ): AccessToken {
    const known = this.copies.get(appId);
    const isSame = known?.token.accessToken === accessToken;
    const mintedAt = isSame ? known.token.mintedAt : new Date(readAt);
    const token = new AccessToken(accessToken, mintedAt, new Date(readAt + 1000 * expiresIn), request);
    if (!known || request > known.request) this.copies.set(appId, { token, readAt, request });
    return token;
  }

  private asked(): Asked {
    this.requests += 1;
    return { at: this.clock.now(), request: this.requests };
  }

  private forget(appId: string): void {
    this.copies.delete(appId);
    for (const kind of ['read', 'report']) this.failures.delete(`${kind} ${appId}`);
  }

  private live(appId: string): Copy | undefined {
    const copy = this.copies.get(appId);
    return copy && copy.token.expiresAt.getTime() > this.clock.now() ? copy : undefined;
  }

  private get cacheMs(): number {
    return this.config.central?.cacheMs ?? 0;
  }
}
