import fc, { type Arbitrary } from 'fast-check';

/** Values of keywords, made to fit their type or not: what a check of them says is compared with how they were made. */
export interface MadeValue {
  key: string;
  value: string;
  fits: boolean;
}

/** What an `enum` may say here. */
export const ENUM_VALUES = ['客厅', '餐厅', '次卧'];

const HAN = [...'王课堂配送中门店粤京使警挂李㐀𠀀'];
const LETTERS = [...'azAZmM'];
const DIGITS = [...'0123456789'];
const SYMBOLS = [...'+-*/#@!？。，（）~$￥…·😀'];
const ASCII_SYMBOLS = [...'+-*/#@!~$:;.,()'];
const CONTROLS = ['\n', '\r', '\t', '\u0000', '\u007f', '\u0085'];

const ofLength = (characters: string[], minLength: number, maxLength: number): Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...characters), { minLength, maxLength, size: 'max' })
    .map((parts) => parts.join(''));
/** One time in four as long as it may be: that is where the mistakes are. */
const text = (characters: string[], min: number, max: number): Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: ofLength(characters, min, max) },
    { weight: 1, arbitrary: ofLength(characters, max, max) },
  );
const tooLong = (characters: string[], limit: number): Arbitrary<string> =>
  fc.oneof(ofLength(characters, limit + 1, limit + 1), ofLength(characters, limit + 1, limit + 20));
/** A text with one part that does not belong into it, anywhere. */
const spoilt = (good: Arbitrary<string>, bad: string[]): Arbitrary<string> =>
  fc.tuple(good, fc.constantFrom(...bad), fc.nat()).map(([value, part, seed]) => {
    const characters = [...value];
    characters.splice(seed % (characters.length + 1), 0, part);
    return characters.join('');
  });
const all = (...parts: Arbitrary<string>[]) => fc.tuple(...parts).map((made) => made.join(''));
const one = (...values: string[]) => fc.constantFrom(...values);

const padded = (max: number, min = 0) =>
  fc
    .tuple(fc.integer({ min, max }), fc.boolean())
    .map(([n, pad]) => (pad ? String(n).padStart(2, '0') : String(n)));
const twoDigits = (max: number, min = 0) => fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));
const clock = all(padded(23), one(':'), twoDigits(59), fc.oneof(one(''), all(one(':'), twoDigits(59))));
const noClock = fc.oneof(
  one('24:00', '23:60', '23:59:60'),
  all(fc.integer({ min: 24, max: 99 }).map(String), one(':'), twoDigits(59)),
  all(padded(23), one(':'), twoDigits(99, 60)),
  all(padded(23), one(':'), twoDigits(59), one(':'), twoDigits(99, 60)),
  all(padded(23), one(':'), fc.integer({ min: 0, max: 9 }).map(String)),
  all(padded(23), one('：', '.', '点', ''), twoDigits(59)),
);

const written = (year: number, month: number, day: number, style: number, pad: boolean) => {
  const [m, d] = [month, day].map((n) => (pad ? String(n).padStart(2, '0') : String(n)));
  const y = String(year).padStart(4, '0');
  return [`${y}年${m}月${d}日`, `${y}-${m}-${d}`, `${y}/${m}/${d}`][style];
};
const style = fc.tuple(fc.nat(2), fc.boolean());
// The calendar of the engine is the judge here: the code that is tested has its own.
const date = fc
  .tuple(fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }), style)
  .map(([day, [form, pad]]) =>
    written(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate(), form, pad),
  );
const isDay = (year: number, month: number, day: number) => {
  const made = new Date(Date.UTC(year, month - 1, day));
  return made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
};
const noDate = fc.oneof(
  all(date, one(' ', '  ', '　', 'T')),
  all(one(' ', '0', '1'), date),
  fc
    .tuple(fc.integer({ min: 1900, max: 2199 }), fc.nat(14), fc.nat(33), style)
    .filter(([year, month, day]) => !isDay(year, month, day))
    .map(([year, month, day, [form, pad]]) => written(year, month, day, form, pad)),
  one(
    '2019年2月29日',
    '1900-02-29',
    '2100/02/29',
    '10月1日',
    '2019年10月',
    '19-10-01',
    '2019.10.01',
    '2019-10/01',
    '0000-01-01',
    '0050年1月1日',
  ),
);
const both = all(date, one(' '), clock);
const range = (point: Arbitrary<string>) => all(point, one('~', ' ~ ', '~ '), point);
const brokenRange = (point: Arbitrary<string>) =>
  fc.oneof(all(point, one('~')), all(one('~'), point), all(point, one('~'), point, one('~'), point));
const timePoint = fc.oneof(clock, both);
const datePoint = fc.oneof(date, both);

const decimals = (limit: number) =>
  fc
    .tuple(text(DIGITS, 1, limit), fc.nat(limit))
    .map(([made, at]) => (at > 0 && at < made.length ? `${made.slice(0, at)}.${made.slice(at)}` : made));
const number = decimals(32);
const amount = fc.oneof(
  decimals(10),
  all(one('¥', '￥', '$', '€', '£', '₩'), decimals(10), one('', '元')),
  all(decimals(10), one('元')),
);
const letter = text(LETTERS, 1, 32);
const symbol = text(SYMBOLS, 1, 5);
const string = text([...LETTERS, ...DIGITS, ...ASCII_SYMBOLS], 1, 32);
const phone = all(text([...DIGITS, '+', '-', '*'], 0, 16), one(...DIGITS));
const car = all(
  one(...HAN, ...LETTERS, ...DIGITS),
  text([...LETTERS, ...DIGITS], 0, 6),
  one(...HAN, ...LETTERS, ...DIGITS),
);
const name = fc.oneof(
  text([...LETTERS, '·', '-', '.'], 1, 20),
  all(text([...HAN, ...LETTERS], 0, 9), one(...HAN)),
  text(['é', 'ю', 'か', 'ñ'], 1, 20),
);
const phrase = text(HAN, 1, 5);
const thing = text([...HAN, ...LETTERS, ...DIGITS, ...SYMBOLS], 1, 20);

const MADE: Record<string, { fitting: Arbitrary<string>; misfit: Arbitrary<string> }> = {
  thing: {
    fitting: thing,
    misfit: fc.oneof(tooLong(HAN, 20), tooLong(['😀', 'a'], 20), spoilt(text(HAN, 0, 10), CONTROLS)),
  },
  number: {
    fitting: number,
    misfit: fc.oneof(
      tooLong(DIGITS, 32),
      spoilt(number, [...HAN, ...LETTERS, '-', '+', ' ', ',', '１']),
      all(number, one('.')),
      all(text(DIGITS, 1, 3), one('.'), text(DIGITS, 1, 3), one('.'), text(DIGITS, 1, 3)),
    ),
  },
  letter: {
    fitting: letter,
    misfit: fc.oneof(tooLong(LETTERS, 32), spoilt(letter, [...HAN, ...DIGITS, ...SYMBOLS, ' ', 'é'])),
  },
  symbol: {
    fitting: symbol,
    misfit: fc.oneof(tooLong(SYMBOLS, 5), spoilt(symbol, [...HAN, ...LETTERS, ...DIGITS, ' '])),
  },
  character_string: {
    fitting: string,
    misfit: fc.oneof(
      tooLong([...LETTERS, ...DIGITS, '#'], 32),
      spoilt(text(LETTERS, 0, 20), [...HAN, '，', '（', 'é', '😀']),
    ),
  },
  time: {
    fitting: fc.oneof(timePoint, range(timePoint)),
    misfit: fc.oneof(
      noClock,
      date,
      all(noDate, one(' '), clock),
      all(date, one(' '), noClock),
      brokenRange(timePoint),
      range(noClock),
      spoilt(clock, [...HAN, ...LETTERS, '+']),
    ),
  },
  date: {
    fitting: fc.oneof(datePoint, range(datePoint)),
    misfit: fc.oneof(
      noDate,
      clock,
      all(noDate, one(' '), clock),
      all(date, one(' '), noClock),
      brokenRange(datePoint),
    ),
  },
  amount: {
    fitting: amount,
    misfit: fc.oneof(
      tooLong(DIGITS, 10),
      all(one('¥'), tooLong(DIGITS, 10)),
      spoilt(amount, [...LETTERS, '-', ',', ' ', '课']),
      all(one('¥', '$'), one('¥', '$'), decimals(10)),
      all(one('HK$', 'US$', 'RMB'), decimals(10)),
      all(decimals(10), one('圆', '元元', '万元')),
    ),
  },
  phone_number: {
    fitting: phone,
    misfit: fc.oneof(
      tooLong(DIGITS, 17),
      spoilt(text(DIGITS, 1, 10), [...HAN, ...LETTERS]),
      text(['+', '-'], 1, 9),
    ),
  },
  car_number: {
    fitting: car,
    misfit: fc.oneof(
      tooLong([...LETTERS, ...DIGITS], 8),
      all(text(LETTERS, 1, 3), one(...HAN), text(LETTERS, 1, 3)),
      spoilt(car, ['-', '·', ' ', '。']),
    ),
  },
  name: {
    fitting: name,
    misfit: fc.oneof(
      tooLong(LETTERS, 20),
      tooLong(HAN, 10),
      all(one(...HAN), text(LETTERS, 10, 19)),
      spoilt(text(LETTERS, 1, 9), DIGITS),
    ),
  },
  phrase: {
    fitting: phrase,
    misfit: fc.oneof(tooLong(HAN, 5), spoilt(text(HAN, 0, 4), [...LETTERS, ...DIGITS, ...SYMBOLS, ' '])),
  },
  enum: {
    fitting: one(...ENUM_VALUES),
    misfit: fc.oneof(spoilt(one(...ENUM_VALUES), [...HAN, ' ', ...CONTROLS]), text(HAN, 1, 20)),
  },
};

export const MADE_TYPES = Object.keys(MADE);

/** Of every type, what is empty, only white space or holds a line break fits nothing. */
const never = fc.oneof(one('', ' ', '　', '\n', ' \t '), spoilt(text(DIGITS, 1, 3), CONTROLS));

/** About as many that fit as do not. */
export function madeValue(type: string): Arbitrary<MadeValue> {
  const { fitting, misfit } = MADE[type];
  const key = fc.constant(`${type}1`);
  const as = (fits: boolean, values: Arbitrary<string>) =>
    fc.tuple(key, values).map(([k, value]): MadeValue => ({ key: k, value, fits }));
  return fc.oneof(
    { weight: 5, arbitrary: as(true, fitting) },
    { weight: 4, arbitrary: as(false, misfit) },
    { weight: 1, arbitrary: as(false, never) },
  );
}

/** Values of each type that a run tries; `KEYWORDS=full` for the full size. */
export const MADE_VALUES = process.env.KEYWORDS === 'full' ? 10_000 : 300;
