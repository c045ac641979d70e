import { WeixinApiError } from '../weixin/weixin-api.errors.js';

/** There is no live access_token and none could be had. Nothing was sent. `errcode` says why, where WeChat spoke. */
export class TokenUnavailableError extends WeixinApiError {
  readonly code = 'WEIXIN_TOKEN_UNAVAILABLE';
}
