import { ConsoleOriginError } from './console.errors.js';

/** With the value `1`: only a page of the same origin can send it without being asked. */
export const CONSOLE_HEADER = 'x-weixin-console';

export interface HttpRequest {
  method: string;
  headers: Record<string, string | string[] | undefined>;
  /** Of the adapters; it heeds their `trust proxy`. */
  protocol?: string;
}

export const headerOf = ({ headers }: HttpRequest, name: string): string | undefined =>
  [headers[name]].flat()[0];

/** Whether a page may have made it: a browser says so, or the console's own header does. */
export const isOfBrowser = (request: HttpRequest): boolean =>
  headerOf(request, CONSOLE_HEADER) !== undefined || headerOf(request, 'sec-fetch-site') !== undefined;

/**
 * Refuses what another site lets a signed-in browser send. The header cannot be sent to another origin
 * without its consent, which we never give; `Sec-Fetch-Site` and `Origin` are the browser's own word. A
 * download or an event stream cannot carry headers, so a GET that the browser calls same-origin needs none.
 * @param publicOrigin of the application, in case a proxy rewrites `Host`
 * @throws {ConsoleOriginError}
 */
export function requireSameOrigin(request: HttpRequest, publicOrigin: string): void {
  const site = headerOf(request, 'sec-fetch-site');
  const origin = headerOf(request, 'origin');
  if (site !== undefined && site !== 'same-origin')
    throw new ConsoleOriginError(`the browser calls this request "${site.slice(0, 20)}", not "same-origin"`);
  if (site === undefined && origin !== undefined && !isOwn(origin, headerOf(request, 'host'), publicOrigin))
    throw new ConsoleOriginError('the request has the "Origin" of another site');
  if (headerOf(request, CONSOLE_HEADER) === '1') return;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && site !== undefined) return;
  throw new ConsoleOriginError(`a request with the session of the console must carry "${CONSOLE_HEADER}: 1"`);
}

function isOwn(origin: string, host: string | undefined, publicOrigin: string): boolean {
  return origin === publicOrigin || (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase());
}
