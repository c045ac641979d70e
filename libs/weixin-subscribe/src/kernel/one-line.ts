/**
 * What would end a line, move a cursor, colour a terminal or reverse the order of what is read: control
 * characters (C0, DEL, C1), line and paragraph separators, marks and overrides of direction, the byte order
 * mark, and halves of surrogate pairs, which have no UTF-8 form. Joiners stay: emoji are made with them.
 */
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside as it may stand in a log line, an error message or a column: on one line, with each
 * unsafe character written as its escape (`\n`, `\u202e`).
 */
export function oneLine(text: string): string {
  return text.replace(
    UNSAFE,
    (found) => SHORT[found] ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
