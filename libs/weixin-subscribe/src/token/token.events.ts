import type { MintedFamily } from './store/token.store.js';

declare module '../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /** A new access_token, or ticket of the JS-SDK, was made by this process. */
    'weixin.token.minted': { appId: string; family: MintedFamily; expiresAt: Date };
    /** The current access_token was reported dead. Once per token, in the process that learnt of it first. */
    'weixin.token.died': { appId: string; family: MintedFamily };
    /** No access_token could be made. The live one, if there is one, stays in use. */
    'weixin.token.mint-failed': { appId: string; message: string; errcode?: number; retryAt: Date };
    /** A report was not acted upon: no mint is left, or WeChat refuses one new token after the other. */
    'weixin.token.report-refused': { appId: string; message: string; retryAt: Date };
    /** Several tokens died before their time: another program probably mints for this account. */
    'weixin.token.third-party-suspected': { appId: string; family: MintedFamily; earlyDeaths: number };
  }
}
