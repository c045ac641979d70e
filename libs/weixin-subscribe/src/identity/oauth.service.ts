import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { LoginCodeClient } from './login-code.client.js';
import { type OAuthRequest, oauthUrl } from './oauth-url.js';

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

  /**
   * Where a browser goes first; with its third-party platform in it where the account authorised one.
   * @throws {UnknownAccountError}
   */
  url(asked: Omit<OAuthRequest, 'componentAppId'>): string {
    const { credential } = this.accounts.get(asked.appId);
    const componentAppId = credential.kind === 'authorizer' ? this.codes.componentAppId : undefined;
    return oauthUrl({ ...asked, ...(componentAppId !== undefined && { componentAppId }) });
  }

  /**
   * @throws {LoginCodeRefusedError} {@link LoginUnavailableError} {@link UnknownAccountError}
   * {@link AccountDisabledError} {@link TokenUnavailableError} of the third-party platform
   */
  async identify(appId: string, code: string): Promise<OAuthIdentity> {
    const account = this.accounts.enabled(appId);
    const login = await this.codes.exchange(account, { kind: 'oauth', code });
    return { openid: login.openid, isSnapshot: Number(login.is_snapshotuser ?? 0) !== 0 };
  }
}
