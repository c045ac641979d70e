import { Injectable } from '@nestjs/common';
import { ComponentConfig, type ComponentPlatform } from '../account/component.options.js';
import { LoginCodeClient } from '../identity/login-code.client.js';
import { type WeixinAnswer, WeixinApiClient } from '../weixin/weixin-api.client.js';
import { ComponentNotConfiguredError } from './component.errors.js';
import { ComponentTokenService } from './component-token.service.js';

export type ComponentCall =
  | 'api_create_preauthcode'
  | 'api_query_auth'
  | 'api_authorizer_token'
  | 'api_get_authorizer_list';

interface CallTerms {
  /** What stands in the body and must not be seen, beside the token. */
  secrets?: readonly string[];
  /** Members of the answer that may repeat one of them. */
  returned?: readonly string[];
}

/** Calls WeChat as the third-party platform. */
@Injectable()
export class ComponentApiClient {
  constructor(
    private readonly client: WeixinApiClient,
    private readonly tokens: ComponentTokenService,
    private readonly config: ComponentConfig,
    logins: LoginCodeClient,
  ) {
    const { platform } = config;
    if (!platform) return;
    logins.delegateTo({
      appId: platform.appId,
      exchange: (path, query, secrets) => this.exchangeLogin(path, query, secrets),
    });
  }

  /** @throws {ComponentNotConfiguredError} */
  get platform(): ComponentPlatform {
    const { platform } = this.config;
    if (!platform) throw new ComponentNotConfiguredError();
    return platform;
  }

  /**
   * When WeChat refuses the component_access_token (nothing was done then), it is replaced, and the call made
   * once more.
   * @throws {ComponentNotConfiguredError} {@link TokenUnavailableError} {@link DatabaseError} before anything
   * was sent
   */
  async call(
    name: ComponentCall,
    body: object,
    { secrets = [], returned }: CallTerms = {},
  ): Promise<WeixinAnswer> {
    return this.withToken((accessToken, formerTokens) =>
      this.client.call({
        method: 'POST',
        path: `/cgi-bin/component/${name}`,
        query: { access_token: accessToken },
        body: JSON.stringify({ component_appid: this.platform.appId, ...body }),
        secrets: [accessToken, ...formerTokens, ...secrets],
        ...(returned && { returned }),
      }),
    );
  }

  /**
   * Exchanges the code of somebody's login at an account that authorised the platform. Once more after a
   * component_access_token that was refused: if that used the code up, it is refused in turn.
   * @throws {ComponentNotConfiguredError} {@link TokenUnavailableError} {@link DatabaseError} before anything
   * was sent
   */
  exchangeLogin(path: string, query: Record<string, string>, secrets: string[]): Promise<WeixinAnswer> {
    const { appId } = this.platform;
    return this.withToken((accessToken, formerTokens) =>
      this.client.call({
        method: 'GET',
        path,
        query: { ...query, component_appid: appId, component_access_token: accessToken },
        secrets: [accessToken, ...formerTokens, ...secrets],
      }),
    );
  }

  private async withToken(
    ask: (accessToken: string, formerTokens: string[]) => Promise<WeixinAnswer>,
  ): Promise<WeixinAnswer> {
    const { appId } = this.platform;
    const { accessToken } = await this.tokens.getToken(appId);
    const answer = await ask(accessToken, []);
    if (answer.kind !== 'answered' || answer.facts.errclass !== 'refresh-token-and-retry') return answer;
    const renewed = await this.tokens.refresh(appId, accessToken);
    return ask(renewed.accessToken, [accessToken]);
  }
}
