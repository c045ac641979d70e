import { fields, oneOf, TEXT } from '../common/json-schema.js';
import type { ControlRoute } from './control-route.js';
import type { LoginOptions, OAuthOptions } from './web-verbs.js';

/** What happens in web pages and before a person is known. */
export const WEB_ROUTES: readonly ControlRoute[] = [
  {
    ...{ method: 'POST', path: '/wx-config', summary: 'What the client answers to wx.config of a page' },
    body: fields({
      ...{
        appId: TEXT,
        timestamp: { type: ['integer', 'string'] },
        nonceStr: TEXT,
        signature: TEXT,
        url: TEXT,
      },
    }),
    answer: fields({
      errMsg: oneOf('config:ok', 'config:invalid signature', 'config:invalid url domain'),
    }),
    handle: (verbs, { body }) => verbs.wxConfig(body as never),
  },
  {
    ...{
      method: 'POST',
      path: '/oauth',
      summary: 'Open an OAuth address as the browser of a person, and see where it goes',
    },
    ...{ body: fields({ url: TEXT, person: TEXT }, 'person'), answer: fields({ redirectTo: TEXT }) },
    handle: (verbs, { body }) => ({ redirectTo: verbs.oauth(body as OAuthOptions) }),
  },
  {
    ...{ method: 'POST', path: '/login', summary: 'The code that wx.login gives a mini-program' },
    ...{ body: fields({ appId: TEXT, person: TEXT }, 'person'), answer: fields({ code: TEXT }) },
    handle: (verbs, { body }) => ({ code: verbs.login(body as LoginOptions) }),
  },
];
