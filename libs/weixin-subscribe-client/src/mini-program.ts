import type { FrontEnd, HostResponse } from './front-end.js';

/** Of `wx`, `uni` (uni-app) and `Taro` what is called here: they agree in it. */
export interface MiniProgramApi {
  // biome-ignore lint/suspicious/noExplicitAny: the three type their options differently
  request(options: any): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: the three type their options differently
  requestSubscribeMessage(options: any): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: the three type their options differently
  getSetting(options: any): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: the three type their options differently
  openSetting(options: any): unknown;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: string): unknown;
}

/** The front end of a mini-program: `miniProgram(wx)`, `miniProgram(uni)` or `miniProgram(Taro)`. */
export function miniProgram(api: MiniProgramApi): FrontEnd {
  return {
    storage: {
      get(key) {
        const value = api.getStorageSync(key);
        return typeof value === 'string' && value !== '' ? value : undefined;
      },
      set(key, value) {
        api.setStorageSync(key, value);
      },
    },
    async request({ method, url, headers, body, timeoutMs }): Promise<HostResponse> {
      const options = { method, url, header: headers, data: body, timeout: timeoutMs, dataType: 'json' };
      const { statusCode, data } = await called<{ statusCode: number; data: unknown }>(
        api,
        'request',
        options,
      );
      return { status: statusCode, body: data };
    },
    ask: (templateIds) =>
      called<object>(api, 'requestSubscribeMessage', { tmplIds: templateIds }).catch((failure) => failure),
    async settings() {
      const got = await called<{ subscriptionsSetting?: unknown }>(api, 'getSetting', {
        withSubscriptions: true,
      });
      return got.subscriptionsSetting;
    },
    async openSettings() {
      await called(api, 'openSetting', { withSubscriptions: true });
    },
  };
}

type Method = 'request' | 'requestSubscribeMessage' | 'getSetting' | 'openSetting';

/** By callbacks, which all of them have had from the start. Rejects with what `fail` was given. */
function called<Result>(api: MiniProgramApi, method: Method, options: object): Promise<Result> {
  return new Promise((resolve, reject) => {
    const returned = api[method]({ ...options, success: resolve, fail: reject });
    // Taro returns a promise beside the callbacks; nobody else would take its rejection.
    if (returned instanceof Promise) returned.catch(() => undefined);
  });
}
