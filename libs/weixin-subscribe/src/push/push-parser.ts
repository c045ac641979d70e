import { XMLParser } from 'fast-xml-parser';
import type { PushFormat } from '../common/config/options.js';
import { objectOf, parseExactObject } from '../common/exact-json.js';

/** Values stay texts: an openid or a MsgID that looks like a number must not become one. */
const XML = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
});
const CDATA = '<![CDATA[';
const CDATA_END = ']]>';
const DECLARATION = /^\uFEFF?\s*<\?xml[^<>]*\?>/;
/** Read without a parser, since it is read before anything is verified. Its alphabet contains no "<", so each start is looked at once. */
const ENCRYPT = /<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/]+={0,2})(?:\]\]>)?\s*<\/Encrypt>/g;
/** `undefined` when it is neither. */
export function formatOf(text: string): PushFormat | undefined {
  const first = text.replace(/^\uFEFF/, '').trimStart()[0];
  if (first === '<') return 'xml';
  return first === '{' ? 'json' : undefined;
}

/** The encrypted part of a body; `undefined` unless there is exactly one. */
export function encryptedPart(body: string, format: PushFormat): string | undefined {
  if (format === 'json') {
    const sealed = parseExactObject(body)?.Encrypt;
    return typeof sealed === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(sealed) ? sealed : undefined;
  }
  const found = [...body.matchAll(ENCRYPT)];
  return found.length === 1 ? found[0][1] : undefined;
}

/** The fields of a push; `undefined` when it cannot be read. */
export function parsePush(text: string, format: PushFormat): Record<string, unknown> | undefined {
  return format === 'xml' ? parseXml(text) : parseExactObject(text);
}

function parseXml(text: string): Record<string, unknown> | undefined {
  if (hasMoreThanElements(text)) return undefined;
  try {
    const roots = Object.values(XML.parse(text, true) as object);
    return roots.length === 1 ? objectOf(roots[0]) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A document type, which could define entities; or a comment, a processing instruction or an attribute, in which one could be hidden from this
 * look. No push has any of them. In CDATA they are what somebody wrote.
 */
function hasMoreThanElements(text: string): boolean {
  let outside = '';
  let at = DECLARATION.exec(text)?.[0].length ?? 0;
  for (;;) {
    const start = text.indexOf(CDATA, at);
    outside += text.slice(at, start < 0 ? undefined : start);
    const end = start < 0 ? -1 : text.indexOf(CDATA_END, start);
    if (end < 0) return /<[!?]|<[^<>]*["']/.test(outside);
    at = end + CDATA_END.length;
  }
}
