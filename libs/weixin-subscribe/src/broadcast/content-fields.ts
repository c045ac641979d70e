import type { FieldError } from '../kernel/errors.js';

/** What a content is made of, whatever its channel; which of them it may have, the channel says. */
export const CONTENT_FIELDS = [
  'title',
  'content',
  'url',
  'data',
  'page',
  'miniprogram',
  'miniprogramState',
  'lang',
  'emphasisKeyword',
] as const;

/** Those of an input that are given. */
export function contentFields(input: Partial<Record<(typeof CONTENT_FIELDS)[number], unknown>>): object {
  const given = CONTENT_FIELDS.filter((name) => input[name] !== undefined && input[name] !== null);
  return Object.fromEntries(given.map((name) => [name, input[name]]));
}

/** What stands in a content where an error says, e.g. `data.thing1.value`. */
export function valueAt(content: unknown, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | null | undefined)?.[name], content);
}

/** One line for a row's `reason`. */
export function inOneLine(errors: FieldError[]): string {
  return errors.map(({ message }) => message).join('; ');
}
