import type { TemplateFinding } from './drift/template-drift.js';

declare module '../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /**
     * A configured template is missing at WeChat, or has other keywords. Once per finding, in the process
     * that compared.
     */
    'weixin.template.drift': TemplateFinding;
    /** A template that was missing is in WeChat's list again. */
    'weixin.template.restored': { appId: string; templateId: string };
  }
}
