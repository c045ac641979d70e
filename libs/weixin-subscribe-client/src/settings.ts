/**
 * Of one template: the panel will be shown (`ask`), or "always keep" (总是保持以上选择) answers in its place
 * (`accept`, `reject`), or WeChat has banned it (`ban`).
 */
export type TemplateSetting = 'ask' | 'accept' | 'reject' | 'ban';

export interface SubscriptionSettings {
  /** False: the person receives no subscription message of this mini-program at all, and cannot be asked. */
  mainSwitch: boolean;
  templates: Record<string, TemplateSetting>;
}

/**
 * Reads `subscriptionsSetting` of `wx.getSetting({ withSubscriptions: true })`. It lists only what "always
 * keep" was chosen for, under `itemSettings`; on some clients the ids stood beside `mainSwitch`.
 */
export function readSettings(given: unknown, templateIds: readonly string[]): SubscriptionSettings {
  const found = (given ?? {}) as Record<string, unknown>;
  const itemSettings = (found.itemSettings ?? {}) as Record<string, unknown>;
  const templates: Record<string, TemplateSetting> = {};
  for (const id of templateIds) {
    const kept = String(itemSettings[id] ?? found[id]);
    templates[id] = /^accept/.test(kept) ? 'accept' : kept === 'reject' || kept === 'ban' ? kept : 'ask';
  }
  return { mainSwitch: found.mainSwitch !== false, templates };
}
