import type {} from '../kernel/weixin-events.js';

declare module '../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /** An account authorised the platform, for the first time or anew; its refresh token is kept. */
    'weixin.component.authorized': { componentAppId: string; appId: string; sets: number[] };
    /** An owner took the authorisation back: nothing is sent for the account any more. */
    'weixin.component.unauthorized': { componentAppId: string; appId: string; reason: string };
  }
}
