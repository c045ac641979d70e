import type { MessageStatus } from '../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { GrantStatus } from '../libs/weixin-subscribe/src/grant/grant.types.js';
import type { GrantState, Text } from './states.js';

/**
 * Something that happens to a grant, a message or both. test/contract/states.spec.ts lets each meet every
 * state, in real databases.
 */
export interface LedgerEvent {
  id: string;
  what: Text;
  /** Who or what may cause it. */
  by: Text;
  /** From state to state. A state that is not named stays as it is, whoever asks. */
  grant: Partial<Record<GrantState, GrantStatus | 'deleted'>>;
  message: Partial<Record<MessageStatus, MessageStatus | 'deleted'>>;
  /** What is there afterwards besides. */
  adds?: { grant?: GrantStatus; message?: MessageStatus };
}

const THE_PERSON: Text = {
  en: 'the person, at an endpoint; or the host, by `GrantRepository.record`',
  zh: '用户（经接口），或宿主调用 `GrantRepository.record`',
};
const A_CALLER: Text = { en: 'a caller of `send`', zh: '`send` 的调用方' };
const DISPATCH: Text = {
  en: 'the background task `message-dispatch`, in any instance; one of them wins',
  zh: '后台任务 `message-dispatch`，任何实例都可执行，只有一个生效',
};
const WEIXIN_PUSH: Text = {
  en: 'WeChat, by an event at the push endpoint, once for all its deliveries',
  zh: '微信，通过消息推送接口的事件；重复推送只生效一次',
};
const THE_ANSWER: Text = {
  en: "WeChat's response, in the process that posted, also when it comes late",
  zh: '微信的响应，由发出请求的进程处理，迟到的响应也算',
};
const THE_SENDER: Text = { en: 'the process that posted', zh: '发出请求的进程' };
const AN_OPERATOR: Text = {
  en: 'an operator, by `POST /weixin/messages/:id/resolve` or `SubscribeService.resolve`',
  zh: '运维人员，调用 `POST /weixin/messages/:id/resolve` 或 `SubscribeService.resolve`',
};
const THE_POLICY: Text = {
  en: 'the background task `message-resend`, with `delivery.unknown: resend-if-not-renewed` and the rule `set`',
  zh: '后台任务 `message-resend`，仅在 `delivery.unknown: resend-if-not-renewed` 且规则为 `set` 时',
};
const ANEW: Text = {
  en: ', and the person has confirmed the key anew since, rule `set`',
  zh: '，而此后用户又确认过同一个键，规则 `set`',
};
const plus = (text: Text, more: Text): Text => ({ en: text.en + more.en, zh: text.zh + more.zh });

const SURELY_NOT: Text = {
  en: 'surely not delivered (WeChat said so, or the request never left)',
  zh: '确定没有送达（微信这样回答，或请求没有发出）',
};
const TRIED_AGAIN: Text = {
  en: 'surely not delivered, deferred and to be tried again',
  zh: '确定没有送达，是延迟消息且将再试',
};
const NOT_SENT: Text = { en: 'resolved as `not-sent`', zh: '人工确认为 `not-sent`' };
const POSTED_AGAIN: Text = { en: 'posted again while unknown', zh: '结果未知时再发一次' };

const GRANT_EVENTS = [
  {
    id: 'confirm',
    what: { en: 'confirm of the same key, rule `set`', zh: '同一个键再次确认，规则 `set`' },
    by: THE_PERSON,
    grant: { available: 'renewed', overdue: 'renewed' },
    message: {},
    adds: { grant: 'available' },
  },
  {
    id: 'confirm-counted',
    what: { en: 'confirm of the same key, rule `count`', zh: '同一个键再次确认，规则 `count`' },
    by: THE_PERSON,
    grant: {},
    message: {},
    adds: { grant: 'available' },
  },
  {
    id: 'accept-pushed',
    what: {
      en: 'accept of a subscription message, pushed by WeChat',
      zh: '微信推送的订阅消息授权（accept）',
    },
    by: WEIXIN_PUSH,
    grant: {},
    message: {},
    adds: { grant: 'available' },
  },
  {
    id: 'reject-pushed',
    what: {
      en: 'the person rejects the template, or switches it off, pushed by WeChat',
      zh: '微信推送：用户拒绝或关闭该模板',
    },
    by: WEIXIN_PUSH,
    grant: { available: 'void', overdue: 'void' },
    message: {},
  },
  {
    id: 'replay',
    what: { en: 'the same confirm once more', zh: '同一次确认重复到达' },
    by: { en: 'anybody who repeats a callback or a result', zh: '任何重复回调或重复提交的一方' },
    grant: {},
    message: {},
  },
] as const satisfies readonly LedgerEvent[];

const BEGINNINGS = [
  {
    id: 'send',
    what: { en: 'a direct send', zh: '直接发送' },
    by: A_CALLER,
    grant: { available: 'claimed' },
    message: {},
    adds: { message: 'sending' },
  },
  {
    id: 'defer',
    what: { en: 'a deferred send', zh: '延迟发送' },
    by: A_CALLER,
    grant: {},
    message: {},
    adds: { message: 'waiting' },
  },
  {
    id: 'turn',
    what: { en: 'the time of a waiting message comes', zh: '等待中的消息到时间了' },
    by: DISPATCH,
    grant: { available: 'claimed' },
    message: { waiting: 'sending' },
  },
  {
    id: 'turn-in-vain',
    what: {
      en: 'the time of a waiting message comes, but its deadline has passed or no grant is left',
      zh: '等待中的消息到时间了，但已过截止时间，或没有授权可用',
    },
    by: DISPATCH,
    grant: {},
    message: { waiting: 'failed' },
  },
  {
    id: 'put-off',
    what: {
      en: 'the time of a waiting message comes, but in a pause, in quiet hours or without a token',
      zh: '等待中的消息到时间了，但账号暂停、处于免打扰时段或没有 token',
    },
    by: DISPATCH,
    grant: {},
    message: {},
  },
  {
    id: 'cancel',
    what: { en: 'a waiting message is cancelled', zh: '取消等待中的消息' },
    by: { en: 'a caller of `cancel`', zh: '`cancel` 的调用方' },
    grant: {},
    message: { waiting: 'failed' },
  },
] as const satisfies readonly LedgerEvent[];

const ENDS = [
  {
    id: 'sent',
    what: { en: 'accepted (errcode 0)', zh: '已接受（errcode 0）' },
    by: THE_ANSWER,
    grant: { claimed: 'spent', unknown: 'spent' },
    message: { sending: 'sent', unknown: 'sent' },
  },
  {
    id: 'refused',
    what: { en: 'refused for this person (43101 and its like)', zh: '对此人拒绝（43101 等）' },
    by: THE_ANSWER,
    grant: { claimed: 'void', unknown: 'void' },
    message: { sending: 'refused', unknown: 'refused' },
  },
  {
    id: 'openid-unusable',
    what: { en: 'the openid is unusable (40003, 49003)', zh: 'openid 不可用（40003、49003）' },
    by: THE_ANSWER,
    grant: { claimed: 'void', unknown: 'void' },
    message: { sending: 'failed', unknown: 'failed' },
  },
  {
    id: 'openid-unusable-others',
    what: {
      en: 'the same, said of another message to that openid',
      zh: '同上，但针对发给该 openid 的另一条消息',
    },
    by: THE_ANSWER,
    grant: { available: 'void', overdue: 'void' },
    message: {},
  },
  {
    id: 'failed',
    what: SURELY_NOT,
    by: THE_ANSWER,
    grant: { claimed: 'available', unknown: 'available' },
    message: { sending: 'failed', unknown: 'failed' },
  },
  {
    id: 'failed-anew',
    what: plus(SURELY_NOT, ANEW),
    by: THE_ANSWER,
    grant: { claimed: 'renewed', unknown: 'renewed' },
    message: { sending: 'failed', unknown: 'failed' },
  },
  {
    id: 'put-back',
    what: TRIED_AGAIN,
    by: THE_ANSWER,
    grant: { claimed: 'available', unknown: 'available' },
    message: { sending: 'waiting', unknown: 'failed' },
  },
  {
    id: 'put-back-anew',
    what: plus(TRIED_AGAIN, ANEW),
    by: THE_ANSWER,
    grant: { claimed: 'renewed', unknown: 'renewed' },
    message: { sending: 'waiting', unknown: 'failed' },
  },
  {
    id: 'unclear',
    what: {
      en: 'no usable response (timeout, reset, 5xx, -1, unknown errcode)',
      zh: '没有可用的响应（超时、重置、5xx、-1、未收录的 errcode）',
    },
    by: THE_SENDER,
    grant: { claimed: 'unknown' },
    message: { sending: 'unknown' },
  },
  {
    id: 'outdated',
    what: { en: 'the response to an attempt before the latest', zh: '早先一次尝试的响应' },
    by: THE_ANSWER,
    grant: {},
    message: {},
  },
  {
    id: 'lease-over',
    what: { en: 'the lease ran out', zh: '租约到期' },
    by: {
      en: 'the background task `message-recovery`, in any instance; one of them wins',
      zh: '后台任务 `message-recovery`，任何实例都可执行，只有一个生效',
    },
    grant: { claimed: 'unknown' },
    message: { sending: 'unknown' },
  },
] as const satisfies readonly LedgerEvent[];

const RESOLUTIONS = [
  {
    id: 'resolved-sent',
    what: { en: 'resolved as `sent`', zh: '人工确认为 `sent`' },
    by: AN_OPERATOR,
    grant: { unknown: 'spent' },
    message: { unknown: 'sent' },
  },
  {
    id: 'resolved-not-sent',
    what: NOT_SENT,
    by: AN_OPERATOR,
    grant: { unknown: 'available' },
    message: { unknown: 'failed' },
  },
  {
    id: 'resolved-not-sent-anew',
    what: plus(NOT_SENT, ANEW),
    by: AN_OPERATOR,
    grant: { unknown: 'renewed' },
    message: { unknown: 'failed' },
  },
  {
    id: 'receipt',
    what: {
      en: 'WeChat reports the message as delivered (`subscribe_msg_sent_event`)',
      zh: '微信推送送达结果（`subscribe_msg_sent_event`）：成功',
    },
    by: WEIXIN_PUSH,
    grant: { unknown: 'spent' },
    message: { unknown: 'sent' },
  },
  {
    id: 'receipt-failed',
    what: {
      en: 'WeChat reports that the message it had accepted was not delivered',
      zh: '微信推送送达结果：已接受的消息未能送达',
    },
    by: WEIXIN_PUSH,
    grant: { unknown: 'spent' },
    message: { unknown: 'failed', sent: 'failed' },
  },
  {
    id: 'resend',
    what: POSTED_AGAIN,
    by: THE_POLICY,
    grant: { unknown: 'claimed' },
    message: { unknown: 'sending' },
  },
  {
    id: 'resend-anew',
    what: plus(POSTED_AGAIN, ANEW),
    by: THE_POLICY,
    grant: {},
    message: {},
  },
  {
    id: 'resent-no-permission',
    what: {
      en: 'posted again, and WeChat holds no grant any more (43101): the first post is assumed to have used it',
      zh: '再发一次时微信已没有授权（43101）：推定第一次已用掉',
    },
    by: THE_ANSWER,
    grant: { claimed: 'spent', unknown: 'spent' },
    message: { sending: 'sent', unknown: 'sent' },
  },
  {
    id: 'resent-unclear',
    what: { en: 'posted again, with any other response', zh: '再发一次，得到其他响应' },
    by: THE_SENDER,
    grant: { claimed: 'unknown' },
    message: { sending: 'unknown' },
  },
] as const satisfies readonly LedgerEvent[];

const UPKEEP = [
  {
    id: 'expiry',
    what: { en: 'the sweep for what has expired', zh: '到期清扫' },
    by: {
      en: 'the background task `grant-expiry`, in any instance',
      zh: '后台任务 `grant-expiry`，任何实例',
    },
    grant: { overdue: 'expired' },
    message: {},
  },
  {
    id: 'grant-retention',
    what: { en: 'the retention of closed grants is over', zh: '已结束的授权超过保留期' },
    by: {
      en: 'the background tasks `grant-retention` and `used-grant-retention`, where `retention.grantsDays` is set',
      zh: '后台任务 `grant-retention` 和 `used-grant-retention`，仅在设置了 `retention.grantsDays` 时',
    },
    grant: { spent: 'deleted', void: 'deleted', renewed: 'deleted', expired: 'deleted' },
    message: {},
  },
  {
    id: 'message-retention',
    what: { en: 'the retention of messages is over', zh: '消息超过保留期' },
    by: {
      en: 'the background task `message-retention`, where `retention.messagesDays` is set',
      zh: '后台任务 `message-retention`，仅在设置了 `retention.messagesDays` 时',
    },
    grant: {},
    message: { sent: 'deleted', refused: 'deleted', failed: 'deleted' },
  },
  {
    id: 'erasure',
    what: { en: 'the person is erased', zh: '删除个人数据' },
    by: { en: 'the host, by `PersonalDataService.forget`', zh: '宿主，调用 `PersonalDataService.forget`' },
    grant: {
      available: 'deleted',
      overdue: 'deleted',
      unknown: 'deleted',
      spent: 'deleted',
      void: 'deleted',
      renewed: 'deleted',
      expired: 'deleted',
    },
    message: { waiting: 'failed' },
  },
] as const satisfies readonly LedgerEvent[];

export const EVENTS = [...GRANT_EVENTS, ...BEGINNINGS, ...ENDS, ...RESOLUTIONS, ...UPKEEP] as const;
export type EventId = (typeof EVENTS)[number]['id'];
