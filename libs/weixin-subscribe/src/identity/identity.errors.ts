import { WeixinApiError } from '../weixin/weixin-api.errors.js';

/**
 * WeChat does not take the code of a login: it was used before, has expired, or is of another account; or the
 * person is blocked (40226). `errcode` says which.
 */
export class LoginCodeRefusedError extends WeixinApiError {
  static override readonly problem = {
    code: 'WEIXIN_LOGIN_CODE_REFUSED',
    status: 403,
    title: 'WeChat does not take the code of this login',
    remedy: 'Let the person start again: a code is good for one exchange within five minutes.',
  };
}

/**
 * Nobody can tell who the person is: WeChat did not answer, is busy, or refuses the account. The code may be
 * used up.
 */
export class LoginUnavailableError extends WeixinApiError {
  static override readonly problem = {
    code: 'WEIXIN_LOGIN_UNAVAILABLE',
    status: 503,
    title: 'WeChat could not be asked who the person is',
    remedy: 'Let the person start again with a new code; if it lasts, see errcode.',
  };
}
