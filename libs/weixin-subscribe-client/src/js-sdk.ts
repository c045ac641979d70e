/** Of `wx` of the JS-SDK (jweixin 1.6 or newer) what is called here. */
export interface JsSdk {
  config(options: object): void;
  ready(then: () => void): void;
  error(then: (error: { errMsg?: string }) => void): void;
}

/** What `GET jssdk/config` returns. */
export interface JsSdkConfig {
  appId: string;
  timestamp: number;
  nonceStr: string;
  signature: string;
}

/**
 * Runs `wx.config` for `<wx-open-subscribe>`, and resolves when WeChat took it.
 * @throws Error with WeChat's errMsg; `config:fail invalid signature` where the page has another address than
 * the one that was signed
 */
export function configureJsSdk(wx: JsSdk, config: JsSdkConfig, jsApiList: string[] = []): Promise<void> {
  return new Promise((resolve, reject) => {
    wx.ready(() => resolve());
    wx.error(({ errMsg }) => reject(new Error(errMsg ?? 'config:fail')));
    wx.config({ ...config, debug: false, jsApiList, openTagList: ['wx-open-subscribe'] });
  });
}
