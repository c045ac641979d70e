import type { WxConfigOptions, WxConfigResult } from '../jssdk/wx-config.js';

export interface OAuthOptions {
  /** An address of `connect/oauth2/authorize`, `#wechat_redirect` included. */
  url: string;
  /** @default the first */
  person?: string;
}

export interface LoginOptions {
  /** Of a mini-program. */
  appId: string;
  /** @default the first */
  person?: string;
}

/** What happens in web pages and before a person is known. */
export interface WebVerbs {
  /** What the client answers to `wx.config` of a page: the signature is recomputed. */
  wxConfig(options: WxConfigOptions): WxConfigResult;
  /**
   * Opens an OAuth address as a person's browser, with all its checks; gives the address it goes back to. A
   * refused one throws.
   */
  oauth(options: OAuthOptions): string;
  /** The code that `wx.login` gives in a mini-program. */
  login(options: LoginOptions): string;
}
