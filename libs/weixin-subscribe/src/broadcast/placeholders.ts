import type { OneTimeContent } from '../delivery/ledger/message.types.js';

const PLACEHOLDER = /\{\{\s*([A-Za-z_]\w{0,63})\s*\}\}/g;

export type Fields = Record<string, string | number>;

/** The names in `{{name}}`, each once, in the order in which they are met. */
export function placeholdersOf(content: OneTimeContent): string[] {
  const names = new Set<string>();
  for (const text of textsOf(content)) for (const [, name] of text.matchAll(PLACEHOLDER)) names.add(name);
  return [...names];
}

/** `names` that have no value. */
export function missingIn(names: readonly string[], fields: Fields): string[] {
  return names.filter((name) => !Object.hasOwn(fields, name));
}

/**
 * Puts the values in. In `url` and in the query of `pagepath` they are percent-encoded, so that no value can
 * change the address.
 */
export function fill({ title, content, url, miniprogram }: OneTimeContent, fields: Fields): OneTimeContent {
  return {
    title: put(title, fields),
    content: { ...content, value: put(content.value, fields) },
    url: url && put(url, fields, encodeURIComponent),
    miniprogram: miniprogram && {
      appId: miniprogram.appId,
      pagepath: put(miniprogram.pagepath, fields, encodeURIComponent),
    },
  };
}

function textsOf({ title, content, url, miniprogram }: OneTimeContent): string[] {
  return [title, content.value, url ?? '', miniprogram?.pagepath ?? ''];
}

function put(text: string, fields: Fields, encode: (value: string) => string = (value) => value): string {
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(fields, name) ? encode(String(fields[name])) : whole,
  );
}
