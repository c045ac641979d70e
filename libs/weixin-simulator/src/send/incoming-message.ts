import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import { areTexts, isObject, isOptional, readBody } from './read-body.js';

/**
 * The send body after the format check: types are right, values are not judged yet. Unknown fields are gone
 * (row 20).
 */
export interface IncomingMessage {
  touser: string | undefined;
  templateId: string | undefined;
  url: string | undefined;
  miniprogram: Record<string, unknown> | undefined;
  /** String or number, both are accepted by the platform (§3.2). */
  scene: unknown;
  title: string | undefined;
  content: Record<string, unknown> | undefined;
}

/** 44002 for nothing at all, 47001 for what is not a JSON object of the right types. Row 19. */
export function readMessage(rawBody: Buffer): IncomingMessage | Refusal {
  const read = readBody(rawBody);
  if (isRefusal(read)) return read;
  const { body } = read;
  if (!areTexts(body, 'touser', 'template_id', 'url', 'title')) return refuse(47001);
  if (!isOptional(body.miniprogram, isObject)) return refuse(47001);
  if (!isObject(body.data) || !isOptional(body.data.content, isObject)) return refuse(47001);
  return {
    touser: (body.touser ?? undefined) as string | undefined,
    templateId: (body.template_id ?? undefined) as string | undefined,
    url: (body.url ?? undefined) as string | undefined,
    miniprogram: (body.miniprogram ?? undefined) as Record<string, unknown> | undefined,
    scene: body.scene,
    title: (body.title ?? undefined) as string | undefined,
    content: (body.data.content ?? undefined) as Record<string, unknown> | undefined,
  };
}
