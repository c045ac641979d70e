/**
 * A text, closed or not, kept as it is, or a whole number of more than 15 digits, which would lose its end.
 */
const LONG_NUMBER = /"(?:\\[\s\S]|[^"\\])*"?|(?<![.\w])-?\d{16,}\b(?![.eE])/g;

/** A text, or a number as JSON writes it. */
const NUMBER = /"(?:\\[\s\S]|[^"\\])*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * A JSON object as WeChat writes it: a byte order mark is dropped, and a whole number beyond what a
 * JavaScript number holds (a msgid) becomes a text of its digits. `undefined` when the text is anything else.
 */
export function parseExactObject(text: string): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(/\d{16}/.test(text) ? withTexts(text) : withoutMark(text)));
  } catch {
    return undefined;
  }
}

/** The same with every number as the text of its digits, so that no two different texts are read alike. */
export function parseTextObject(text: string): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(withTexts(text, NUMBER)));
  } catch {
    return undefined;
  }
}

function withTexts(text: string, numbers = LONG_NUMBER): string {
  return withoutMark(text).replace(numbers, (found) => (found.startsWith('"') ? found : `"${found}"`));
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

export function objectOf(value: unknown): Record<string, unknown> | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
