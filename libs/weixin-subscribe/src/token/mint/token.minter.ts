import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { secondsUntil } from '../../kernel/platform-day.js';
import { type WeixinAnswer, WeixinApiClient, type WeixinCall } from '../../weixin/weixin-api.client.js';
import { verdictOf } from '../../weixin/weixin-api.errors.js';
import { isAccessToken, LIFETIME_SECONDS, TOKEN_SHAPE } from '../access-token.js';
import type { MintedFamily, MintingAccount } from '../store/token.store.js';
import { TokenUnavailableError, type TokenUnavailableFacts } from '../token.errors.js';
import { FORCE_INTERVAL_MS, rotatesAt } from './mint-limits.js';

export interface MintedToken {
  accessToken: string;
  mintedAt: Date;
  expiresAt: Date;
}

export interface MintTerms {
  /** Whether this token was reported dead and must not come back. */
  isDead(accessToken: string): boolean;
  /**
   * Takes one of the day's `force_refresh`. `undefined`: go ahead; otherwise the moment from which on there
   * is one.
   */
  takeForce(): Promise<number | undefined>;
}

/** Asks the platform for an access_token, once. The only place that reveals an AppSecret. */
@Injectable()
export class TokenMinter {
  private readonly logger = new LibraryLogger(TokenMinter.name);

  constructor(
    private readonly client: WeixinApiClient,
    private readonly clock: Clock,
  ) {}

  /**
   * A token that is not dead. `stable_token` in normal mode answers the token it has, dead or not; only then
   * is it forced, because that mode kills the token for everybody and is limited to one in 30 s and 20 a day.
   * @throws {TokenUnavailableError} also when the platform's answer still is the dead token;
   * {@link DatabaseError} from `takeForce`
   */
  async mint(account: MintingAccount, terms: MintTerms): Promise<MintedToken> {
    if (account.tokenFamily === 'token') {
      const token = await this.ask(account, tokenCall(account));
      if (terms.isDead(token.accessToken)) throw stillDead(account.appId, { mayHaveMinted: true });
      return token;
    }
    const token = await this.ask(account, stableTokenCall(account, false));
    return terms.isDead(token.accessToken) ? this.force(account, token, terms) : token;
  }

  private async force(account: MintingAccount, dead: MintedToken, terms: MintTerms): Promise<MintedToken> {
    const { appId } = account;
    const resumesAt = await terms.takeForce();
    if (resumesAt !== undefined) {
      const helpsAt = Math.min(resumesAt, rotatesAt(dead.expiresAt));
      throw stillDead(appId, { retryAfterSeconds: secondsUntil(helpsAt, this.clock.now()) });
    }
    this.logger.warn(
      `account ${appId}: stable_token answered the token that was refused; using force_refresh`,
    );
    const token = await this.ask(account, stableTokenCall(account, true));
    if (!terms.isDead(token.accessToken)) return token;
    throw stillDead(appId, { retryAfterSeconds: FORCE_INTERVAL_MS / 1000 });
  }

  private async ask(account: MintingAccount, call: WeixinCall): Promise<MintedToken> {
    const mintedAt = this.clock.now();
    const answer = await this.client.call({ ...call, context: 'token' });
    const body = answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : {};
    const { access_token: accessToken, expires_in: expiresIn } = body;
    if (!isAccessToken(accessToken)) throw refusal(account.appId, answer);
    // Counted from before the call, so that we never believe in a token longer than the platform does.
    return {
      accessToken,
      mintedAt: new Date(mintedAt),
      expiresAt: new Date(mintedAt + 1000 * lifetime(expiresIn)),
    };
  }
}

function tokenCall({ appId, appSecret }: MintingAccount): WeixinCall {
  const secret = appSecret?.reveal() ?? '';
  return {
    method: 'GET',
    path: '/cgi-bin/token',
    query: { grant_type: 'client_credential', appid: appId, secret },
    secrets: [secret],
  };
}

function stableTokenCall({ appId, appSecret }: MintingAccount, force: boolean): WeixinCall {
  const secret = appSecret?.reveal() ?? '';
  return {
    method: 'POST',
    path: '/cgi-bin/stable_token',
    query: {},
    body: JSON.stringify({
      grant_type: 'client_credential',
      appid: appId,
      secret,
      force_refresh: force,
    }),
    secrets: [secret],
  };
}

/** As people know it. */
export function mintedNameOf(family: MintedFamily): string {
  return family === 'jsapi-ticket' ? 'jsapi_ticket' : 'access_token';
}

/** As a number or as its digits. Anything else says nothing, and the documented lifetime holds. */
export function lifetime(expiresIn: unknown): number {
  const text = typeof expiresIn === 'number' || typeof expiresIn === 'string' ? String(expiresIn) : '';
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return seconds > 0 ? Math.min(seconds, LIFETIME_SECONDS) : LIFETIME_SECONDS;
}

export function refusal(
  appId: string,
  answer: WeixinAnswer,
  family: MintedFamily = 'token',
): TokenUnavailableError {
  const what = mintedNameOf(family);
  const verdict = verdictOf(answer);
  if (verdict && verdict.errcode !== 0) {
    return new TokenUnavailableError(
      `no ${what} for account ${appId}: errcode ${verdict.errcode} ${verdict.errmsg}`.trimEnd(),
      verdict,
    );
  }
  const reason = answer.kind === 'answered' ? `an answer without ${what} of ${TOKEN_SHAPE}` : answer.reason;
  return new TokenUnavailableError(`no ${what} for account ${appId}: ${reason}`, undefined, {
    mayHaveMinted: answer.kind !== 'not-sent',
    remedy: 'Try again shortly; if it lasts, check apiBaseUrl and the way to the platform.',
  });
}

function stillDead(appId: string, facts: TokenUnavailableFacts): TokenUnavailableError {
  return new TokenUnavailableError(
    `no access_token for account ${appId}: the platform answers the token that was reported dead`,
    undefined,
    {
      remedy:
        'Try again after retryAfterSeconds; if it lasts, find out who reports live tokens as dead, or why force_refresh has no effect.',
      ...facts,
    },
  );
}
