const NAMES = 'access_token|accessToken|secret|appsecret|appSecret|reserved|state|authorization|cookie';
const IN_QUERY = new RegExp(`([?&;\\s]|^)(${NAMES})=([^&\\s"'<>#]*)`, 'gi');
const IN_JSON = new RegExp(`("(?:${NAMES})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'gi');
const BEARER = /\b(Bearer)\s+[\w.~+/=-]+/gi;

/**
 * Masks the values of parameters that carry secrets (`access_token`, `secret`, `reserved`, …) in a URL, a query string,
 * a JSON text or a header. Every text from outside passes through here before it reaches a log line or an error.
 */
export function redact(text: string): string {
  return text
    .replace(IN_QUERY, '$1$2=[redacted]')
    .replace(IN_JSON, '$1"[redacted]"')
    .replace(BEARER, '$1 [redacted]');
}
