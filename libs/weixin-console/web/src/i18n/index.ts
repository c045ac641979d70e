import { computed, ref } from 'vue';
import { en } from './en';
import { zh } from './zh';

export type Language = 'en' | 'zh';

const KEY = 'weixin-console.language';
const stored = localStorage.getItem(KEY);

export const language = ref<Language>(
  stored === 'en' || stored === 'zh' ? stored : navigator.language.startsWith('zh') ? 'zh' : 'en',
);
document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';

export function setLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem(KEY, next);
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
}

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
