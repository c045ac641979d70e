import { Injectable } from '@nestjs/common';
import { secretOf } from '../../account/credential.options.js';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { secondsUntil } from '../../kernel/platform-day.js';
import { WeixinApiClient, type WeixinCall } from '../../weixin/weixin-api.client.js';
import { isAccessToken } from '../access-token.js';
import { FORCE_INTERVAL_MS, rotatesAt } from '../mint/mint-limits.js';
import { lifetime, type MintedToken, type MintTerms, refusal, stillDead } from '../mint/token.minter.js';
import type { MintingAccount } from '../store/token.store.js';
import { Credential } from './credential.js';

/** Mints with the AppSecret of the account, of either family. */
@Injectable()
export class SecretCredential extends Credential {
  override readonly kind = 'secret';
  private readonly logger = new LibraryLogger('TokenMinter');

  constructor(
    private readonly client: WeixinApiClient,
    private readonly clock: Clock,
  ) {
    super();
  }

  /**
   * A token that is not dead. `stable_token` in normal mode answers the token it has, dead or not; only then
   * is it forced, because that mode kills the token for everybody and is limited to one in 30 s and 20 a day.
   * @throws {TokenUnavailableError} also when the platform's answer still is the dead token;
   * {@link DatabaseError} from `takeForce`
   */
  override async mint(account: MintingAccount, terms: MintTerms): Promise<MintedToken> {
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
      { appId },
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

function tokenCall(account: MintingAccount): WeixinCall {
  const secret = secretOf(account)?.reveal() ?? '';
  return {
    method: 'GET',
    path: '/cgi-bin/token',
    query: { grant_type: 'client_credential', appid: account.appId, secret },
    secrets: [secret],
  };
}

function stableTokenCall(account: MintingAccount, force: boolean): WeixinCall {
  const secret = secretOf(account)?.reveal() ?? '';
  return {
    method: 'POST',
    path: '/cgi-bin/stable_token',
    query: {},
    body: JSON.stringify({
      grant_type: 'client_credential',
      appid: account.appId,
      secret,
      force_refresh: force,
    }),
    secrets: [secret],
  };
}
