import type { BilingualText, Grant, GrantStatus, PushEventStatus } from 'nestjs-weixin-subscribe';
import type { ChannelEntry } from '../channel.catalog.js';
import type { ClientOutcome } from '../channel.types.js';
import type { ClientAction } from '../channel-client.service.js';

export const GRANT_STATUS: Record<GrantStatus, BilingualText> = {
  available: { zh: '可发送', en: 'available' },
  claimed: { zh: '发送中', en: 'being sent' },
  spent: { zh: '已使用', en: 'spent' },
  void: { zh: '已失效', en: 'void' },
  unknown: { zh: '结果不明', en: 'unknown' },
  renewed: { zh: '已被新授权替换', en: 'renewed' },
  expired: { zh: '已过期', en: 'expired' },
};

export const PUSH_STATUS: Record<PushEventStatus, BilingualText> = {
  pending: { zh: '待处理', en: 'pending' },
  done: { zh: '已处理', en: 'done' },
  failed: { zh: '失败', en: 'failed' },
};

export const CLIENT_OUTCOME: Record<ClientOutcome, BilingualText> = {
  confirmed: { zh: '已允许，账本增加一次授权。', en: 'Accepted: the ledger has one grant more.' },
  cancelled: {
    zh: '没有允许，账本没有新的授权。',
    en: 'Not accepted: the ledger has no new grant.',
  },
  'switched-off': { zh: '此人已关闭该模板。', en: 'The person has switched this template off.' },
  'switched-on': {
    zh: '此人已打开该模板，以前的授权不会恢复。',
    en: 'The person has switched this template on; earlier grants do not come back.',
  },
  submitted: { zh: '表单已提交，可发一条。', en: 'The form is submitted: it permits one message.' },
  paid: { zh: '支付完成，可发三条。', en: 'The payment is completed: it permits three messages.' },
};

/** How an accept or a rejection reaches the ledger. */
export const RECORDED_BY: Record<'reportAndPush' | 'report', BilingualText> = {
  reportAndPush: {
    zh: '记账依据：前端上报和微信的签名推送（安全模式），任何一个到了就算，两个都到也只计一次。关闭模板后，推送立即使授权失效。',
    en: "Recorded by the result that the front end reports and by WeChat's signed event push: either one counts, and both count once. Switching off closes the grants by push, too.",
  },
  report: {
    zh: '记账依据：前端上报的结果。没有推送，关闭模板后账本并不知情：下一次发送被微信以 43101 拒绝，授权随之失效。',
    en: 'Recorded by the result that the front end reports. Without push nobody tells of a switch-off: WeChat refuses the next send with 43101, and that closes the grant.',
  },
};

/** The buttons, in their order. */
export const BUTTONS: Record<
  'subscribe' | 'form',
  { action: ClientAction; text: BilingualText; style: string }[]
> = {
  subscribe: [
    { action: 'accept', text: { zh: '允许', en: 'Accept' }, style: '' },
    { action: 'reject', text: { zh: '拒绝', en: 'Reject' }, style: 'second' },
    { action: 'switch-off', text: { zh: '在设置里关闭', en: 'Switch off in settings' }, style: 'danger' },
    { action: 'switch-on', text: { zh: '在设置里打开', en: 'Switch on in settings' }, style: 'second' },
  ],
  form: [
    { action: 'submit', text: { zh: '提交表单（1 条）', en: 'Submit the form: 1 message' }, style: '' },
    { action: 'pay', text: { zh: '支付（3 条）', en: 'Pay: 3 messages' }, style: 'second' },
  ],
};

export const ASKED_BY: Record<ChannelEntry['name'], string> = {
  'mini-subscribe': 'wx.requestSubscribeMessage',
  'service-notice': '<wx-open-subscribe>',
  'mini-template': '<form report-submit>',
};

const SOURCES: [RegExp, BilingualText][] = [
  [/^push:/, { zh: '签名推送', en: 'signed push' }],
  [/^intent:/, { zh: '前端上报', en: 'reported' }],
  [/^form-id:/, { zh: '表单', en: 'form' }],
  [/^prepay-id:/, { zh: '支付', en: 'payment' }],
];

/** Who reported a grant: the front end and WeChat, where both did. */
export function sourceTexts({
  source,
  pairedSource,
}: Pick<Grant, 'source' | 'pairedSource'>): BilingualText[] {
  return [source, pairedSource ?? []].flat().map(textOf);
}

function textOf(source: string): BilingualText {
  return SOURCES.find(([pattern]) => pattern.test(source))?.[1] ?? { zh: source, en: source };
}
