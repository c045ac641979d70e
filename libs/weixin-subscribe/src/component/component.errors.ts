import { WeixinSubscribeError } from '../kernel/errors.js';
import { WeixinApiError } from '../weixin/weixin-api.errors.js';

/** The option `component` is not set: this application is no third-party platform. */
export class ComponentNotConfiguredError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_COMPONENT_NOT_CONFIGURED',
    status: 404,
    title: 'This is no third-party platform',
    remedy: 'Set the option "component", from the page of the platform on open.weixin.qq.com.',
  };

  constructor() {
    super('the option "component" is not set');
  }
}

/** WeChat did not take the authorization_code: it was used, has expired, or is none of this platform. */
export class AuthorizationCodeRefusedError extends WeixinApiError {
  static override readonly problem = {
    code: 'WEIXIN_AUTHORIZATION_CODE_REFUSED',
    status: 400,
    title: 'The authorisation was not taken',
    remedy: 'Have the owner of the account open the authorisation page again.',
  };
}

/** WeChat could not be asked, or said no to the platform itself. */
export class ComponentUnavailableError extends WeixinApiError {
  static override readonly problem = {
    code: 'WEIXIN_COMPONENT_UNAVAILABLE',
    status: 503,
    title: 'The third-party platform can not be used now',
  };
}
