/** What a permission is for. */
export type GrantKey = OneTimeKey | SubscribeKey | FormKey;

/** Scene is part of it: the official note says several confirms of one scene do not add up. */
export interface OneTimeKey {
  channel: 'one-time';
  appId: string;
  openid: string;
  templateId: string;
  scene: number;
}

/** A subscription message of a mini-program, or a subscription notice of an official account: no scene. */
export interface SubscribeKey {
  channel: 'mini-subscribe' | 'service-notice';
  appId: string;
  openid: string;
  templateId: string;
}

/** A template message of a mini-program: any template, by a form id or a prepay id. */
export interface FormKey {
  channel: 'mini-template';
  appId: string;
  openid: string;
  formId: string;
}

/** What a key and its grant have in common. */
interface KeyFields {
  channel: GrantKey['channel'];
  appId: string;
  openid: string;
  templateId?: string;
  scene?: number | null;
  formId?: string;
}

/** The same for a grant and its key. */
export function keyText(key: KeyFields): string {
  const { channel, appId, openid, templateId, scene = null, formId } = key;
  return JSON.stringify([channel, appId, openid, formId ?? templateId, scene]);
}
