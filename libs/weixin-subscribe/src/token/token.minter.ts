import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { AccountConfig } from '../common/config/weixin-subscribe.config.js';
import { type WeixinAnswer, WeixinApiClient, type WeixinCall } from '../weixin/weixin-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';
import { TokenUnavailableError } from './token.errors.js';

/** The platform's documented lifetime, and the longest we believe. */
const LIFETIME_SECONDS = 7200;
/** `force_refresh` works at most every 30 s (weixin-api.md §4.2); called earlier it answers the same token. */
const FORCE_INTERVAL_MS = 30_000;

export interface MintedToken {
  accessToken: string;
  mintedAt: Date;
  expiresAt: Date;
}

/** Asks the platform for an access_token, once. The only place that reveals an AppSecret. */
@Injectable()
export class TokenMinter {
  private readonly logger = new Logger(TokenMinter.name);
  private readonly forcedAt = new Map<string, number>();

  constructor(
    private readonly client: WeixinApiClient,
    private readonly clock: Clock,
  ) {}

  /**
   * @param dead the token that must not come back. `stable_token` in normal mode answers the token it has, dead or not; only then
   *   is it forced, because that mode kills the token for everybody and is limited to 20 a day.
   * @throws {TokenUnavailableError}
   */
  async mint(account: AccountConfig, dead?: string): Promise<MintedToken> {
    if (account.tokenFamily === 'token') return this.ask(account, tokenCall(account));
    const token = await this.ask(account, stableTokenCall(account, false));
    return token.accessToken === dead ? this.force(account, token) : token;
  }

  private async force(account: AccountConfig, current: MintedToken): Promise<MintedToken> {
    const forcedAt = this.forcedAt.get(account.appId) ?? -Infinity;
    if (this.clock.now() - forcedAt < FORCE_INTERVAL_MS) return current;
    this.forcedAt.set(account.appId, this.clock.now());
    this.logger.warn(
      `account ${account.appId}: stable_token answered the token that was refused; using force_refresh`,
    );
    return this.ask(account, stableTokenCall(account, true));
  }

  private async ask(account: AccountConfig, call: WeixinCall): Promise<MintedToken> {
    const mintedAt = this.clock.now();
    const answer = await this.client.call({ ...call, context: 'token' });
    const body = answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : {};
    const { access_token: accessToken, expires_in: expiresIn } = body;
    if (typeof accessToken !== 'string' || accessToken === '') throw refusal(account.appId, answer);
    // Counted from before the call, so that we never believe in a token longer than the platform does.
    return {
      accessToken,
      mintedAt: new Date(mintedAt),
      expiresAt: new Date(mintedAt + 1000 * lifetime(expiresIn)),
    };
  }
}

function tokenCall({ appId, appSecret }: AccountConfig): WeixinCall {
  return {
    method: 'GET',
    path: '/cgi-bin/token',
    query: { grant_type: 'client_credential', appid: appId, secret: appSecret.reveal() },
  };
}

function stableTokenCall({ appId, appSecret }: AccountConfig, force: boolean): WeixinCall {
  return {
    method: 'POST',
    path: '/cgi-bin/stable_token',
    query: {},
    body: { grant_type: 'client_credential', appid: appId, secret: appSecret.reveal(), force_refresh: force },
  };
}

function lifetime(expiresIn: unknown): number {
  const seconds = Number(expiresIn);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, LIFETIME_SECONDS) : LIFETIME_SECONDS;
}

function refusal(appId: string, answer: WeixinAnswer): TokenUnavailableError {
  const verdict = verdictOf(answer);
  if (verdict && verdict.errcode !== 0) {
    return new TokenUnavailableError(
      `no access_token for account ${appId}: errcode ${verdict.errcode} ${verdict.errmsg}`.trimEnd(),
      verdict,
    );
  }
  const reason = answer.kind === 'answered' ? 'an answer without access_token' : answer.reason;
  return new TokenUnavailableError(`no access_token for account ${appId}: ${reason}`, undefined, {
    remedy: 'Try again shortly; if it lasts, check apiBaseUrl and the way to the platform.',
  });
}
