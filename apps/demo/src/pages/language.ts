import { AsyncLocalStorage } from 'node:async_hooks';
import type { NextFunction, Request, Response } from 'express';

/** Pages are written in both, and shown in one. */
export type Language = 'zh' | 'en';

const COOKIE = 'demo_language';
const YEAR_MS = 31_536_000_000;
const current = new AsyncLocalStorage<Language>();

/** Of the request that is answered now. */
export const language = (): Language => current.getStore() ?? 'zh';

/** For what no template writes. */
export const inLanguage = (zh: string, en: string) => (language() === 'zh' ? zh : en);

/**
 * Finds the language of a request: what was chosen here (`?lang=`, remembered in a cookie), else what the
 * browser prefers, else Chinese.
 */
export function pageLanguage(request: Request, response: Response, next: NextFunction): void {
  const { lang } = request.query;
  if (request.method === 'GET' && (lang === 'zh' || lang === 'en')) {
    // Not as a relative address: one that begins with two slashes names a host.
    const here = new URL(`http://localhost${request.originalUrl}`);
    here.searchParams.delete('lang');
    response.cookie(COOKIE, lang, { maxAge: YEAR_MS, sameSite: 'lax', httpOnly: true });
    response.redirect(302, here.pathname.replace(/^\/+/, '/') + here.search);
    return;
  }
  const chosen = new RegExp(`(?:^|; *)${COOKIE}=(zh|en)(?:;|$)`).exec(request.headers.cookie ?? '')?.[1];
  current.run((chosen ?? request.acceptsLanguages('zh', 'en') ?? 'zh') as Language, next);
}
