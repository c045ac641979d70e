import type { PushEvent } from './push.types.js';

declare module '../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /**
     * WeChat pushed something for the first time. In the process that took it, once, and not again should
     * that process die: what must not be missed belongs into a method under `OnWeixinEvent`.
     */
    'weixin.push.received': PushEvent;
    /** A listener threw every time; `reason` says what. */
    'weixin.push.failed': { id: string; appId: string; name: string; reason: string };
  }
}
