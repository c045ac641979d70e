import type { KeywordContent, MessageContent, OneTimeContent } from '../delivery/ledger/message.types.js';

const PLACEHOLDER = /\{\{\s*([A-Za-z_]\w{0,63})\s*\}\}/g;

export type Fields = Record<string, string | number>;

/** The names in `{{name}}`, each once, in the order in which they are met. The content may be unchecked. */
export function placeholdersOf(content: MessageContent): string[] {
  const names = new Set<string>();
  for (const text of textsOf(content)) for (const name of namesIn(text)) names.add(name);
  return [...names];
}

/** The names in one text; none in what is no text. */
export function namesIn(text: unknown): string[] {
  return typeof text === 'string' ? [...text.matchAll(PLACEHOLDER)].map(([, name]) => name) : [];
}

/** `names` that have no value. */
export function missingIn(names: readonly string[], fields: Fields): string[] {
  return names.filter((name) => !Object.hasOwn(fields, name));
}

/**
 * Puts the values in. In `url`, `page` and the query of `pagepath` they are percent-encoded, so that no value
 * can change the address.
 */
export function fill(content: MessageContent, fields: Fields): MessageContent {
  const { miniprogram } = content;
  const opened = miniprogram && {
    appId: miniprogram.appId,
    pagepath: put(miniprogram.pagepath, fields, encodeURIComponent),
  };
  return 'data' in content
    ? { ...filledKeywords(content, fields), miniprogram: opened }
    : { ...filledText(content, fields), miniprogram: opened };
}

function filledText({ title, content, url }: OneTimeContent, fields: Fields): OneTimeContent {
  return {
    title: put(title, fields),
    content: { ...content, value: put(content.value, fields) },
    url: url && put(url, fields, encodeURIComponent),
  };
}

function filledKeywords({ data, page, ...rest }: KeywordContent, fields: Fields): KeywordContent {
  const keywords = Object.entries(data).map(([keyword, entry]) => [
    keyword,
    { ...entry, value: put(entry.value, fields) },
  ]);
  return {
    ...rest,
    data: Object.fromEntries(keywords),
    page: page && put(page, fields, encodeURIComponent),
  };
}

/** Percent-encoded, as {@link fill} does. */
const ADDRESSES = ['url', 'page', 'pagepath'];

/** As {@link fill}, of an input that is not checked yet: whatever texts it has, wherever they are. */
export function fillInput<T extends object>(input: T, fields: Fields): T {
  const filled = JSON.stringify(input, (name, value) => {
    if (typeof value !== 'string') return value;
    return ADDRESSES.includes(name) ? put(value, fields, encodeURIComponent) : put(value, fields);
  });
  return JSON.parse(filled) as T;
}

function textsOf(content: MessageContent): unknown[] {
  const opened = content.miniprogram?.pagepath;
  return 'data' in content
    ? [...Object.values(content.data).map((entry) => entry?.value), content.page, opened]
    : [content.title, content.content?.value, content.url, opened];
}

function put(text: string, fields: Fields, encode: (value: string) => string = (value) => value): string {
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(fields, name) ? encode(String(fields[name])) : whole,
  );
}
