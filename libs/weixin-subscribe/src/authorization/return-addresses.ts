const MAX_LENGTH = 2048;
/** As often as proxies and frameworks decode a path at most. What is hidden deeper is hidden for a reason. */
const MOST_LEVELS = 5;
/** Only what ASCII is made of: a path may be in GBK, or have a `%` of its own. */
const ESCAPES = /%[0-7][0-9a-f]/gi;
/** Control characters, and backslashes, which servers and browsers take for slashes. */
const HOSTILE = /[\p{Cc}\\]/u;
/**
 * The path of a whole address may begin so, openly. One that turns out to do so is an address to whoever
 * sends it as a path.
 */
const HOST = /^\/\//;
/**
 * A segment that starts with ".." after decoding, such as `..%2f` or `..;`: the URL parser keeps it, servers
 * behind it may not.
 */
const DOTS = /\/\.\./;

/**
 * The absolute address that a browser would make of `asked`, provided that it lies under one of the `allowed`
 * ones: equal origin, and a path that starts with theirs (whole segments), however often what is behind
 * decodes it.
 */
export function allowedAddress(asked: string, base: URL, allowed: readonly URL[]): URL | undefined {
  // The parser of WHATWG is the one browsers use: whatever it makes of backslashes, credentials and dots, so
  // do they.
  const url = URL.canParse(asked, base) ? new URL(asked, base) : undefined;
  if (!url || url.href.length > MAX_LENGTH || url.username !== '' || url.password !== '') return undefined;
  if (!isPlain(url.pathname)) return undefined;
  return allowed.some((one) => isUnder(url, one)) ? url : undefined;
}

/**
 * Whether a path means the same place at every level of percent-encoding, and has no more of them than
 * servers undo.
 */
function isPlain(path: string): boolean {
  let at = path;
  for (let level = 0; level <= MOST_LEVELS; level++) {
    if (HOSTILE.test(at) || DOTS.test(at) || (HOST.test(at) && !HOST.test(path))) return false;
    const decoded = at.replace(ESCAPES, decodeURIComponent);
    if (decoded === at) return true;
    at = decoded;
  }
  return false;
}

function isUnder(url: URL, allowed: URL): boolean {
  const path = allowed.pathname.replace(/\/$/, '');
  return url.origin === allowed.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
}
