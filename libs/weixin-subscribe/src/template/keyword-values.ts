import { countCharacters, describe, outline } from '../common/describe.js';
import { isDate, isOneOrRange, isTime } from './keyword-moments.js';

interface KeywordRule {
  /** Completes "must be …". */
  says: string;
  holds(value: string): boolean;
}

const digits = (value: string) => value.replace(/\D/g, '').length;

/** Types of keywords and what their values may be (weixin-api.md §6.1). */
const RULES = {
  thing: {
    says: 'text of 1 to 20 characters (Unicode code points)',
    holds: (value) => countCharacters(value) <= 20,
  },
  number: {
    says: 'a number of 1 to 32 digits, with decimals or without, no sign',
    holds: (value) => /^\d+(?:\.\d+)?$/.test(value) && digits(value) <= 32,
  },
  letter: {
    says: '1 to 32 letters A–Z',
    holds: (value) => /^[A-Za-z]{1,32}$/.test(value),
  },
  symbol: {
    says: '1 to 5 symbols',
    holds: (value) => /^[\p{P}\p{S}]{1,5}$/u.test(value),
  },
  character_string: {
    says: '1 to 32 digits, letters A–Z or symbols of ASCII, no Chinese',
    holds: (value) => /^[\x20-\x7e]{1,32}$/.test(value),
  },
  time: {
    says: 'a 24-hour time, with a date or without, or two of them joined by "~", e.g. "15:01" or "2019年10月1日 15:01"',
    holds: (value) => isOneOrRange(value, isTime),
  },
  date: {
    says: 'a date, with a 24-hour time or without, or two of them joined by "~", e.g. "2019年10月1日" or "2019年10月1日 15:01"',
    holds: (value) => isOneOrRange(value, isDate),
  },
  amount: {
    says: 'an amount of 1 to 10 digits, with decimals or without, with one currency symbol before it or 元 after it',
    holds: (value) => /^\p{Sc}?\d+(?:\.\d+)?元?$/u.test(value) && digits(value) <= 10,
  },
  phone_number: {
    says: 'a telephone number of 1 to 17 digits and symbols',
    holds: (value) => /^[\d\p{P}\p{S} ]{1,17}$/u.test(value) && /\d/.test(value),
  },
  car_number: {
    says: 'a number plate of 2 to 8 letters or digits, whose first and last may be Chinese',
    holds: (value) => /^[\p{Script=Han}A-Za-z0-9][A-Za-z0-9]{0,6}[\p{Script=Han}A-Za-z0-9]$/u.test(value),
  },
  name: {
    says: 'a name of 1 to 10 characters with Chinese ones in it, or of 1 to 20 letters and symbols, no digits',
    holds: (value) =>
      /^[\p{L}\p{M}\p{P}\p{S}\p{Zs}\u3007]+$/u.test(value) &&
      countCharacters(value) <= (/\p{Script=Han}/u.test(value) ? 10 : 20),
  },
  phrase: {
    says: '1 to 5 Chinese characters',
    holds: (value) => /^\p{Script=Han}{1,5}$/u.test(value),
  },
  enum: { says: 'one of the values that the template lists', holds: () => true },
} satisfies Record<string, KeywordRule>;

export type KeywordType = keyof typeof RULES;

export const KEYWORD_TYPES = Object.freeze(Object.keys(RULES)) as readonly KeywordType[];

const KEY = /^([a-z]+(?:_[a-z]+)*)([1-9]\d{0,3})$/;

/** WeChat's own sample writes `enum_string2` where its table of types says `enum`. */
const OTHER_NAMES: Partial<Record<string, KeywordType>> = { enum_string: 'enum' };

/** The type of a keyword such as `thing1`, or `undefined` when that is none. */
export function keywordType(key: string): KeywordType | undefined {
  const name = KEY.exec(key)?.[1] ?? '';
  const known = OTHER_NAMES[name] ?? name;
  return Object.hasOwn(RULES, known) ? (known as KeywordType) : undefined;
}

/**
 * What is wrong with the value of a keyword, to be read after the field's name; `undefined`: nothing. The value itself is never shown.
 *
 * Characters are Unicode code points. The limits are those of weixin-api.md §6.1; where WeChat's table leaves something open:
 * - no value may be empty, only white space, or hold control characters (a line break is one) or half an emoji;
 * - the digits of `number` and `amount` are counted without the point, before and after it together; there is no sign;
 * - `amount` may do without a currency symbol; the symbol is one character (`¥`, not `HK$`);
 * - a space counts as a symbol in `character_string`, `phone_number` and `name`, not in `symbol`;
 * - the symbols of `character_string` are those of ASCII, since Chinese punctuation may count as Chinese;
 * - `phone_number` holds at least one digit; `name` holds none;
 * - letters are A–Z, but in `name` those of any script; a name with one Chinese character counts as Chinese;
 * - a date is written `2019年10月1日`, `2019-10-01` or `2019/10/01` (leading zeros or not) and must be on the calendar; a time is written
 *   `15:01` or `15:01:30`, 00:00 to 23:59:59; both points of a range are complete, and their order is not looked at;
 * - `enum` is checked against the template's list by `checkTemplateData`, and accepts everything here.
 * @param key type and number, e.g. `thing1`
 */
export function checkKeywordValue(key: string, value: unknown): string | undefined {
  const type = keywordType(key);
  if (!type)
    return `belongs to no known type of keyword: write a type and a number, e.g. "thing1"; types are ${KEYWORD_TYPES.join(', ')}`;
  const { says, holds }: KeywordRule = RULES[type];
  if (typeof value !== 'string') return `must be ${says}, got ${kindOf(value)}`;
  const trouble = unprintable(value);
  if (trouble) return `must be ${says}, got ${trouble}`;
  return holds(value) ? undefined : `must be ${says}, got ${outline(value)}`;
}

function unprintable(value: string): string | undefined {
  if (value === '') return '0 characters';
  if (/\p{Surrogate}/u.test(value)) return 'text that is not valid Unicode (half an emoji)';
  if (value.trim() === '') return 'only white space';
  return /\p{Cc}/u.test(value) ? 'a line break or another control character' : undefined;
}

/** A number may be a telephone number: it is not shown either. */
function kindOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' ? 'a number, not text' : describe(value);
}
