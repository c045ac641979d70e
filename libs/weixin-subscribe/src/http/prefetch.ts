/** `prefetch`, `prefetch;prerender` and `preview`, under the names that browsers have given the header. */
const NAMES = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];
const AHEAD = /\b(?:prefetch|prerender|preview)\b/i;

/** Whether a browser fetches a page before, or without, its user going there. */
export function isPrefetch(headers: Record<string, string | string[] | undefined>): boolean {
  return NAMES.some((name) => headers[name] !== undefined && AHEAD.test(String(headers[name])));
}
