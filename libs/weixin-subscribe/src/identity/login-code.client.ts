import { Injectable } from '@nestjs/common';
import type { AccountConfig } from '../account/account.options.js';
import { secretOf } from '../account/credential.options.js';
import { WeixinApiClient } from '../weixin/weixin-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';
import { LoginCodeRefusedError, LoginUnavailableError } from './identity.errors.js';

/** Answers after which the person has to start again (docs/platform.md §14.4). */
const CODE_REFUSED = new Set([40029, 40163, 40226, 41008, 42003]);
const OPENID = /^[\w-]{1,64}$/;

/** A code of WeChat's, to be exchanged for who somebody is. */
export interface LoginCode {
  path: '/sns/oauth2/access_token' | '/sns/jscode2session';
  /** The name of the parameter. */
  parameter: 'code' | 'js_code';
  code: string;
}

/** Exchanges codes of logins. Once each: the first request uses a code up, even one that failed. */
@Injectable()
export class LoginCodeClient {
  constructor(private readonly client: WeixinApiClient) {}

  /**
   * @returns what WeChat answered; `openid` is there
   * @throws {LoginCodeRefusedError} {@link LoginUnavailableError}
   */
  async exchange(
    account: AccountConfig,
    { path, parameter, code }: LoginCode,
  ): Promise<Record<string, unknown> & { openid: string }> {
    const { appId } = account;
    const appSecret = secretOf(account);
    if (!appSecret)
      throw new LoginUnavailableError(`account ${appId} has no AppSecret in this process`, undefined, {
        remedy: 'Exchange codes in a process that has the AppSecret of the account.',
      });
    const secret = appSecret.reveal();
    const answer = await this.client.call({
      method: 'GET',
      path,
      query: { appid: appId, secret, [parameter]: code, grant_type: 'authorization_code' },
      // Refusals are those of the secret, not of a token: nothing is to be refreshed.
      context: 'token',
      secrets: [secret, code],
    });
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
}
