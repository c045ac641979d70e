import type { AccountOptions, PersonOptions } from './options.js';

/**
 * Values printed in the official documents where they print some (appid, template ids, openid of the app flow);
 * secrets and the other two appids are made up.
 */
export const SAMPLES = {
  officialAccount: {
    appId: 'wxaba38c7f163da69b',
    appSecret: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    templateId: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
  },
  mobileApp: {
    appId: 'wx2f7c1f0f5d6e7a80',
    appSecret: '00112233445566778899aabbccddeeff',
    templateId: '7YuTL__ilzyZB9DXcDt2mHx-CAS_E7KtsQkhIGVhhRM',
    openid: 'oyAaTjt-xXvP87pubE4eUOF-ttD4',
  },
  miniProgram: { appId: 'wx5c0e9d8b7a6f1234', appSecret: 'ffeeddccbbaa99887766554433221100' },
} as const;

export const DEFAULT_ACCOUNTS: AccountOptions[] = [
  {
    appId: SAMPLES.officialAccount.appId,
    appSecret: SAMPLES.officialAccount.appSecret,
    kind: 'official-account',
    name: '示例公众号 Sample Account',
    templates: [SAMPLES.officialAccount.templateId],
    businessDomains: ['localhost', '127.0.0.1', 'support.qq.com'],
  },
  {
    appId: SAMPLES.mobileApp.appId,
    appSecret: SAMPLES.mobileApp.appSecret,
    kind: 'mobile-app',
    name: '示例应用 Sample App',
    templates: [SAMPLES.mobileApp.templateId],
  },
  {
    appId: SAMPLES.miniProgram.appId,
    appSecret: SAMPLES.miniProgram.appSecret,
    kind: 'mini-program',
    name: '示例小程序 Sample Mini Program',
  },
];

export const DEFAULT_PEOPLE: PersonOptions[] = [
  { name: 'xiaoming', openids: { [SAMPLES.mobileApp.appId]: SAMPLES.mobileApp.openid } },
  { name: 'xiaohong', follows: [SAMPLES.officialAccount.appId] },
  { name: 'laowang' },
];
