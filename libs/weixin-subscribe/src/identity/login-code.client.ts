import { Injectable } from '@nestjs/common';
import type { AccountConfig } from '../account/account.options.js';
import { secretOf } from '../account/credential.options.js';
import { type WeixinAnswer, WeixinApiClient } from '../weixin/weixin-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';
import { LoginCodeRefusedError, LoginUnavailableError } from './identity.errors.js';

/** Answers after which the person has to start again (docs/platform.md §14.4). */
const CODE_REFUSED = new Set([40029, 40163, 40226, 41008, 42003]);
const OPENID = /^[\w-]{1,64}$/;

/** A code of WeChat's, to be exchanged for who somebody is. */
export interface LoginCode {
  kind: 'oauth' | 'mini-program';
  code: string;
}

/** Where codes are exchanged, with the secret of the account and by a third-party platform. */
const EXCHANGES = {
  oauth: {
    path: '/sns/oauth2/access_token',
    pathOnBehalf: '/sns/oauth2/component/access_token',
    parameter: 'code',
  },
  'mini-program': {
    path: '/sns/jscode2session',
    pathOnBehalf: '/sns/component/jscode2session',
    parameter: 'js_code',
  },
} as const;

/** The third-party platform, which exchanges codes of the accounts that authorised it. */
export interface LoginDelegate {
  /** component_appid. */
  readonly appId: string;
  /** Adds who it is, and its token. @param secrets what stands in the query and must not be seen */
  exchange(path: string, query: Record<string, string>, secrets: string[]): Promise<WeixinAnswer>;
}

/** Exchanges codes of logins. Once each: the first request uses a code up, even one that failed. */
@Injectable()
export class LoginCodeClient {
  private delegate?: LoginDelegate;

  constructor(private readonly client: WeixinApiClient) {}

  /** The room of the third-party platform names itself here: this one does not know it. */
  delegateTo(delegate: LoginDelegate): void {
    this.delegate = delegate;
  }

  get componentAppId(): string | undefined {
    return this.delegate?.appId;
  }

  /**
   * @returns what WeChat answered; `openid` is there
   * @throws {LoginCodeRefusedError} {@link LoginUnavailableError}
   * {@link TokenUnavailableError} of the third-party platform: nothing was asked
   */
  async exchange(
    account: AccountConfig,
    login: LoginCode,
  ): Promise<Record<string, unknown> & { openid: string }> {
    const { appId } = account;
    const answer = await this.ask(account, login);
    const body = answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : {};
    const { openid } = body;
    if (typeof openid === 'string' && OPENID.test(openid)) return { ...body, openid };
    const verdict = verdictOf(answer);
    const about = `account ${appId}: the code of a login`;
    if (verdict && CODE_REFUSED.has(verdict.errcode))
      throw new LoginCodeRefusedError(`${about} was refused: errcode ${verdict.errcode}`, verdict);
    const why =
      verdict && verdict.errcode !== 0
        ? `errcode ${verdict.errcode} ${verdict.errmsg}`
        : answer.kind === 'answered'
          ? 'an answer without an openid'
          : answer.reason;
    const refused = verdict && verdict.errcode !== 0 ? verdict : undefined;
    throw new LoginUnavailableError(`${about} could not be exchanged: ${why}`, refused);
  }

  private ask(account: AccountConfig, { kind, code }: LoginCode): Promise<WeixinAnswer> {
    const { path, pathOnBehalf, parameter } = EXCHANGES[kind];
    const query = { appid: account.appId, [parameter]: code, grant_type: 'authorization_code' };
    if (account.credential.kind === 'authorizer' && this.delegate)
      return this.delegate.exchange(pathOnBehalf, query, [code]);
    const secret = secretOf(account)?.reveal();
    if (secret === undefined) {
      const remedy = 'Exchange codes in a process that has the AppSecret of the account.';
      const why = `account ${account.appId} has no AppSecret in this process`;
      throw new LoginUnavailableError(why, undefined, { remedy });
    }
    return this.client.call({
      method: 'GET',
      path,
      query: { ...query, secret },
      // Refusals are those of the secret, not of a token: nothing is to be refreshed.
      context: 'token',
      secrets: [secret, code],
    });
  }
}
