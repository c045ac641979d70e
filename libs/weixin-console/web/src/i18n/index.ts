import { computed } from 'vue';
import { withLocalTimes } from '../format';
import { en } from './en';
import { language } from './language';
import { problemsInChinese } from './problems.zh';
import { zh } from './zh';

export { type Language, language, setLanguage } from './language';

/** The words of the page, in the language that is chosen. */
export const text = computed(() => (language.value === 'zh' ? zh : en));

/** Of a text that the API gives in both languages, the viewer's, with times in the viewer's zone. */
export function ours(both: { en: string; zh: string } | undefined): string {
  return withLocalTimes(both?.[language.value] ?? '');
}

/** A name of the API in words; a name that is new here is shown as it is. */
export function named(names: Readonly<Record<string, string>>, name: string | undefined): string {
  return name === undefined ? '' : (names[name] ?? name);
}

/** What a code of the library means and what to do, where the viewer reads Chinese and the code is known. */
export const problemInChinese = (code: string): string | undefined =>
  language.value === 'zh' ? problemsInChinese[code] : undefined;

/** The same in one line, or what the library says in English. */
export const problemLine = ({ code, detail }: { code: string; detail: string }): string =>
  problemInChinese(code) ?? detail;
