import { ref, watchEffect } from 'vue';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'weixin-console.theme';
const stored = localStorage.getItem(KEY);
const dark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = ref(dark.matches);
dark.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches;
});

export const theme = ref<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');
export const isDark = ref(false);

watchEffect(() => {
  isDark.value = theme.value === 'dark' || (theme.value === 'system' && systemIsDark.value);
  document.documentElement.classList.toggle('dark', isDark.value);
});

export function setTheme(next: Theme): void {
  theme.value = next;
  localStorage.setItem(KEY, next);
}
