// How each SDK fetches a token and sends, with its own means. Only the origin is not WeChat's.
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const WEIXIN = 'https://api.weixin.qq.com';
const SEND = '/cgi-bin/message/template/subscribe';

/** Name of the package → (origin, account) → `token()`: the token it would use now; `send(message)`: WeChat's answer. */
export const SDKS = {
  // Option `http.baseURL`. Version 3 has no methods for single APIs: one names the path to its token-aware client.
  'node-easywechat'(origin, { appId, appSecret }) {
    const { OfficialAccount } = require('node-easywechat');
    const app = new OfficialAccount({ app_id: appId, secret: appSecret, http: { baseURL: `${origin}/` } });
    return {
      token: () => app.getAccessToken().getToken(),
      send: async (message) => (await app.getClient().postJson(SEND, message)).toObject(),
    };
  },

  // Property `prefix`. Has a method for this call.
  'co-wechat-api'(origin, { appId, appSecret }) {
    const API = require('co-wechat-api');
    const api = new API(appId, appSecret);
    api.prefix = `${origin}/cgi-bin/`;
    return {
      token: async () => (await api.ensureAccessToken()).accessToken,
      send: ({ touser, template_id, url, miniprogram, scene, title, data }) =>
        api.sendSubscribe(touser, template_id, url, miniprogram, scene, title, data),
    };
  },

  // Property `endpoint` (setEndpoint() always puts https:// before it). New calls are added with API.patch(name, address).
  'wechat-api'(origin, { appId, appSecret }) {
    const API = require('wechat-api');
    API.patch('sendSubscribe', origin + SEND);
    const api = new API(appId, appSecret);
    api.endpoint = origin;
    return {
      token: async () => (await promisify(api.getLatestToken).call(api)).accessToken,
      send: (message) => promisify(api.sendSubscribe).call(api, message),
    };
  },

  // Addresses are fixed; the HTTP delegate is its documented extension point. Has a method for this call.
  tnwx(origin, { appId, appSecret }) {
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
    ApiConfigKit.putApiConfig(new ApiConfig(appId, appSecret, 'token'));
    return {
      token: async () => (await AccessTokenApi.getAccessToken()).getAccessToken,
      send: (message) => SubscribeMsgApi.send(message),
    };
  },

  // Addresses are fixed: an interceptor on the axios it uses. No method for this call: written like its sendTemplateMessage().
  'nest-wechat'(origin, { appId, appSecret }) {
    const { WeChatService } = require('nest-wechat');
    const axios = createRequire(require.resolve('nest-wechat'))('axios');
    axios.interceptors.request.use((request) => ({
      ...request,
      url: request.url.replace(WEIXIN, origin),
    }));
    const service = new WeChatService({ appId, secret: appSecret });
    return {
      token: () => service.getToken(),
      send: async (message) =>
        (await axios.post(`${WEIXIN}${SEND}?access_token=${await service.getToken()}`, message)).data,
    };
  },
};
