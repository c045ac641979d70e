import type { AccountOptions, PersonOptions } from './options.js';

/**
 * Values printed in the official documents where they print some (appid, template ids, openid of the app
 * flow); secrets, the other two appids and the templates with keywords are made up.
 */
export const SAMPLES = {
  officialAccount: {
    appId: 'wxaba38c7f163da69b',
    appSecret: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    templateId: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
    noticeTemplateId: 'Qx7nV0bT3kYw5LmE1cRzJd9PpHs2UaGf6NiKoB8vMtA',
  },
  mobileApp: {
    appId: 'wx2f7c1f0f5d6e7a80',
    appSecret: '00112233445566778899aabbccddeeff',
    templateId: '7YuTL__ilzyZB9DXcDt2mHx-CAS_E7KtsQkhIGVhhRM',
    openid: 'oyAaTjt-xXvP87pubE4eUOF-ttD4',
  },
  miniProgram: {
    appId: 'wx5c0e9d8b7a6f1234',
    appSecret: 'ffeeddccbbaa99887766554433221100',
    subscribeTemplateId: 'Hb4sY9dW2pQzL7uX0mCkVn6RtJf1OgEa3TiZ5wKyBrM',
    orderTemplateId: 'mE8vK3xTq0ZcY6hLr5GdSa1JoWn9PbUf2RiXw7NyCtD',
    longTermTemplateId: 'Ty5wN1rB8kMz0aVpQ4xLgJc7HsDf6OuEe2XiK9mRtYA',
    formTemplateId: 'uP2cF7nJ0yXs4TqWm9ZbLk6RvHd1GgAo8EiN5xKzBtY',
  },
} as const;

export const DEFAULT_ACCOUNTS: AccountOptions[] = [
  {
    appId: SAMPLES.officialAccount.appId,
    appSecret: SAMPLES.officialAccount.appSecret,
    kind: 'official-account',
    name: '示例公众号 Sample Account',
    templates: [SAMPLES.officialAccount.templateId],
    subscribeTemplates: [
      {
        priTmplId: SAMPLES.officialAccount.noticeTemplateId,
        title: '上课通知',
        content: '课程:{{thing1.DATA}}\n时间:{{time2.DATA}}\n教室:{{character_string3.DATA}}',
        example: '课程:高等数学\n时间:2019年10月1日 15:01\n教室:A-101',
      },
    ],
    changeEventWrapper: 'SubscribeMsgPopupEvent',
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
    subscribeTemplates: [
      {
        priTmplId: SAMPLES.miniProgram.subscribeTemplateId,
        title: '上课提醒',
        content: '课程:{{thing1.DATA}}\n时间:{{time2.DATA}}',
        example: '课程:高等数学\n时间:15:01',
      },
      {
        priTmplId: SAMPLES.miniProgram.orderTemplateId,
        title: '订单状态通知',
        content: '订单号:{{character_string1.DATA}}\n金额:{{amount2.DATA}}\n状态:{{enum3.DATA}}',
        example: '订单号:2019100115\n金额:￥99.9元\n状态:已发货',
        keywordEnumValueList: [{ keywordCode: 'enum3', enumValueList: ['待发货', '已发货', '已签收'] }],
      },
      {
        priTmplId: SAMPLES.miniProgram.longTermTemplateId,
        title: '停课通知',
        content: '学校:{{thing1.DATA}}\n日期:{{date2.DATA}}',
        example: '学校:第一小学\n日期:2019年10月1日',
        type: 3,
      },
    ],
    formTemplates: [
      {
        templateId: SAMPLES.miniProgram.formTemplateId,
        title: '报名成功通知',
        keywords: ['课程', '时间', '地点'],
      },
    ],
  },
];

export const DEFAULT_PEOPLE: PersonOptions[] = [
  { name: 'xiaoming', openids: { [SAMPLES.mobileApp.appId]: SAMPLES.mobileApp.openid } },
  { name: 'xiaohong', follows: [SAMPLES.officialAccount.appId] },
  { name: 'laowang' },
];
