import type { Account } from '../config/options.js';
import type { Platform } from '../platform/platform.js';

/** `subscriptionsSetting` of `wx.getSetting({ withSubscriptions: true })` (part 3, §G.2). */
export interface SubscriptionsSetting {
  mainSwitch: boolean;
  /**
   * Only templates whose choice is kept, or that were switched off. Absent where there is none, and where the
   * main switch is off.
   */
  itemSettings?: Record<string, 'accept' | 'reject' | 'ban'>;
}

export function subscriptionsSetting(
  { messageSettings }: Platform,
  { account, openid }: { account: Account; openid: string },
): SubscriptionsSetting {
  const receiver = { appId: account.appId, openid };
  if (messageSettings.isOff(receiver)) return { mainSwitch: false };
  const shown = account.subscribeTemplates
    .map(({ priTmplId, banned }) => {
      const choice = messageSettings.shown(receiver, priTmplId);
      return [priTmplId, choice && banned ? 'ban' : choice] as const;
    })
    .filter(([, choice]) => choice !== undefined);
  return {
    mainSwitch: true,
    ...(shown.length > 0 && {
      itemSettings: Object.fromEntries(shown) as SubscriptionsSetting['itemSettings'],
    }),
  };
}
