import type { Keyword, KeywordType } from '../config/subscribe-template.js';
import { isDate, isTime } from './time-values.js';

/**
 * What a value may look like by the type of its keyword: the table of the page "subscribe/send" (§6.1). Characters are code
 * points. Where the table leaves something open, the library's `checkKeywordValue` says how it is read; `test/contract/keyword-values.spec.ts`
 * holds both together.
 */
const RULES: Readonly<Record<Exclude<KeywordType, 'enum'>, (value: string) => boolean>> = {
  thing: (value) => length(value) <= 20,
  number: (value) => /^\d+(\.\d+)?$/.test(value) && digits(value) <= 32,
  letter: (value) => /^[A-Za-z]{1,32}$/.test(value),
  symbol: (value) => /^[\p{P}\p{S}]{1,5}$/u.test(value),
  character_string: (value) => /^[\x20-\x7e]{1,32}$/.test(value),
  time: (value) => isRange(value, isTime),
  date: (value) => isRange(value, isDate),
  amount: (value) => /^\p{Sc}?\d+(\.\d+)?元?$/u.test(value) && digits(value) <= 10,
  phone_number: (value) => /^[\d\p{P}\p{S} ]{1,17}$/u.test(value) && digits(value) > 0,
  car_number: (value) => /^[\p{Script=Han}A-Za-z\d][A-Za-z\d]{0,6}[\p{Script=Han}A-Za-z\d]$/u.test(value),
  name: (value) =>
    /^[\p{L}\p{M}\p{P}\p{S}\p{Zs}\u3007]+$/u.test(value) &&
    length(value) <= (/\p{Script=Han}/u.test(value) ? 10 : 20),
  phrase: (value) => /^\p{Script=Han}{1,5}$/u.test(value),
};

/** Nothing but blanks is no value for any type, nor is what holds a line break or another control character. */
export function isValueOf({ type, values }: Keyword, value: string): boolean {
  if (value.trim() === '' || /\p{Cc}|\p{Surrogate}/u.test(value)) return false;
  return type === 'enum' ? values.includes(value) : RULES[type](value);
}

/** One value, or two joined by `~`, which may have a space on either side. */
function isRange(value: string, isOne: (part: string) => boolean): boolean {
  const parts = value.split(/ ?~ ?/);
  return parts.length <= 2 && parts.every(isOne);
}

function length(value: string): number {
  return [...value].length;
}

function digits(value: string): number {
  return value.replace(/\D/g, '').length;
}
