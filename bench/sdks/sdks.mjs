// How each SDK fetches a token, sends, and keeps its token, with its own means. Only the origin is not
// WeChat's.
import { createRequire } from 'node:module';
import { callbackify, promisify } from 'node:util';

const require = createRequire(import.meta.url);
const WEIXIN = 'https://api.weixin.qq.com';
const SEND = '/cgi-bin/message/template/subscribe';

/**
 * Name of the package → (origin, store?), once per process → (account) → `token()`: the token it would use
 * now; `send(message)`: WeChat's answer. With a store (`file-store.mjs`) the token is shared between
 * processes, the way the SDK has for it; without, as it is out of the box.
 */
export const SDKS = {
  // Option `http.baseURL`. Version 3 has no methods for single APIs: one names the path to its token-aware
  // client.
  'node-easywechat'(origin, store) {
    const { OfficialAccount } = require('node-easywechat');
    return ({ appId, appSecret }) => {
      const app = new OfficialAccount({
        ...{ app_id: appId, secret: appSecret, http: { baseURL: `${origin}/` } },
        ...(store && { file_cache: { path: store.directory } }),
      });
      return {
        token: () => app.getAccessToken().getToken(),
        send: async (message) => (await app.getClient().postJson(SEND, message)).toObject(),
      };
    };
  },

  // Property `prefix`. Has a method for this call.
  'co-wechat-api'(origin, store) {
    const API = require('co-wechat-api');
    return ({ appId, appSecret }) => {
      const shared = store && [() => store.read(appId), (token) => store.write(appId, token)];
      const api = new API(appId, appSecret, ...(shared ?? []));
      api.prefix = `${origin}/cgi-bin/`;
      return {
        token: async () => (await api.ensureAccessToken()).accessToken,
        send: ({ touser, template_id, url, miniprogram, scene, title, data }) =>
          api.sendSubscribe(touser, template_id, url, miniprogram, scene, title, data),
      };
    };
  },

  // Property `endpoint` (setEndpoint() always puts https:// before it). New calls are added with
  // API.patch(name, address).
  'wechat-api'(origin, store) {
    const API = require('wechat-api');
    API.patch('sendSubscribe', origin + SEND);
    return ({ appId, appSecret }) => {
      const shared = store && [
        callbackify(() => store.read(appId)),
        callbackify((token) => store.write(appId, token)),
      ];
      const api = new API(appId, appSecret, ...(shared ?? []));
      api.endpoint = origin;
      return {
        token: async () => (await promisify(api.getLatestToken).call(api)).accessToken,
        send: (message) => promisify(api.sendSubscribe).call(api, message),
      };
    };
  },

  // Addresses are fixed; the HTTP delegate is its documented extension point. Has a method for this call.
  tnwx(origin, store) {
    const { AccessTokenApi, ApiConfig, ApiConfigKit, AxiosHttpKit, HttpKit, SubscribeMsgApi } =
      require('tnwx');
    HttpKit.setHttpDelegate = new (class extends AxiosHttpKit {
      httpGet(url, options) {
        return super.httpGet(url.replace(WEIXIN, origin), options);
      }

      httpPost(url, data, options) {
        return super.httpPost(url.replace(WEIXIN, origin), data, options);
      }
    })();
    if (store) {
      ApiConfigKit.setCache = {
        get: async (key) => (await store.read(key)) ?? '',
        set: (key, json) => store.write(key, json),
        remove: (key) => store.remove(key),
      };
    }
    return ({ appId, appSecret }) => {
      ApiConfigKit.putApiConfig(new ApiConfig(appId, appSecret, 'token'));
      // One account at a time in a whole process; both calls look at it before they first wait.
      const current = () => ApiConfigKit.setCurrentAppId(appId);
      return {
        async token() {
          current();
          return (await AccessTokenApi.getAccessToken()).getAccessToken;
        },
        send(message) {
          current();
          return SubscribeMsgApi.send(message);
        },
      };
    };
  },

  // Addresses are fixed: an interceptor on the axios it uses. No method for this call: written like its
  // sendTemplateMessage().
  'nest-wechat'(origin, store) {
    const { WeChatService } = require('nest-wechat');
    const axios = createRequire(require.resolve('nest-wechat'))('axios');
    axios.interceptors.request.use((request) => ({
      ...request,
      url: request.url.replace(WEIXIN, origin),
    }));
    const cacheAdapter = store && {
      get: (key) => store.read(key),
      set: (key, value) => void store.write(key, value),
      remove: (key) => Boolean(store.remove(key)),
      close: () => undefined,
    };
    return ({ appId, appSecret }) => {
      const service = new WeChatService({ appId, secret: appSecret, ...(store && { cacheAdapter }) });
      return {
        token: () => service.getToken(),
        send: async (message) =>
          (await axios.post(`${WEIXIN}${SEND}?access_token=${await service.getToken()}`, message)).data,
      };
    };
  },
};

/** What each SDK shares its token through, when it is given a store. */
export const STORES = {
  'node-easywechat': 'its FileCache',
  'co-wechat-api': 'its getToken/saveToken, a file',
  'wechat-api': 'its getToken/saveToken, a file',
  tnwx: 'its ICache, a file',
  'nest-wechat': 'its ICache, a file',
};
