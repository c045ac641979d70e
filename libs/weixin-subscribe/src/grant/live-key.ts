import { digest } from '../kernel/secret.js';
import type { GrantKey } from './grant.types.js';

/** One value for (account, openid, template, scene, channel), of a fixed length. */
export function liveKeyOf({ appId, openid, templateId, scene, channel }: Required<GrantKey>): string {
  return digest([appId, openid, templateId, scene, channel].join('\n'));
}
