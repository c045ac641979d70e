import { type Language, language } from './language.js';

const formatOf = (locale: string) =>
  new Intl.DateTimeFormat(locale, { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'medium' });
const FORMATS: Record<Language, Intl.DateTimeFormat> = { zh: formatOf('zh-CN'), en: formatOf('en-GB') };

/** In the time of the courses, written in the language of the request. */
export function inShanghai(moment: Date): string {
  return FORMATS[language()].format(moment);
}
