import type { SubscriptionSettings } from './settings.js';

/**
 * What a page should offer:
 * - `ask`: a button; WeChat shows its panel
 * - `ask-silently`: the same button. The person chose "always keep": there is no panel, yet each tap adds one
 *   message, so ask for it all the same
 * - `open-settings`: a button that calls `openSettings()`; only there the person can allow it again
 * - `nothing`: WeChat has banned these templates; no button helps
 */
export type Advice = 'ask' | 'ask-silently' | 'open-settings' | 'nothing';

/** For templates that are asked for together, by the best of them. */
export function adviceFor({ mainSwitch, templates }: SubscriptionSettings): Advice {
  if (!mainSwitch) return 'open-settings';
  const settings = Object.keys(templates).map((id) => templates[id]);
  if (settings.indexOf('ask') >= 0) return 'ask';
  if (settings.indexOf('accept') >= 0) return 'ask-silently';
  return settings.indexOf('reject') >= 0 ? 'open-settings' : 'nothing';
}

export type AdviceLanguage = 'zh-CN' | 'en';

const TEXTS: Record<Advice, Record<AdviceLanguage, string>> = {
  ask: { 'zh-CN': '点击按钮订阅提醒', en: 'Tap the button to be reminded' },
  'ask-silently': {
    'zh-CN': '已选择“总是保持以上选择”，点击后将直接订阅一次',
    en: 'You chose "always keep": a tap subscribes once more, without a panel',
  },
  'open-settings': {
    'zh-CN': '您已关闭订阅消息，请在“设置 - 订阅消息”中重新开启',
    en: 'Subscription messages are off. Switch them on under Settings, Subscription Messages',
  },
  nothing: { 'zh-CN': '该订阅消息暂不可用', en: 'This reminder is not available at the moment' },
};

/** One sentence for the person. */
export function adviceText(advice: Advice, language: AdviceLanguage = 'zh-CN'): string {
  return TEXTS[advice][language];
}
