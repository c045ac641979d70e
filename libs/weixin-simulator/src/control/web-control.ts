import { FieldReader } from '../common/field-reader.js';
import { UsageError } from '../common/usage-error.js';
import { checkWxConfig, type WxConfigOptions, type WxConfigResult } from '../jssdk/wx-config.js';
import { oauthRedirect } from '../oauth/oauth-redirect.js';
import { isOAuthError, readOAuthRequest } from '../oauth/oauth-request.js';
import { unionidOf } from '../platform/people.js';
import { ComponentControl } from './component-control.js';
import type { LoginOptions, OAuthOptions, WebVerbs } from './web-verbs.js';

/** The verbs of web pages and logins, on a platform in this process. */
export abstract class WebControl extends ComponentControl implements WebVerbs {
  wxConfig(options: WxConfigOptions): WxConfigResult {
    return checkWxConfig(this.platform, options);
  }

  oauth(options: OAuthOptions): string {
    const fields = new FieldReader(options, 'oauth').onlyKnown(['url', 'person']);
    const address = fields.requiredText('url');
    const url = URL.canParse(address) ? new URL(address) : fields.fail('url', 'must be an absolute address');
    const query = Object.fromEntries(url.searchParams);
    const request = readOAuthRequest(query, url.search.slice(1), this.platform);
    if (isOAuthError(request)) throw new UsageError(`${request.code}: ${request.reason}`);
    return oauthRedirect(this.platform, request, this.personOf(fields));
  }

  login(options: LoginOptions): string {
    const fields = new FieldReader(options, 'login').onlyKnown(['appId', 'person']);
    const account = this.platform.accounts.get(fields.requiredText('appId'));
    const { appId, kind } = account;
    if (kind !== 'mini-program') fields.fail('appId', 'must be a mini-program: wx.login is for them');
    const person = this.personOf(fields);
    const openid = this.platform.people.openid(person, appId);
    const unionid = unionidOf(person, account);
    return this.platform.codes.issue({
      ...{ kind: 'mini-program', appId, openid, unionid, scope: '', isSnapshot: false },
    });
  }

  private personOf(fields: FieldReader): string {
    return fields.text('person') ?? this.platform.people.names()[0] ?? '';
  }
}
