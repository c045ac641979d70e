import { digest } from '../common/secret.js';
import type { OutgoingMessage } from './message.types.js';

/** What makes two messages the same for an idempotency key. When they are to go out is no part of it. */
export function contentDigest({ openid, templateId, scene, channel, content }: OutgoingMessage): string {
  const { title, content: text, url, miniprogram } = content;
  return digest(
    JSON.stringify([
      openid,
      templateId,
      scene,
      channel,
      title,
      text.value,
      text.color ?? null,
      url ?? null,
      miniprogram ? [miniprogram.appId, miniprogram.pagepath] : null,
    ]),
  );
}
