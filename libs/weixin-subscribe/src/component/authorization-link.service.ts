import { Injectable } from '@nestjs/common';
import type { ComponentAudience } from '../account/component.options.js';
import { BrowserRoutesConfig } from '../http/http.options.js';
import { RouteUrls } from '../http/route-urls.js';
import { Clock } from '../kernel/clock.js';
import { unavailable } from './authorizer.service.js';
import { ComponentUnavailableError } from './component.errors.js';
import { ComponentApiClient } from './component-api.client.js';

/** The name of the route that owners come back to, for `RouteUrls`. */
export const COMPONENT_CALLBACK = 'component-callback';

const AUTH_TYPE: Record<ComponentAudience, string> = {
  'official-accounts': '1',
  'mini-programs': '2',
  both: '3',
};

/** Addresses of WeChat's authorisation page. Each pair is good once. */
export interface AuthorizationLinks {
  /**
   * For computers: a link on a page of yours, on the start host (授权发起页域名) of the platform. A redirect, or
   * the address pasted, does not open.
   */
  url: string;
  /** For phones, in WeChat. */
  mobileUrl: string;
  expiresAt: Date;
}

@Injectable()
export class AuthorizationLinkService {
  constructor(
    private readonly api: ComponentApiClient,
    private readonly urls: RouteUrls,
    private readonly routes: BrowserRoutesConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * @param appId the account that is to authorise, if it is known
   * @throws {ComponentNotConfiguredError} {@link ComponentUnavailableError} {@link TokenUnavailableError}
   * {@link DatabaseError}
   */
  async links(appId?: string): Promise<AuthorizationLinks> {
    const { platform } = this.api;
    const redirectUri = this.urls.urlOf(this.routes.publicBaseUrl, COMPONENT_CALLBACK);
    if (!redirectUri)
      throw new ComponentUnavailableError('the route that owners come back to has no address', undefined, {
        remedy:
          'Set the static controllers: { component: true }; a prefix of the host must have no parameter.',
      });
    const askedAt = this.clock.now();
    const answer = await this.api.call('api_create_preauthcode', {});
    const body = answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : {};
    const { pre_auth_code: code, expires_in: expiresIn } = body;
    if (typeof code !== 'string' || code === '') throw unavailable('api_create_preauthcode', answer);
    const query = new URLSearchParams({
      component_appid: platform.appId,
      pre_auth_code: code,
      redirect_uri: redirectUri,
      auth_type: AUTH_TYPE[platform.audience],
      ...(appId !== undefined && { biz_appid: appId }),
    });
    const { mpBaseUrl } = platform;
    const seconds = Number(expiresIn);
    return {
      url: `${mpBaseUrl}/cgi-bin/componentloginpage?${query}`,
      mobileUrl: `${mpBaseUrl}/safe/bindcomponent?action=bindcomponent&no_scan=1&${query}#wechat_redirect`,
      expiresAt: new Date(askedAt + 1000 * (seconds > 0 && seconds < 86_400 ? seconds : 600)),
    };
  }
}
