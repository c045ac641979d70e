import { oneLine } from './one-line.js';

const SHOWN = 60;

/** Unicode code points: an emoji of one code point counts 1, although JavaScript's `length` says 2. */
export function countCharacters(text: string): number {
  return [...text].length;
}

/** A value as it may stand in a message: short, and never the content of an object. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  if (value !== null && typeof value === 'object') return 'an object';
  if (typeof value !== 'string') return String(value);
  const characters = [...value];
  if (characters.length <= SHOWN) return quoted(value);
  return `${quoted(`${characters.slice(0, SHOWN).join('')}…`)} (${characters.length} characters)`;
}

/** As JSON has it, and what JSON leaves as it is but would turn the text around it is written out as well. */
const quoted = (text: string) => oneLine(JSON.stringify(text));

/** What a value is like that may be a secret, without showing it. */
export function outline(value: unknown): string {
  return typeof value === 'string' ? `other text (${countCharacters(value)} characters)` : describe(value);
}
