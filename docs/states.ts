import type { GrantStatus } from '../libs/weixin-subscribe/src/grant/grant.types.js';

type Text = Record<'en' | 'zh', string>;

/** What the page about states says of a grant. test/contract/states.spec.ts does every event to every state in real databases. */
export interface StateText {
  id: string;
  /** What the row says in that state. */
  status: GrantStatus;
  meaning: Text;
}

export const STATES = [
  {
    id: 'available',
    status: 'available',
    meaning: { en: 'may be used', zh: '可以使用' },
  },
  {
    id: 'overdue',
    status: 'available',
    meaning: {
      en: 'still `available` in the table, but its `expiresAt` has passed: nothing can be sent for it',
      zh: '表里仍是 `available`，但 `expiresAt` 已过：不能再用来发送',
    },
  },
  {
    id: 'claimed',
    status: 'claimed',
    meaning: { en: 'by one message in flight, under a lease', zh: '被一条正在发送的消息占用，有租约' },
  },
  {
    id: 'unknown',
    status: 'unknown',
    meaning: { en: 'its message may have been delivered', zh: '消息可能已经送达' },
  },
  { id: 'spent', status: 'spent', meaning: { en: 'its message was sent', zh: '消息已发送' } },
  { id: 'void', status: 'void', meaning: { en: 'WeChat says there is none', zh: '微信说没有这份授权' } },
  {
    id: 'renewed',
    status: 'renewed',
    meaning: { en: 'a newer confirm of the same key took its place', zh: '同一个键的新确认取代了它' },
  },
  { id: 'expired', status: 'expired', meaning: { en: 'its time ran out unused', zh: '未使用，已到期' } },
] as const satisfies readonly StateText[];
export type StateId = (typeof STATES)[number]['id'];

export interface LedgerEvent {
  id: string;
  what: Text;
  /** Who or what may cause it. */
  by: Text;
  /** From state to state. A state that is not named stays as it is, whoever asks. */
  moves: Partial<Record<StateId, GrantStatus | 'deleted'>>;
  /** A grant that is there afterwards besides. */
  adds?: GrantStatus;
  /** Where the message goes, if there is one. */
  message?: string;
}

const THE_PERSON: Text = {
  en: 'the person, at a door; or the host, by `GrantRepository.record`',
  zh: '用户（经接口），或宿主调用 `GrantRepository.record`',
};
const THE_ANSWER: Text = {
  en: "WeChat's answer, in the process that posted, also when it comes late",
  zh: '微信的应答，由发出请求的进程处理，迟到的应答也算',
};
const AN_OPERATOR: Text = { en: 'an operator, by `resolve`', zh: '运维人员，调用 `resolve`' };
const SINCE: Text = {
  en: ', and the person has confirmed the key anew since the claim',
  zh: '，而占用之后用户又确认过同一个键',
};
const plus = (text: Text, more: Text): Text => ({ en: text.en + more.en, zh: text.zh + more.zh });

const SURELY_NOT: Text = { en: 'surely not delivered', zh: '确定没有送达' };
const NOT_SENT: Text = { en: 'resolved as `not-sent`', zh: '人工确认为 `not-sent`' };

export const EVENTS = [
  {
    id: 'confirm',
    what: { en: 'confirm of the same key, rule `set`', zh: '同一个键再次确认，规则 `set`' },
    by: THE_PERSON,
    moves: { available: 'renewed', overdue: 'renewed' },
    adds: 'available',
  },
  {
    id: 'confirm-counted',
    what: { en: 'confirm of the same key, rule `count`', zh: '同一个键再次确认，规则 `count`' },
    by: THE_PERSON,
    moves: {},
    adds: 'available',
  },
  {
    id: 'replay',
    what: { en: 'the same confirm once more', zh: '同一次确认重复到达' },
    by: { en: 'anybody who repeats a callback or an answer', zh: '任何重复回调或重复提交的一方' },
    moves: {},
  },
  {
    id: 'send',
    what: { en: 'a send claims it', zh: '发送时占用' },
    by: { en: 'a caller of `send`', zh: '`send` 的调用方' },
    moves: { available: 'claimed' },
    message: 'sending',
  },
  {
    id: 'sent',
    what: { en: 'accepted (errcode 0)', zh: '已接受（errcode 0）' },
    by: THE_ANSWER,
    moves: { claimed: 'spent', unknown: 'spent' },
    message: 'sent',
  },
  {
    id: 'refused',
    what: { en: 'refused for this person (43101 and its like)', zh: '对此人拒绝（43101 等）' },
    by: THE_ANSWER,
    moves: { claimed: 'void', unknown: 'void' },
    message: 'refused',
  },
  {
    id: 'failed',
    what: SURELY_NOT,
    by: THE_ANSWER,
    moves: { claimed: 'available', unknown: 'available' },
    message: 'failed',
  },
  {
    id: 'failed-renewed',
    what: plus(SURELY_NOT, SINCE),
    by: THE_ANSWER,
    moves: { claimed: 'renewed', unknown: 'renewed' },
    message: 'failed',
  },
  {
    id: 'openid-unusable',
    what: { en: 'the openid is unusable (40003, 49003)', zh: 'openid 不可用（40003、49003）' },
    by: THE_ANSWER,
    moves: { claimed: 'void', unknown: 'void' },
    message: 'failed',
  },
  {
    id: 'openid-unusable-others',
    what: { en: 'the same, for the other grants of that openid', zh: '同上，对该 openid 的其他授权' },
    by: THE_ANSWER,
    moves: { available: 'void', overdue: 'void' },
  },
  {
    id: 'unclear',
    what: {
      en: 'no usable answer (timeout, reset, 5xx, -1, unknown errcode)',
      zh: '没有可用的应答（超时、重置、5xx、-1、未收录的 errcode）',
    },
    by: { en: 'the process that posted', zh: '发出请求的进程' },
    moves: { claimed: 'unknown' },
    message: 'unknown',
  },
  {
    id: 'lease-over',
    what: { en: 'the lease ran out', zh: '租约到期' },
    by: {
      en: 'recovery, at start and every 15 s, in any instance; one of them wins',
      zh: '恢复任务：启动时及每 15 秒，任何实例都可执行，只有一个生效',
    },
    moves: { claimed: 'unknown' },
    message: 'unknown',
  },
  {
    id: 'resolved-sent',
    what: { en: 'resolved as `sent`', zh: '人工确认为 `sent`' },
    by: AN_OPERATOR,
    moves: { unknown: 'spent' },
    message: 'sent',
  },
  {
    id: 'resolved-not-sent',
    what: NOT_SENT,
    by: AN_OPERATOR,
    moves: { unknown: 'available' },
    message: 'failed',
  },
  {
    id: 'resolved-not-sent-renewed',
    what: plus(NOT_SENT, SINCE),
    by: AN_OPERATOR,
    moves: { unknown: 'renewed' },
    message: 'failed',
  },
  {
    id: 'expiry',
    what: { en: 'the sweep for what has expired', zh: '到期清扫' },
    by: {
      en: 'the background task `grant-expiry`, in any instance',
      zh: '后台任务 `grant-expiry`，任何实例',
    },
    moves: { overdue: 'expired' },
  },
  {
    id: 'retention',
    what: { en: 'the retention of closed grants is over', zh: '已结束的授权超过保留期' },
    by: {
      en: 'the background task `grant-retention`, where `retention.grantsDays` is set',
      zh: '后台任务 `grant-retention`，仅在设置了 `retention.grantsDays` 时',
    },
    moves: { spent: 'deleted', void: 'deleted', renewed: 'deleted', expired: 'deleted' },
  },
  {
    id: 'erasure',
    what: { en: 'the person is erased', zh: '删除个人数据' },
    by: { en: 'the host, by `PersonalDataService.forget`', zh: '宿主，调用 `PersonalDataService.forget`' },
    moves: {
      available: 'deleted',
      overdue: 'deleted',
      unknown: 'deleted',
      spent: 'deleted',
      void: 'deleted',
      renewed: 'deleted',
      expired: 'deleted',
    },
  },
] as const satisfies readonly LedgerEvent[];
export type EventId = (typeof EVENTS)[number]['id'];
