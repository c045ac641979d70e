declare module '../common/events/weixin-events.js' {
  interface WeixinEventMap {
    /** WeChat refuses the sends of an account until then. Once per pause, in the process that met it first. */
    'weixin.delivery.paused': { appId: string; pausedUntil: Date; errcode?: number; reason: string };
    /** A pause ended: by itself, or by an operator's word. Once, in one process. */
    'weixin.delivery.resumed': { appId: string };
  }
}
