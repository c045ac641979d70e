import type { MessageStatus } from '../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { GrantStatus } from '../libs/weixin-subscribe/src/grant/grant.types.js';

export type Text = Record<'en' | 'zh', string>;

/**
 * The states in which a grant can meet an event: those of its row, and `overdue`, of which the row says
 * `available`.
 */
export type GrantState = GrantStatus | 'overdue';

export interface StateText<State extends string> {
  id: State;
  /** In place of the id. */
  name?: Text;
  meaning: Text;
}

export const GRANT_STATES: readonly StateText<GrantState>[] = [
  { id: 'available', meaning: { en: 'may be used', zh: '可以使用' } },
  {
    id: 'overdue',
    name: { en: '`available`, time over', zh: '`available`，已到期' },
    meaning: {
      en: 'still `available` in the table, but its `expiresAt` has passed: nothing can be sent for it',
      zh: '表里仍是 `available`，但 `expiresAt` 已过：不能再用来发送',
    },
  },
  { id: 'claimed', meaning: { en: 'by one message in flight', zh: '被一条正在发送的消息占用' } },
  { id: 'unknown', meaning: { en: 'its message may have been delivered', zh: '它的消息可能已经送达' } },
  {
    id: 'spent',
    meaning: { en: 'its message was sent, or is assumed so', zh: '它的消息已发送，或推定已发送' },
  },
  { id: 'void', meaning: { en: 'WeChat says there is none', zh: '微信说没有这份授权' } },
  {
    id: 'renewed',
    meaning: { en: 'a newer confirm of the same key took its place', zh: '同一个键的新确认取代了它' },
  },
  { id: 'expired', meaning: { en: 'its time ran out unused', zh: '未使用，已到期' } },
];

export const MESSAGE_STATES: readonly StateText<MessageStatus>[] = [
  {
    id: 'waiting',
    meaning: {
      en: 'deferred, and its time has not come; holds no grant',
      zh: '延迟消息，时间未到；不占用授权',
    },
  },
  {
    id: 'sending',
    meaning: {
      en: 'in flight: holds a `claimed` grant, under a lease',
      zh: '正在发送：占用一份 `claimed` 的授权，有租约',
    },
  },
  { id: 'sent', meaning: { en: 'WeChat accepted it', zh: '微信已接受' } },
  { id: 'refused', meaning: { en: 'WeChat says no for this person', zh: '微信对此人拒绝' } },
  { id: 'failed', meaning: { en: 'surely not delivered', zh: '确定没有送达' } },
  { id: 'unknown', meaning: { en: 'nobody knows', zh: '无人知道' } },
];
