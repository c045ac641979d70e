import type { Behaviour } from '../config/behaviour.js';
import type { Keyword, KeywordType } from '../config/subscribe-template.js';
import { isDateRange, isTimeRange } from './time-values.js';

type Rule = (value: string, wide: boolean) => boolean;

/**
 * What a value may look like by the type of its keyword: the table of the page "subscribe/send". Characters
 * are code points. Where the table can be read in two ways, `wide` takes both, as the library's
 * `checkKeywordValue`, and otherwise the narrower one alone; `test/contract/keyword-values.spec.ts` holds
 * both sides together.
 */
const RULES: Readonly<Record<Exclude<KeywordType, 'enum' | 'enum_string'>, Rule>> = {
  thing: (value) => length(value) <= 20,
  // In no table of the platform: two apps found 5; longer than a thing it will not be.
  short_thing: (value, wide) => length(value) <= (wide ? 20 : 5),
  number: (value, wide) => isDecimal(value, 32, wide),
  letter: (value, wide) =>
    (wide ? isForeign(value, /^[\p{L}\p{M}]$/u) : /^[A-Za-z]+$/.test(value)) && length(value) <= 32,
  symbol: (value, wide) => {
    const symbols = wide ? value.replace(/[\p{M}\u200d]/gu, '') : value;
    return /^[\p{P}\p{S}]{1,5}$/u.test(symbols);
  },
  character_string: (value, wide) =>
    length(value) <= 32 &&
    (wide ? isForeign(value, /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200d]$/u) : /^[\x20-\x7e]+$/.test(value)),
  time: isTimeRange,
  date: isDateRange,
  amount: (value, wide) => {
    const [, currency = '', number = ''] = /^([^\d.]*)(.*?)元?$/u.exec(value) ?? [];
    const isCurrency = /^\p{Sc}?$/u.test(currency) || (wide && /^[A-Za-z]{1,3}\p{Sc}?$/u.test(currency));
    return isCurrency && isDecimal(number, 10, wide);
  },
  phone_number: (value, wide) => /^[\d\p{P}\p{S} ]{1,17}$/u.test(value) && (wide || /\d/.test(value)),
  car_number: (value) =>
    /^(?=.{1,8}$)[\p{Script=Han}A-Za-z\d][A-Za-z\d]*[\p{Script=Han}A-Za-z\d]?$/u.test(value),
  name: (value) =>
    /^[\p{L}\p{M}\p{P}\p{S}\p{Zs}\u3007\u200c\u200d]+$/u.test(value) &&
    length(value) <= (/\p{Script=Han}/u.test(value) ? 10 : 20),
  phrase: (value) => /^\p{Script=Han}{1,5}$/u.test(value),
};

/**
 * Nothing but blanks is no value for any type, nor is what holds a line break or another control character. A
 * type that is not in the table may say anything else.
 */
export function isValueOf(
  { type, values }: Keyword,
  value: string,
  reading: Behaviour['keywordValues'] = 'wide',
): boolean {
  if (value.trim() === '' || /\p{Cc}|\p{Surrogate}/u.test(value)) return false;
  if (type === undefined) return true;
  return type === 'enum' || type === 'enum_string'
    ? values.includes(value)
    : RULES[type](value, reading === 'wide');
}

/** Digits, perhaps with a point among them: so many in all, or, read widely, so many on either side. */
function isDecimal(value: string, most: number, wide: boolean): boolean {
  if (!/^\d+(\.\d+)?$/.test(value)) return false;
  const parts = value.split('.');
  return wide ? parts.every((part) => part.length <= most) : parts.join('').length <= most;
}

/** Characters of one class, and none of them Chinese. */
function isForeign(value: string, one: RegExp): boolean {
  return [...value].every((character) => one.test(character) && !/\p{Script=Han}/u.test(character));
}

function length(value: string): number {
  return [...value].length;
}
