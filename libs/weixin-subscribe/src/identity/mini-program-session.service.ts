import { inspect } from 'node:util';
import { Injectable } from '@nestjs/common';
import { AccountKindError } from '../account/account.errors.js';
import { Accounts } from '../account/accounts.js';
import { InvalidInputError } from '../kernel/errors.js';
import { LoginUnavailableError } from './identity.errors.js';
import { LoginCodeClient } from './login-code.client.js';

const CODE = /^[\x21-\x7e]{1,512}$/;

/** Who logged in. Prints and serialises without the session key, which must reach no client and no log. */
export class MiniProgramSession {
  readonly #sessionKey: string;

  constructor(
    readonly openid: string,
    sessionKey: string,
    /** Of a mini-program that is bound to an account of the Open Platform. */
    readonly unionid?: string,
  ) {
    this.#sessionKey = sessionKey;
  }

  get sessionKey(): string {
    return this.#sessionKey;
  }

  [inspect.custom](): string {
    return `MiniProgramSession { openid: ${JSON.stringify(this.openid)}, sessionKey: [redacted] }`;
  }
}

/**
 * Who uses a mini-program: exchanges what `wx.login` gave for the openid. A host calls it at its own login,
 * keeps the openid with its session, and returns it from `authorization.subject`.
 */
@Injectable()
export class MiniProgramSessionService {
  constructor(
    private readonly accounts: Accounts,
    private readonly codes: LoginCodeClient,
  ) {}

  /**
   * @param code of `wx.login`; used up by the first call, whatever comes of it
   * @throws {LoginCodeRefusedError} it was used, has expired or is of another program: log in anew
   * @throws {LoginUnavailableError} WeChat did not answer: log in anew, the code may be used up
   * @throws {AccountKindError} {@link UnknownAccountError} {@link AccountDisabledError}
   * {@link InvalidInputError}
   * {@link TokenUnavailableError} of the third-party platform that the account authorised
   */
  async code2Session(appId: string, code: string): Promise<MiniProgramSession> {
    const account = this.accounts.enabled(appId);
    if (account.kind !== 'mini-program')
      throw new AccountKindError(
        `account "${appId}" is of kind ${account.kind}; wx.login is of mini-programs`,
      );
    if (typeof code !== 'string' || !CODE.test(code))
      throw new InvalidInputError([
        { field: 'code', message: 'code must be what wx.login gave, 1 to 512 printable characters' },
      ]);
    const login = await this.codes.exchange(account, { kind: 'mini-program', code });
    const { session_key: sessionKey, unionid } = login;
    if (typeof sessionKey !== 'string')
      throw new LoginUnavailableError(`account ${appId}: WeChat answered a login without a session key`);
    return new MiniProgramSession(
      login.openid,
      sessionKey,
      typeof unionid === 'string' ? unionid : undefined,
    );
  }
}
