/**
 * A value that no endpoint expects. It is kept as JSON text: some of them no serializer could write, and some
 * no literal can say.
 */
export interface StrangeValue {
  name: string;
  /** As it stands in a JSON body; `undefined` takes the field out. */
  json: string | undefined;
  /** As it stands in a path, in a query or in a form, before it is percent-encoded. */
  text: string;
  /** Tried at every place in every run; the others take turns (see {@link valuesFor}). */
  always?: boolean;
}

const DEEP = 20_000;

const text = (name: string, value: string, always = false): StrangeValue => ({
  name,
  json: JSON.stringify(value),
  text: value,
  always,
});
const json = (name: string, value: string, always = false): StrangeValue => ({
  name,
  json: value,
  text: value,
  always,
});

/** Lone surrogates are written as escapes: a request is UTF-8, in which they have no form of their own. */
export const STRANGE_VALUES: readonly StrangeValue[] = [
  { name: 'nothing', json: undefined, text: '' },
  json('null', 'null', true),
  json('an object without a usable toString', '{"toString":"x"}', true),
  json('an object whose toString and valueOf are numbers', '{"toString":1,"valueOf":2}'),
  json('lists, nested 20,000 deep', '['.repeat(DEEP) + ']'.repeat(DEEP), true),
  json('objects, nested 15,000 deep', `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`),
  text('a NUL', 'a\0b', true),
  text('half a surrogate pair', 'a\ud83d', true),
  text('the other half', '\ude00b'),
  text('__proto__', '__proto__', true),
  text('constructor', 'constructor'),
  text('toString', 'toString'),
  text('hasOwnProperty', 'hasOwnProperty'),
  json('an object with the member __proto__', '{"__proto__":{"polluted":1}}'),
  json('an object with the member constructor', '{"constructor":{"prototype":{"polluted":1}}}'),
  json('an object with the member hasOwnProperty', '{"hasOwnProperty":1}'),
  json('an object that looks like a promise', '{"then":"x"}'),
  json('an object that looks like a list', '{"length":3,"0":"a"}'),
  json('an empty object', '{}', true),
  json('an empty list', '[]'),
  json('a list of null', '[null]'),
  json('a list of a list', '[["x"]]'),
  json('5,000 items', `[${Array(5000).fill('0').join()}]`),
  json('true', 'true'),
  json('false', 'false'),
  json('0', '0'),
  json('-0', '-0'),
  json('-1', '-1'),
  json('1.5', '1.5'),
  json('1e21', '1e21'),
  json('1e400', '1e400'),
  json('a number beyond 2^53', '9007199254740993'),
  text('an empty text', ''),
  text('white space', ' \t\u3000'),
  text('control characters', '\u0001\u001b[31m\u007f\u0085'),
  text('a line break and a header', 'x\r\nSet-Cookie: a=b'),
  text('20,000 characters', 'x'.repeat(20_000), true),
  text('20,000 emoji', '😀'.repeat(10_000)),
  text('a quote', `'" OR 1=1 --`),
  text('a NUL, percent-encoded twice', '%00'),
  text('a wrong percent-encoding within', '%E0%A4%A'),
  text('a path', '../../etc/passwd'),
  text('a placeholder', '{{__proto__}}{{toString}}'),
  text('a replacement pattern', "$&$1$`$'"),
  text('NaN', 'NaN'),
  text('Infinity', '-Infinity'),
  text('digits', '12345'),
  text('hexadecimal digits', '0x1F'),
  text('the last moment of a Date', '+275760-09-13T00:00:00.000Z'),
  text('the last moment of a calendar', '9999-12-31T23:59:59.999Z'),
  text('a moment before all of them', '0000-01-01T00:00:00Z'),
  text('a day that is none', '2026-02-30'),
  text('a UUID in capitals', '0199AAAA-BBBB-7CCC-8DDD-EEEEFFFF0000'),
  text('characters that cannot be seen', '\u200b\u202e\ufeff'),
  text('a noncharacter', '\uffff\u{10ffff}'),
];

/** Of everything that is not always tried, a run that is not full tries one in so many. */
export const SHARE = 16;

/** Members that a body may bring along at any depth: name and value as JSON text. */
export const STRANGE_MEMBERS: readonly { name: string; json: string }[] = [
  { name: 'the member __proto__', json: '"__proto__":{"polluted":1}' },
  { name: 'the member constructor', json: '"constructor":{"prototype":{"polluted":1}}' },
  { name: 'the member toString', json: '"toString":"x"' },
  { name: 'the member hasOwnProperty', json: '"hasOwnProperty":1' },
  { name: 'the member valueOf, nested deep', json: `"valueOf":${'['.repeat(5000)}${']'.repeat(5000)}` },
  { name: 'the member then', json: '"then":"x"' },
  { name: 'a member without a name', json: '"":1' },
  { name: 'a member whose name has a NUL', json: '"a\\u0000b":1' },
  { name: 'a member whose name is half a surrogate pair', json: '"\\ud83d":"x"' },
  { name: 'a member with a long name', json: `"${'n'.repeat(10_000)}":1` },
  { name: 'a member that nobody knows, nested deep', json: `"x":${'['.repeat(DEEP)}${']'.repeat(DEEP)}` },
];

/**
 * The values that are tried at the `place`th place: all of them in a full run, else those that are always
 * tried and one in SHARE of the others, another one for each `turn`.
 */
export function valuesFor(place: number, turn: number, full: boolean): readonly StrangeValue[] {
  return STRANGE_VALUES.filter(({ always }, index) => full || always || (index + place + turn) % SHARE === 0);
}
