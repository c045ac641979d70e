import type { WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import type { AccountOptions } from 'weixin-simulator';

/** The samples of the official pages (weixin-api.md §1.1, §2.3). */
export const OFFICIAL = {
  appId: 'wxaba38c7f163da69b',
  appSecret: 'official-secret-5f1c0d7a9b3e',
  kind: 'official-account',
  templates: ['1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc'],
} as const;

export const MOBILE = {
  appId: 'wx7a0b1c2d3e4f5061',
  appSecret: 'mobile-secret-84d2b6f0c1aa',
  kind: 'mobile-app',
  templates: ['7YuTL__ilzyZB9DXcDt2mHx-CAS_E7KtsQkhIGVhhRM'],
} as const;

export const SERVICE_KEY = 'course-service-key-7d0f3a';

export const libraryAccounts = (): WeixinAccountOptions[] =>
  [OFFICIAL, MOBILE].map((account) => ({ ...account, templates: [...account.templates] }));

export const simulatorAccounts = (): AccountOptions[] =>
  [OFFICIAL, MOBILE].map((account) => ({
    ...account,
    templates: [...account.templates],
    businessDomains: ['127.0.0.1'],
  }));

/** The secrets that must never be seen anywhere. */
export const SECRETS = [OFFICIAL.appSecret, MOBILE.appSecret, SERVICE_KEY];
