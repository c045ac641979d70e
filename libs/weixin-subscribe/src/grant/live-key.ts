import { digest } from '../common/secret.js';
import type { GrantKey } from './grant.types.js';

/** One value for (account, openid, template, scene, channel), of a fixed length. */
export function liveKeyOf(key: GrantKey): string {
  const { appId, openid, templateId, scene, channel } = withChannel(key);
  return digest([appId, openid, templateId, scene, channel].join('\n'));
}

export function withChannel<Key extends GrantKey>(key: Key): Key & Required<GrantKey> {
  return { ...key, channel: key.channel ?? 'one-time' };
}
