import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import type { CredentialConfig } from '../account/credential.options.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { type WeixinAnswer, WeixinApiClient, type WeixinCall } from '../weixin/weixin-api.client.js';
import { TokenService } from './token.service.js';

export interface AuthorizedCall
  extends Omit<WeixinCall, 'query' | 'context' | 'secrets' | 'security' | 'cloud'> {
  /** Beside the access_token. */
  query?: Record<string, string>;
}

/** Calls the platform in the name of an account. */
@Injectable()
export class AuthorizedApiClient {
  private readonly logger = new LibraryLogger(AuthorizedApiClient.name);
  private readonly watchers = new Map<number, (appId: string) => void>();

  constructor(
    private readonly client: WeixinApiClient,
    private readonly tokens: TokenService,
    private readonly accounts: Accounts,
  ) {}

  /** Has a room told of this errcode, whatever the call. It must not throw. */
  watch(errcode: number, tell: (appId: string) => void): void {
    this.watchers.set(errcode, tell);
  }

  /**
   * Makes sure that nothing of ours keeps the account from being called: its token is at hand, unless it is
   * called without one. Ask before something is claimed for a call.
   * @throws {TokenUnavailableError} {@link AccountDisabledError} {@link UnknownAccountError}
   * {@link DatabaseError}
   */
  async ready(appId: string): Promise<void> {
    const { credential } = this.accounts.enabled(appId);
    if (credential.kind !== 'cloud') await this.tokens.getToken(appId);
  }

  /**
   * Adds the account's access_token. When WeChat refuses the token itself (nothing was done then), reports
   * it, takes the current one and asks once more; never a third time.
   * @param inTime asked right before each call leaves; `false` keeps it from leaving. Waiting for a token may
   * take long.
   * @throws {TokenUnavailableError} {@link AccountDisabledError} {@link UnknownAccountError}
   * {@link DatabaseError} before anything was sent
   */
  async call(appId: string, call: AuthorizedCall, inTime: () => boolean = () => true): Promise<WeixinAnswer> {
    const { credential } = this.accounts.get(appId);
    if (credential.kind === 'cloud') return this.callThroughCloud(appId, credential, call, inTime);
    const { accessToken } = await this.tokens.getToken(appId);
    this.accounts.enabled(appId);
    if (!inTime()) return { kind: 'not-sent', reason: 'there was no time left to send it' };
    const security = this.accounts.find(appId)?.apiSecurity;
    const answer = await this.client.call(withToken(call, security, accessToken));
    if (answer.kind !== 'answered' || answer.envelope.errcode === 0) return answer;
    this.watchers.get(answer.envelope.errcode)?.(appId);
    if (answer.facts.errclass !== 'refresh-token-and-retry') return answer;
    const renewed = await this.renew(appId, accessToken);
    if (renewed === undefined || !inTime() || !this.accounts.isEnabled(appId)) return answer;
    return this.client.call(withToken(call, security, renewed, accessToken));
  }

  /** The relay adds the identity: with a token of ours it would refuse the call. */
  private async callThroughCloud(
    appId: string,
    { shared }: CredentialConfig & { kind: 'cloud' },
    call: AuthorizedCall,
    inTime: () => boolean,
  ): Promise<WeixinAnswer> {
    this.accounts.enabled(appId);
    if (!inTime()) return { kind: 'not-sent', reason: 'there was no time left to send it' };
    const query = { ...(shared && { from_appid: appId }), ...call.query };
    return this.client.call({ ...call, query, context: 'cloud', secrets: [] });
  }

  /** The call was answered already; whatever goes wrong here, that answer is what the caller should see. */
  private async renew(appId: string, refused: string): Promise<string | undefined> {
    try {
      return (await this.tokens.refresh(appId, refused)).accessToken;
    } catch (error) {
      const reason = (error as Error).message;
      this.logger.warn(`account ${appId}: the refused access_token could not be replaced: ${reason}`, {
        appId,
        reason,
      });
      return undefined;
    }
  }
}

/** Field by field: spreading costs more than all the rest of this file. */
function withToken(
  { method, path, query, body, hints, reported }: AuthorizedCall,
  security: WeixinCall['security'],
  accessToken: string,
  ...formerTokens: string[]
): WeixinCall {
  const token = { access_token: accessToken };
  return {
    method,
    path,
    query: query ? { ...token, ...query } : token,
    body,
    hints,
    reported,
    secrets: [accessToken, ...formerTokens],
    security,
  };
}
