import { WeixinSubscribeError } from '../kernel/errors.js';

/** The page is not one of ours: a signature would be for somebody else's. */
export class JssdkUrlRefusedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_JSSDK_URL_REFUSED',
    status: 400,
    title: 'This page can not be signed',
    remedy:
      'Give the address of the page as the browser has it, location.href.split("#")[0], and add its origin to the "jssdk.origins" option.',
  };
}
