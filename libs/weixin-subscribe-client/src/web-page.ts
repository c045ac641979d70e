import type { FrontEnd, HostResponse } from './front-end.js';

/**
 * The front end of a web page: `fetch` with the page's cookies, and `localStorage`. Asking is done by
 * `<wx-open-subscribe>` (see `SubscribeClient.bindOpenSubscribe`), or by a link (see `authorizeUrl`).
 */
export function webPage(): FrontEnd {
  return {
    storage: {
      get: (key) => localStorage.getItem(key) ?? undefined,
      set: (key, value) => localStorage.setItem(key, value),
    },
    async request({ method, url, headers, body, timeoutMs }): Promise<HostResponse> {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), timeoutMs);
      try {
        const response = await fetch(url, {
          method,
          headers: body ? { 'Content-Type': 'application/json', ...headers } : headers,
          credentials: 'include',
          signal: abort.signal,
          body: body && JSON.stringify(body),
        });
        const text = await response.text();
        return { status: response.status, body: parsed(text) };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** What the web flow came back with. */
export type ReturnedAnswer = 'confirmed' | 'cancelled';

/**
 * The answer in the address that the web flow of `GET authorize` came back to, or undefined where it holds
 * none. It is for the screen: nothing proves it, the ledger has its own.
 * @param address `location.href` or `location.search`
 */
export function readReturn(address: string): ReturnedAnswer | undefined {
  const [, answer] = /[?&]subscribe=(confirmed|cancelled)(?:[&#]|$)/.exec(address) ?? [];
  return answer as ReturnedAnswer | undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
