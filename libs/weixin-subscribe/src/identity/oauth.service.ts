import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { LoginCodeClient } from './login-code.client.js';

/** Whose browser it is, at an official account. */
export interface OAuthIdentity {
  openid: string;
  /** WeChat showed a snapshot page: the openid may be a virtual one that nobody has. */
  isSnapshot: boolean;
}

/** Silent OAuth of official accounts (`snsapi_base`). Its user-level access_token is not kept. */
@Injectable()
export class OAuthService {
  constructor(
    private readonly accounts: Accounts,
    private readonly codes: LoginCodeClient,
  ) {}

  /** @throws {LoginCodeRefusedError} {@link LoginUnavailableError} {@link UnknownAccountError} */
  async identify(appId: string, code: string): Promise<OAuthIdentity> {
    const account = this.accounts.get(appId);
    const login = await this.codes.exchange(account, {
      path: '/sns/oauth2/access_token',
      parameter: 'code',
      code,
    });
    return { openid: login.openid, isSnapshot: Number(login.is_snapshotuser ?? 0) !== 0 };
  }
}
