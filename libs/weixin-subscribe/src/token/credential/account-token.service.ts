import type { Accounts } from '../../account/accounts.js';
import type { CredentialKind } from '../../account/credential.options.js';
import type { AccessToken } from '../access-token.js';
import type { TicketSource } from '../ticket/ticket.service.js';
import { TokenService } from '../token.service.js';
import type { TokenStatus } from '../token.status.js';

/** Who gives the tokens of an account, by the kind of its credential. */
export type ByCredential<Service> = Readonly<Record<CredentialKind, Service>>;

/** Hands each call to the service of the account's credential, as it is now. */
export class AccountTokenService extends TokenService {
  constructor(
    private readonly accounts: Accounts,
    private readonly services: ByCredential<TokenService>,
  ) {
    super();
  }

  override async getToken(appId: string): Promise<AccessToken> {
    return this.of(appId).getToken(appId);
  }

  override async refresh(appId: string, accessToken: string): Promise<AccessToken> {
    return this.of(appId).refresh(appId, accessToken);
  }

  override async retry(appId: string): Promise<AccessToken> {
    return this.of(appId).retry(appId);
  }

  override async refreshAhead(appId: string): Promise<void> {
    return this.of(appId).refreshAhead(appId);
  }

  override async status(appId: string): Promise<TokenStatus> {
    return this.of(appId).status(appId);
  }

  private of(appId: string): TokenService {
    return this.services[this.accounts.get(appId).credential.kind];
  }
}

/** The same for tickets of the JS-SDK. */
export class AccountTicketSource implements TicketSource {
  constructor(
    private readonly accounts: Accounts,
    private readonly sources: ByCredential<TicketSource>,
  ) {}

  async getToken(appId: string): Promise<AccessToken> {
    return this.of(appId).getToken(appId);
  }

  async refreshAhead(appId: string): Promise<void> {
    return this.of(appId).refreshAhead(appId);
  }

  private of(appId: string): TicketSource {
    return this.sources[this.accounts.get(appId).credential.kind];
  }
}
