import type { AccountOptions } from 'weixin-simulator';

/** Which permission; `openid` is added once it is known. */
export interface PermissionKey {
  appId: string;
  templateId: string;
  scene: number;
}

export function permissionFor({ appId, templates = [] }: AccountOptions, scene: number): PermissionKey {
  return { appId, templateId: templates[0] ?? '', scene };
}
