/** The same value with every `access_token` shortened: a page may be looked at by others than its owner. */
export function maskTokens(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replace(/(access_token["']?\s*[=:]\s*["']?)([\w-]{8})[\w-]+/g, '$1$2…');
  if (Array.isArray(value)) return value.map(maskTokens);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name.endsWith('access_token') && typeof inner === 'string' ? shorten(inner) : maskTokens(inner),
    ]),
  );
}

function shorten(token: string): string {
  return token.length <= 8 ? token : `${token.slice(0, 8)}…`;
}
