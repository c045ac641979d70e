import { countCharacters, describe, outline } from '../kernel/describe.js';
import { sayUnfit, unfitCharacter } from '../kernel/text.js';
import { isDateOrRange, isOneOrRange, isTime } from './keyword-moments.js';

interface KeywordRule {
  /** Completes "must be …". */
  says: string;
  holds(value: string): boolean;
}

/** At most so many digits before the point, and as many after it. */
const decimals = (most: number) => `\\d{1,${most}}(?:\\.\\d{1,${most}})?`;
const NUMBER = new RegExp(`^${decimals(32)}$`);
const AMOUNT = new RegExp(`^(?:[A-Za-z]{1,3}\\p{Sc}?|\\p{Sc})?${decimals(10)}元?$`, 'u');
/** Of any script but Chinese, with their marks. */
const LETTERS = /^(?:(?!\p{Script=Han})[\p{L}\p{M}])+$/u;
const NO_CHINESE = /^(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200D])+$/u;
const SYMBOLS = /^[\p{P}\p{S}\p{M}\u200D]+$/u;

/** Types of keywords and what their values may be: the table of WeChat's page "subscribe/send". */
const RULES = {
  thing: {
    says: 'text of 1 to 20 characters (Unicode code points)',
    holds: (value) => countCharacters(value) <= 20,
  },
  short_thing: {
    says: 'text of 1 to 20 characters (Unicode code points)',
    holds: (value) => countCharacters(value) <= 20,
  },
  number: {
    says: 'a number of 1 to 32 digits, with decimals or without, no sign',
    holds: (value) => NUMBER.test(value),
  },
  letter: {
    says: '1 to 32 letters, none of them Chinese',
    holds: (value) => LETTERS.test(value) && countCharacters(value) <= 32,
  },
  symbol: {
    says: '1 to 5 symbols',
    holds: (value) => SYMBOLS.test(value) && within(1, 5, value.match(/[\p{P}\p{S}]/gu)?.length ?? 0),
  },
  character_string: {
    says: '1 to 32 digits, letters or symbols, no Chinese characters',
    holds: (value) => NO_CHINESE.test(value) && countCharacters(value) <= 32,
  },
  time: {
    says: 'a 24-hour time, with a date or without, or two of them joined by "~", e.g. "15:01" or "2019年10月1日 15:01"',
    holds: (value) => isOneOrRange(value, isTime),
  },
  date: {
    says: 'a date, of which the year or the day may be missing, with a 24-hour time or without, or two of them joined by "~", e.g. "2019年10月1日", "2019-10", "10月1日" or "2019.10.01 15:01"',
    holds: isDateOrRange,
  },
  amount: {
    says: 'an amount of 1 to 10 digits, with decimals or without, with a currency before it or 元 after it',
    holds: (value) => AMOUNT.test(value),
  },
  phone_number: {
    says: 'a telephone number of 1 to 17 digits and symbols',
    holds: (value) => /^[\d\p{P}\p{S} ]{1,17}$/u.test(value),
  },
  car_number: {
    says: 'a number plate of 1 to 8 letters or digits, whose first and last may be Chinese',
    holds: (value) =>
      /^[\p{Script=Han}A-Za-z0-9](?:[A-Za-z0-9]{0,6}[\p{Script=Han}A-Za-z0-9])?$/u.test(value),
  },
  name: {
    says: 'a name of 1 to 10 characters with Chinese ones in it, or of 1 to 20 letters and symbols, no digits',
    holds: (value) =>
      /^[\p{L}\p{M}\p{P}\p{S}\p{Zs}\u3007\u200C\u200D]+$/u.test(value) &&
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

/** The type of a keyword such as `thing1`, or `undefined` when it is none of {@link KEYWORD_TYPES}. */
export function keywordType(key: string): KeywordType | undefined {
  const name = namedType(key) ?? '';
  const known = OTHER_NAMES[name] ?? name;
  return Object.hasOwn(RULES, known) ? (known as KeywordType) : undefined;
}

/**
 * The name of a type that this library does not know, of a keyword that is one by its form: `lesson` of
 * `lesson1`. WeChat adds types without listing them, so such a keyword is sent; `undefined` for a known one,
 * and for what is no keyword.
 */
export function unknownKeywordType(key: string): string | undefined {
  return keywordType(key) === undefined ? namedType(key) : undefined;
}

/** Whether a key is a type and a number, whatever the type. */
export const isKeyword = (key: string): boolean => namedType(key) !== undefined;

const namedType = (key: string): string | undefined => KEY.exec(key)?.[1];

/**
 * What is wrong with the value of a keyword, to be read after the field's name; `undefined`: nothing. The
 * value itself is never shown.
 *
 * Characters are Unicode code points. What WeChat's table of types leaves open is read widely, since a value
 * that WeChat might take must not be refused here; one that it does not take costs nothing but its answer,
 * 47003:
 * - no value may be empty or only white space, or hold control characters (a line break is one), half an
 *   emoji, or characters that turn the direction
 *   of writing;
 * - a keyword of a type that is not in the table, `lesson1`, may say anything else;
 * - `short_thing` stands in no table of WeChat's: it may be as long as a `thing`, though apps report 5
 *   characters;
 * - `number` and `amount` have so many digits before the point, and as many after it; there is no sign;
 * - `amount` may do without a currency; it is one symbol (`¥`), or up to three letters with or without one
 *   (`HK$`, `CNY`);
 * - a space counts as a symbol in `character_string`, `phone_number` and `name`, not in `symbol`;
 * - letters and symbols are those of any script; Chinese characters are neither, Chinese punctuation is
 *   symbols;
 * - an emoji of several code points is as many symbols as it has parts, joiners and variants not counted;
 * - a `name` has no digits, and counts as Chinese with one Chinese character in it;
 * - a date is written `2019年10月1日`, `2019-10-01`, `2019/10/01` or `2019.10.01` (leading zeros or not),
 *   without its day (`2019年10月`, `2019-10`) or without its
 *   year (`10月1日`, `10-01`), and must be on the calendar; a time is written `15:01` or `15:01:30`, 00:00 to
 *   23:59:59. The order of the two points of a
 *   range is not looked at; after a date with a time, the second may be a time alone;
 * - `enum` is checked against the template's list by `checkTemplateData`, and accepts everything here.
 * @param key type and number, e.g. `thing1`
 */
export function checkKeywordValue(key: string, value: unknown): string | undefined {
  const type = keywordType(key);
  if (!isKeyword(key))
    return `is no keyword: write a type and a number, e.g. "thing1"; known types are ${KEYWORD_TYPES.join(', ')}`;
  const { says, holds }: KeywordRule = type ? RULES[type] : ANYTHING;
  if (typeof value !== 'string') return `must be ${says}, got ${kindOf(value)}`;
  const trouble = unprintable(value);
  if (trouble) return `must be ${says}, got ${trouble}`;
  return holds(value) ? undefined : `must be ${says}, got ${outline(value)}`;
}

const ANYTHING: KeywordRule = { says: 'text', holds: () => true };

/** A value of no known type: of a keyword that WeChat's list names in another form than its pages do. */
export function checkAnyValue(value: unknown): string | undefined {
  return checkKeywordValue('any1', value);
}

function unprintable(value: string): string | undefined {
  if (value === '') return '0 characters';
  if (value.trim() === '') return 'only white space';
  const unfit = unfitCharacter(value);
  return unfit && sayUnfit(unfit);
}

const within = (least: number, most: number, count: number) => count >= least && count <= most;

/** A number may be a telephone number: it is not shown either. */
function kindOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' ? 'a number, not text' : describe(value);
}
