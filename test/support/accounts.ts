import type { WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import { type AccountOptions, DEFAULT_ACCOUNTS, SAMPLES } from 'weixin-simulator';

/** The samples of the official pages (docs/platform.md §1.1, §2.3). */
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

/** The templates that the simulator has by default, of the other kinds of message. */
export const MINI_PROGRAM = {
  appId: SAMPLES.miniProgram.appId,
  appSecret: SAMPLES.miniProgram.appSecret,
  kind: 'mini-program',
  templates: [SAMPLES.miniProgram.subscribeTemplateId, SAMPLES.miniProgram.orderTemplateId],
  formTemplate: SAMPLES.miniProgram.formTemplateId,
} as const;

export const NOTICES = {
  appId: 'wx4d1e0f5a6b7c8d92',
  appSecret: 'notices-secret-3b9c1f7e20aa',
  kind: 'official-account',
  template: SAMPLES.officialAccount.noticeTemplateId,
} as const;

/** Accounts of the other kinds of message, for tests that ask for them. */
export const channelAccounts = (): WeixinAccountOptions[] => [
  {
    appId: MINI_PROGRAM.appId,
    appSecret: MINI_PROGRAM.appSecret,
    kind: MINI_PROGRAM.kind,
    templates: [...MINI_PROGRAM.templates, { id: MINI_PROGRAM.formTemplate, channel: 'mini-template' }],
  },
  {
    appId: NOTICES.appId,
    appSecret: NOTICES.appSecret,
    kind: NOTICES.kind,
    templates: [{ id: NOTICES.template, channel: 'service-notice' }],
  },
];

/** The same accounts as the simulator knows them. */
export const channelSimulatorAccounts = (): AccountOptions[] => [
  DEFAULT_ACCOUNTS.find(({ appId }) => appId === MINI_PROGRAM.appId) as AccountOptions,
  {
    ...(DEFAULT_ACCOUNTS.find(({ appId }) => appId === SAMPLES.officialAccount.appId) as AccountOptions),
    ...{ appId: NOTICES.appId, appSecret: NOTICES.appSecret },
  },
];

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
