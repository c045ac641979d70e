/**
 * Longer texts are cut: anybody may have written them, and nobody reads more of a log line or a problem
 * document.
 */
const LIMIT = 4096;
const NAMES = 'access_?token|app_?secret|secret|reserved|state|(?:msg_)?signature|authorization|cookie';
/** `name=value` in a URL, a query or a form. */
const IN_QUERY = new RegExp(`([?&;\\s]|^)(${NAMES})=[^&\\s"<>#]*`, 'gi');
/** The same in an address that is itself the value of a parameter. */
const IN_ENCODED_QUERY = new RegExp(`(%3f|%26)(${NAMES})%3d(?:(?!%26|%23)[^&\\s"<>#])*`, 'gi');
/**
 * As many backslashes as JSON within JSON has at the fifth level. Without a bound, a row of them would be
 * read again from each of its places.
 */
const QUOTE = `\\\\{0,15}["']`;
/**
 * `"name": "value"` in JSON, `name: 'value'` as Node inspects objects, and both within another JSON text. A
 * text may be cut off within an escape.
 */
const IN_OBJECT = new RegExp(
  `(${QUOTE}|\\b)(${NAMES})\\1(\\s*:\\s*)(${QUOTE})(?:(?!\\4)(?:\\\\.|[^\\\\]))*(?:\\4|\\\\?$)`,
  'gis',
);
const IN_HEADER = /\b(authorization|set-cookie|cookie)(\s*:\s*)[^\s"'][^\r\n]*/gi;
const BEARER = /\b(Bearer)\s+[\w.~+/=-]+/gi;
const COOKIES: RegExp[] = [];

/**
 * Masks the values of these cookies from now on, wherever they stand in a text. The room that sets a cookie
 * calls it when its file is loaded.
 * @param prefix letters, digits and `_` that their names begin with
 */
export function redactCookies(prefix: string): void {
  // Bounded, since `-` ends a word and a new name may begin there.
  COOKIES.push(new RegExp(`\\b(${prefix}[\\w-]{1,64})=[^;\\s&"'<>]*`, 'g'));
}

/**
 * Masks the values of parameters that carry secrets (`access_token`, `secret`, `reserved`, …) in a URL, a
 * query string, a JSON text, an inspected object or a header. Every text from outside passes through here
 * before it reaches a log line or an error. Of more than 4,096 characters the rest is cut off (`…`). Each
 * mask reads a text in proportion to its length.
 */
export function redact(text: string): string {
  if (text.length > LIMIT) return `${redact(text.slice(0, LIMIT))}…`;
  const masked = text
    .replace(IN_OBJECT, '$1$2$1$3$4[redacted]$4')
    .replace(IN_QUERY, '$1$2=[redacted]')
    .replace(IN_ENCODED_QUERY, '$1$2%3D[redacted]')
    .replace(IN_HEADER, '$1$2[redacted]')
    .replace(BEARER, '$1 [redacted]');
  return COOKIES.reduce((rest, cookie) => rest.replace(cookie, '$1=[redacted]'), masked);
}
