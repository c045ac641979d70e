import type { Language } from './language.js';

/** How a page was asked for. */
export interface Visit {
  /** Its address, with the query. */
  here: URL;
  /** The first of repeated parameters counts. */
  query: Readonly<Record<string, string | undefined>>;
  language: Language;
  /** The same page in the other language. */
  languageLink: string;
}

export function visitOf(here: URL, language: Language): Visit {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of here.searchParams) query[name] ??= value;
  const other = new URL(here);
  other.searchParams.set('lang', language === 'zh' ? 'en' : 'zh');
  return { here, query, language, languageLink: other.pathname + other.search };
}
