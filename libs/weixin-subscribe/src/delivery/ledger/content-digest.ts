import { digest } from '../../kernel/secret.js';
import type { MessageContent, OutgoingMessage } from './message.types.js';

/** What makes two messages the same for an idempotency key. The time at which they go out is left out. */
export function contentDigest({ openid, templateId, scene, channel, content }: OutgoingMessage): string {
  return digest(JSON.stringify([openid, templateId, scene, channel, ...fieldsOf(content)]));
}

function fieldsOf(content: MessageContent): unknown[] {
  const { miniprogram } = content;
  const jump = miniprogram ? [miniprogram.appId, miniprogram.pagepath] : null;
  if ('title' in content) {
    const { title, content: text, url } = content;
    return [title, text.value, text.color ?? null, url ?? null, jump];
  }
  const { data, page, miniprogramState, lang, emphasisKeyword } = content;
  const keywords = Object.keys(data).sort();
  return [
    keywords.map((keyword) => [keyword, data[keyword].value, data[keyword].color ?? null]),
    ...[page ?? null, jump, miniprogramState ?? null, lang ?? null, emphasisKeyword ?? null],
  ];
}
