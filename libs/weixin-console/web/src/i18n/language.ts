import { ref } from 'vue';

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
