import type { AccountOptions } from 'weixin-simulator';

/** Which grant; `openid` is added once it is known. */
export interface GrantKey {
  appId: string;
  templateId: string;
  scene: number;
}

export function grantKeyFor({ appId, templates = [] }: AccountOptions, scene: number): GrantKey {
  return { appId, templateId: templates[0] ?? '', scene };
}
