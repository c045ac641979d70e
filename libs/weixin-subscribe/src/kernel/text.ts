import { oneLine } from './one-line.js';

/**
 * Characters that no text to a person may hold. Control characters show nothing, or break a card;
 * bidirectional embeddings, overrides and isolates (U+202A–202E, U+2066–2069) make a text read differently
 * from what it says, in our card and in whatever stands after it; half a surrogate pair has no UTF-8 form.
 * The marks U+200E and U+200F, which Arabic and Hebrew texts need, stay.
 */
const UNFIT = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/gu;
const LINE_BREAK = '\n';

/** A character that a text may not hold. */
export interface UnfitCharacter {
  /** `U+0000`. */
  name: string;
  /** Its place, in Unicode code points from 1. */
  position: number;
}

/**
 * The first character of a text that may not go out to a person, nor tell one thing from another.
 * @param lineBreaks whether `\n` may stand in it; `\r` never may
 */
export function unfitCharacter(text: string, { lineBreaks = false } = {}): UnfitCharacter | undefined {
  return firstOf(text, (character) => !(lineBreaks && character === LINE_BREAK));
}

/** The first character of a text for which {@link isStorable} is false. */
export function unstorableCharacter(text: string): UnfitCharacter | undefined {
  return firstOf(text, (character) => !isStorable(character));
}

function firstOf(text: string, counts: (character: string) => boolean): UnfitCharacter | undefined {
  for (const { 0: character, index } of text.matchAll(UNFIT)) {
    if (!counts(character)) continue;
    return { name: nameOf(character), position: [...text.slice(0, index)].length + 1 };
  }
  return undefined;
}

/** `U+0000 as character 3`, to stand after "got" or "holds". */
export function sayUnfit({ name, position }: UnfitCharacter): string {
  const half = /^U\+D[89A-F]/.test(name) ? ' (half an emoji)' : '';
  return `${name}${half} as character ${position}`;
}

/**
 * A text of anybody's making as a record keeps it: what a platform, a listener or a person wrote must never
 * be the reason that its row cannot be written, nor show another text than it is. On one line, with every
 * unsafe character as its escape ({@link oneLine}); what is longer than `most` Unicode code points is cut.
 *
 * So it fits a VARCHAR(`most`) of PostgreSQL and MariaDB, which both count code points.
 */
export function recordable(text: string, most: number): string {
  // A character has two units at most; a text of a megabyte is not read whole for the sake of its first 255.
  const line = oneLine(text.slice(0, 2 * most));
  return line.length <= most ? line : [...line].slice(0, most).join('');
}

/** The same, for a column that may be NULL. */
export function recordableOrNull(text: string | null | undefined, most: number): string | null {
  return text === undefined || text === null ? null : recordable(text, most);
}

/**
 * True for a text that every database keeps as it is: PostgreSQL knows no U+0000, and half a surrogate pair
 * has no UTF-8 form.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && (text as WellFormed).isWellFormed();
}

/**
 * Of ECMAScript 2024, in every Node that this library runs on: five times as fast as a pattern, and every
 * parameter of every statement is looked at.
 */
type WellFormed = string & { isWellFormed(): boolean };

function nameOf(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
