declare module '../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /**
     * WeChat refuses the calls of one API (`path`) of an account until then. Once per pause, in the process
     * that met it first.
     */
    'weixin.delivery.paused': {
      appId: string;
      path: string;
      /** Only the sends of this template, which is missing at WeChat. */
      templateId?: string;
      pausedUntil: Date;
      errcode?: number;
      reason: string;
    };
    /** A pause ended: by itself, or because an operator ended it. Once, in one process. */
    'weixin.delivery.resumed': { appId: string; path: string; templateId?: string };
    /**
     * WeChat reports what became of a message (`subscribe_msg_sent_event`), and several messages could be it:
     * none was changed, and a person has to look. In the process that handled the event, once unless that
     * process died.
     */
    'weixin.delivery.report-unmatched': {
      appId: string;
      openid: string;
      templateId: string;
      /** WeChat's id of the message, which no message of ours has. */
      msgid: string;
      /** 0: it was delivered. */
      errorCode: number;
      errorStatus: string;
      /** The messages that could be meant, the newest first, at most 100. */
      messageIds: string[];
    };
  }
}
