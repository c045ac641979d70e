import { type Refusal, refuse } from '../platform/errcodes.js';

export type JsonObject = Record<string, unknown>;

/** The JSON object of a send: 44002 for nothing at all, 47001 for what is none. Row 19. */
export function readBody(rawBody: Buffer): { body: JsonObject } | Refusal {
  if (rawBody.length === 0) return refuse(44002);
  const body = parse(rawBody);
  return isObject(body) ? { body } : refuse(47001);
}

/** Whether each of these is a text, or missing. */
export function areTexts(body: JsonObject, ...names: string[]): boolean {
  return names.every((name) => isOptional(body[name], (value) => typeof value === 'string'));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || check(value);
}

/** Only real UTF-8 counts: WeChat staff traced a 47001 to a body that was not (§3.6). */
function parse(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch {
    return undefined;
  }
}
