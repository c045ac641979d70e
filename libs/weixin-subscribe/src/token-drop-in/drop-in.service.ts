import { Injectable } from '@nestjs/common';
import { UnknownAccountError } from '../account/account.errors.js';
import { Accounts } from '../account/accounts.js';
import { ServiceForbiddenError, ServiceKeyError } from '../http/http.errors.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceClients } from '../http/service-clients.js';
import { Clock } from '../kernel/clock.js';
import type { AccessToken } from '../token/access-token.js';
import { TokenService } from '../token/token.service.js';
import { TokenAudit } from '../token-audit/token-audit.js';
import type { TokenCaller } from '../token-audit/token-audit.types.js';
import { TokenReports } from '../token-audit/token-reports.js';
import type { DropInRequest } from './drop-in-request.js';
import { expiresIn } from './expires-in.js';
import { TokenVerifier } from './token-verifier.js';
import { refuse } from './weixin-refusal.js';

const APP_ID = /^[\w-]{1,32}$/;

export interface DropInReply {
  access_token: string;
  /**
   * Whole seconds after which to ask again, at most 1,800; less than the token lives, see {@link expiresIn}.
   */
  expires_in: number;
}

/** Gives tokens to SDKs that take us for WeChat. */
@Injectable()
export class DropInService {
  constructor(
    private readonly clients: ServiceClients,
    private readonly accounts: Accounts,
    private readonly tokens: TokenService,
    private readonly verifier: TokenVerifier,
    private readonly reports: TokenReports,
    private readonly audit: TokenAudit,
    private readonly clock: Clock,
  ) {}

  /** @throws {WeixinRefusal} {@link TokenUnavailableError} {@link DatabaseError} */
  async token(request: DropInRequest): Promise<DropInReply> {
    const { client, appId } = this.authenticate(request);
    const caller = { client: client.name, appId, endpoint: 'drop-in' } as const;
    const token = await this.current(client, caller, request.forceRefresh);
    await this.audit.took(caller, token.accessToken);
    const { refreshMarginMs } = this.accounts.get(appId);
    return {
      access_token: token.accessToken,
      expires_in: expiresIn(token, refreshMarginMs, this.clock.now()),
    };
  }

  /**
   * Who asks for what. The key is looked at before the account: without one, nobody learns which accounts
   * there are. A client that may not use an account, or may not read tokens, gets what WeChat would say of a
   * wrong secret.
   */
  private authenticate({ grantType, appId, secret }: DropInRequest): {
    client: ServiceClient;
    appId: string;
  } {
    if (!appId) throw refuse('noAppId');
    if (!secret) throw refuse('noSecret');
    if (grantType !== 'client_credential') throw refuse('wrongGrantType');
    try {
      const client = this.clients.identify(secret);
      if (!APP_ID.test(appId)) throw refuse('wrongAppId');
      client.requireScope('token:read');
      client.requireAccount(appId);
      this.accounts.get(appId);
      return { client, appId };
    } catch (error) {
      if (error instanceof ServiceKeyError) throw refuse('wrongSecret');
      if (error instanceof ServiceForbiddenError) throw refuse('wrongSecret', error.message);
      if (error instanceof UnknownAccountError) throw refuse('wrongAppId');
      throw error;
    }
  }

  /**
   * An SDK has no way to report a dead token: it asks again, or says `force_refresh`. That alone is no reason
   * to mint, since it also asks again when its time is over; so WeChat is asked about the token first. Only
   * for clients that have `token:report`, as this may end in a mint; all others are given the current token.
   */
  private async current(client: ServiceClient, caller: TokenCaller, force: boolean): Promise<AccessToken> {
    const token = await this.tokens.getToken(caller.appId);
    if (!client.may('token:report')) return token;
    if (!force && !(await this.audit.hasTaken(caller, token.accessToken))) return token;
    const isRefused = await this.verifier.isRefused(caller.appId, token.accessToken);
    return isRefused ? this.reports.report(caller, token.accessToken) : token;
  }
}
