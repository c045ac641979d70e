const MAX_LENGTH = 2048;
/** A segment that starts with ".." after decoding, such as `..%2f`: the URL parser keeps it, servers behind it may not. */
const HIDDEN_DOTS = /(?:\/|\\|%2f|%5c)(?:\.|%2e){2}/i;

/**
 * The absolute address that a browser would make of `asked`, provided that it lies under one of the `allowed` ones: equal origin, and a
 * path that starts with theirs (whole segments).
 */
export function allowedAddress(asked: string, base: URL, allowed: readonly URL[]): URL | undefined {
  // The parser of WHATWG is the one browsers use: whatever it makes of backslashes, credentials and dots, so do they.
  const url = URL.canParse(asked, base) ? new URL(asked, base) : undefined;
  if (!url || url.href.length > MAX_LENGTH || url.username !== '' || url.password !== '') return undefined;
  if (HIDDEN_DOTS.test(url.pathname)) return undefined;
  return allowed.some((one) => isUnder(url, one)) ? url : undefined;
}

function isUnder(url: URL, allowed: URL): boolean {
  const path = allowed.pathname.replace(/\/$/, '');
  return url.origin === allowed.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
}
