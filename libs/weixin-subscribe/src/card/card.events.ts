import type { CardEnd, CardUpdateKind, CardUpdateStatus } from './card.types.js';

declare module '../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /**
     * An update of a card that its caller left as `waiting` or `unknown` has ended. In the process that ended
     * it.
     */
    'weixin.card.settled': {
      appId: string;
      cardId: string;
      updateId: string;
      kind: CardUpdateKind;
      state?: number;
      status: Extract<CardUpdateStatus, 'sent' | 'refused' | 'failed' | 'unknown'>;
      errcode?: number;
      reason?: string;
    };
    /**
     * WeChat has stored a state and did not notify the person of it (`notify_service_msg_send_result`); the
     * state stays. Once for each event, unless the process died.
     */
    'weixin.card.not-notified': {
      appId: string;
      cardId: string;
      updateId: string;
      state: number;
      /**
       * -10001 system error, -10002 content, -1003 template missing, -1004 refused by the person, -1005 too
       * often.
       */
      failRet: number;
      failMsg: string;
    };
    /** A card ended otherwise than by its last state. */
    'weixin.card.ended': { appId: string; cardId: string; end: CardEnd };
  }
}
