import { XMLParser } from 'fast-xml-parser';
import type { PushFormat } from '../account/push.options.js';
import { objectOf, parseExactObject, parseTextObject } from '../kernel/exact-json.js';

/** Made with the first push in XML; the package is loaded then. */
let xml: XMLParser | undefined;
const CDATA = '<![CDATA[';
const CDATA_END = ']]>';
const DECLARATION = /^\uFEFF?\s*<\?xml[^<>]*\?>/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** As deep as the XML parser reads. */
const MOST_DEPTH = 100;
/**
 * An envelope is read before anything is verified, so what a stranger can make the parser do is bounded:
 * tags, CDATA sections and entities together. One in compatible mode has a few dozen.
 */
const MOST_MARKS = 2000;

type Fields = Record<string, unknown>;

/** What a push consists of. */
export interface PushContent {
  /** As listeners get them. */
  fields: Fields;
  /**
   * The same with every number as the text that was sent: `fields` round what a JavaScript number does not
   * hold.
   */
  exact: Fields;
}

/** `undefined` when it is neither. */
export function formatOf(text: string): PushFormat | undefined {
  const first = text.replace(/^\uFEFF/, '').trimStart()[0];
  if (first === '<') return 'xml';
  return first === '{' ? 'json' : undefined;
}

/**
 * The encrypted part of a body, without white space around it: the one `Encrypt` directly under the root.
 * What a person wrote stands inside another field and is never taken for it. `undefined` when there is none,
 * or several.
 */
export function encryptedPart(body: string, format: PushFormat): string | undefined {
  const envelope = format === 'xml' ? parseXml(body, MOST_MARKS) : parseExactObject(body);
  const sealed = envelope && Object.hasOwn(envelope, 'Encrypt') ? envelope.Encrypt : undefined;
  const trimmed = typeof sealed === 'string' ? sealed.trim() : '';
  return BASE64.test(trimmed) ? trimmed : undefined;
}

/** `undefined` when it cannot be read. */
export function parsePush(text: string, format: PushFormat): PushContent | undefined {
  const fields = format === 'xml' ? parseXml(text) : parseExactObject(text);
  const exact = format === 'xml' ? fields : parseTextObject(text);
  return fields && exact && !isDeeper(fields, MOST_DEPTH) ? { fields, exact } : undefined;
}

function parseXml(text: string, mostMarks = Number.POSITIVE_INFINITY): Fields | undefined {
  const markup = markupOf(text);
  if (!markup || hasMoreThanElements(markup) || marksIn(markup) > mostMarks) return undefined;
  try {
    const roots = Object.values(xmlParser().parse(text, true) as object);
    return roots.length === 1 ? objectOf(roots[0]) : undefined;
  } catch {
    return undefined;
  }
}

/** Values stay texts: an openid or a MsgID that looks like a number must not become one. */
function xmlParser(): XMLParser {
  xml ??= new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    parseTagValue: false,
  });
  return xml;
}

/**
 * What stands outside of CDATA, piece by piece; `undefined` when a section has no end. In CDATA is what
 * somebody wrote.
 */
function markupOf(text: string): string[] | undefined {
  const pieces: string[] = [];
  for (let at = DECLARATION.exec(text)?.[0].length ?? 0; ; ) {
    const start = text.indexOf(CDATA, at);
    pieces.push(text.slice(at, start < 0 ? undefined : start));
    if (start < 0) return pieces;
    const end = text.indexOf(CDATA_END, start);
    if (end < 0) return undefined;
    at = end + CDATA_END.length;
  }
}

/**
 * A document type, which could define entities; or a comment, a processing instruction or an attribute, in
 * which one could be hidden from this look. No push has any of them.
 */
function hasMoreThanElements(markup: string[]): boolean {
  return /<[!?]|<[^<>]*["']/.test(markup.join(''));
}

function marksIn(markup: string[]): number {
  return markup.reduce((marks, piece) => marks + piece.split(/[<&]/).length, 0);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
