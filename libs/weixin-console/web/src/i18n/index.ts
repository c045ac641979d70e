import { computed } from 'vue';
import { en } from './en';
import { language } from './language';
import { zh } from './zh';

export { type Language, language, setLanguage } from './language';

/** The words of the page, in the language that is chosen. */
export const text = computed(() => (language.value === 'zh' ? zh : en));

/** Of a text that the API gives in both languages, the viewer's. */
export function ours(both: { en: string; zh: string } | undefined): string {
  return both?.[language.value] ?? '';
}

/** A name of the API in words; a name that is new here is shown as it is. */
export function named(names: Readonly<Record<string, string>>, name: string | undefined): string {
  return name === undefined ? '' : (names[name] ?? name);
}
