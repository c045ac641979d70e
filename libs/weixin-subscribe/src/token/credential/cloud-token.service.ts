import { Injectable } from '@nestjs/common';
import type { AccessToken } from '../access-token.js';
import type { TicketSource } from '../ticket/ticket.service.js';
import { NoAccessTokenError } from '../token.errors.js';
import { TokenService } from '../token.service.js';
import type { TokenStatus } from '../token.status.js';

/**
 * Accounts that are called through WeChat Cloud Run: there is no token to give, to refresh or to lose. Calls
 * need none: see {@link AuthorizedApiClient}.
 */
@Injectable()
export class CloudTokenService extends TokenService implements TicketSource {
  /** @throws {NoAccessTokenError} always */
  override async getToken(appId: string): Promise<AccessToken> {
    throw new NoAccessTokenError(appId);
  }

  /** @throws {NoAccessTokenError} always */
  override async refresh(appId: string): Promise<AccessToken> {
    throw new NoAccessTokenError(appId);
  }

  /** @throws {NoAccessTokenError} always */
  override async retry(appId: string): Promise<AccessToken> {
    throw new NoAccessTokenError(appId);
  }

  override async refreshAhead(): Promise<void> {}

  override async status(appId: string): Promise<TokenStatus> {
    return { appId, family: 'cloud', role: 'central', live: false };
  }
}
