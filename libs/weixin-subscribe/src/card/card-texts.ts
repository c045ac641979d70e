import type { BilingualText } from '../weixin/errcodes.js';
import type { CardEnd } from './card.types.js';

const OTHERWISE: BilingualText = { en: 'for another reason', zh: '其他原因' };

const NOT_NOTIFIED: Record<number, BilingualText> = {
  [-10001]: { en: 'system error at WeChat', zh: '微信系统错误' },
  [-10002]: { en: 'the content is against the rules', zh: '内容违规' },
  [-1003]: { en: 'the mini-program has no template for this card', zh: '小程序没有该卡片的模板' },
  [-1004]: { en: 'the person refuses these messages', zh: '用户拒收该消息' },
  [-1005]: { en: 'notified too often', zh: '通知过于频繁' },
};

/** Why a person was not notified of a state (docs/platform.md §15.4), by `fail_ret`. */
export const notNotifiedBecause = (failRet: number): BilingualText => NOT_NOTIFIED[failRet] ?? OTHERWISE;

/** Why a card has ended. */
export const CARD_END_TEXTS: Record<CardEnd, BilingualText> = {
  terminal: { en: 'its state has no successor', zh: '已到最终状态' },
  expired: { en: 'its time is over', zh: '已超过有效期' },
  refused: { en: 'the person refused it', zh: '用户拒收' },
  blocked: { en: 'WeChat blocked its code', zh: '微信封禁了它的 code' },
  forgotten: { en: 'the data of its person was erased', zh: '用户的个人数据已删除' },
};
