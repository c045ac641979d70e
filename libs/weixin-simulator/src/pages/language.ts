import type { IncomingHttpHeaders } from 'node:http';
import { readCookie } from '../http/read-cookie.js';

/** Pages are written in both, and shown in one. */
export type Language = 'zh' | 'en';

const LANGUAGE_COOKIE = 'weixin_simulator_language';

/** What was chosen in this browser, else what it prefers: English if that stands first, otherwise Chinese. */
export function languageOf(headers: IncomingHttpHeaders): Language {
  const chosen = readCookie(headers.cookie ?? '', LANGUAGE_COOKIE);
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return /^\s*en\b/i.test(headers['accept-language'] ?? '') ? 'en' : 'zh';
}

/** Remembers the choice for all pages; nobody but the simulator reads it. */
export const languageCookie = (language: Language) =>
  `${LANGUAGE_COOKIE}=${language}; Path=/; Max-Age=31536000; SameSite=Lax`;
