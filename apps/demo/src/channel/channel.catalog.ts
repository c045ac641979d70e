import { NotFoundException } from '@nestjs/common';
import type { BilingualText, GrantChannel } from 'nestjs-weixin-subscribe';

/** A kind of message that has a page here. One-time messages have theirs with the courses. */
export interface ChannelEntry {
  name: Exclude<GrantChannel, 'one-time'>;
  title: BilingualText;
  /** How a person permits it, and what a grant is worth. */
  rule: BilingualText;
  /** Since when the platform does not offer it any more. */
  retired?: string;
}

export const CHANNELS: readonly ChannelEntry[] = [
  {
    name: 'mini-subscribe',
    title: { zh: '小程序订阅消息', en: 'Subscription message of a mini-program' },
    rule: {
      zh: '在小程序里点“允许”，每允许一次可发一条，可累计。',
      en: 'An accept in the mini-program permits one message; accepts add up.',
    },
  },
  {
    name: 'service-notice',
    title: { zh: '服务号订阅通知', en: 'Subscription notice of an official account' },
    rule: {
      zh: '在服务号网页里点“允许”，每允许一次可发一条，可累计。',
      en: 'An accept on a page of the official account permits one message; accepts add up.',
    },
  },
  {
    name: 'mini-template',
    title: { zh: '小程序模板消息', en: 'Template message of a mini-program' },
    rule: {
      zh: '提交一次表单可发一条，支付一次可发三条，7 天内有效。',
      en: 'A submitted form permits one message, a payment three, within 7 days.',
    },
    retired: '2020-01-10',
  },
];

/** The channel of an address. @throws {NotFoundException} */
export function channelAt(name: string): ChannelEntry {
  const channel = CHANNELS.find((one) => one.name === name);
  if (!channel) throw new NotFoundException();
  return channel;
}
