import fc, { type Arbitrary } from 'fast-check';

/**
 * Values of keywords, made to fit their type or not: what a check of them says is compared with how they were
 * made.
 */
export interface MadeValue {
  key: string;
  value: string;
  /** Under a wide reading of WeChat's table, where there are two. */
  fits: boolean;
  /** Under every reading. */
  fitsStrictly: boolean;
}

/** What an `enum` may say here. */
export const ENUM_VALUES = ['客厅', '餐厅', '次卧'];

const HAN = [...'王课堂配送中门店粤京使警挂李㐀𠀀'];
const LETTERS = [...'azAZmM'];
const DIGITS = [...'0123456789'];
const SYMBOLS = [...'+-*/#@!？。，（）~$￥…·😀'];
const CHINESE_SYMBOLS = [...'！？。，（）￥…·'];
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

const twoDigits = (max: number, min = 0) => fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));
const seconds = fc.oneof(one(''), all(one(':'), twoDigits(59)));
const clock = all(twoDigits(23), one(':'), twoDigits(59), seconds);
const shortClock = all(fc.nat(9).map(String), one(':'), twoDigits(59), seconds);
const anyHour = fc.oneof(twoDigits(23), fc.nat(9).map(String));
const noClock = fc.oneof(
  one('24:00', '23:60', '23:59:60'),
  all(fc.integer({ min: 24, max: 99 }).map(String), one(':'), twoDigits(59)),
  all(anyHour, one(':'), twoDigits(99, 60)),
  all(anyHour, one(':'), twoDigits(59), one(':'), twoDigits(99, 60)),
  all(anyHour, one(':'), fc.nat(9).map(String)),
  all(anyHour, one('：', '点', '', '-60', ';'), twoDigits(59)),
);

/** The forms of a day: whole, without its day, without its year; in Chinese, or with a separator. */
const PARTS = [
  ['year', 'month', 'day'],
  ['year', 'month'],
  ['month', 'day'],
] as const;
type Parts = (typeof PARTS)[number];
type Part = keyof typeof CHINESE;
const CHINESE = { year: '年', month: '月', day: '日' };
const written = (parts: Parts, day: Record<Part, number>, separator: string, pad: boolean) =>
  separator === '年'
    ? parts.map((part) => `${digitsOf(day, part, pad)}${CHINESE[part]}`).join('')
    : parts.map((part) => digitsOf(day, part, pad)).join(separator);
const digitsOf = (day: Record<Part, number>, part: Part, pad: boolean) =>
  String(day[part]).padStart(part === 'year' ? 4 : pad ? 2 : 1, '0');
const separator = one('年', '-', '/', '.');
// The calendar of the engine is the judge here: the code that is tested has its own.
const dateOf = (...forms: Parts[]) =>
  fc
    .tuple(
      fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }),
      ...([fc.constantFrom(...forms), separator, fc.boolean()] as const),
    )
    .map(([day, form, between, pad]) =>
      written(
        form,
        { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() },
        between,
        pad,
      ),
    );
const date = dateOf(...PARTS);
const wholeDate = dateOf(PARTS[0]);
const partOfDate = dateOf(PARTS[1], PARTS[2]);
const has = (parts: Parts, part: Part) => (parts as readonly Part[]).includes(part);
/** A form without a year is on the calendar of a leap year. */
const isDay = (parts: Parts, { year, month, day }: Record<Part, number>) => {
  const [y, d] = [has(parts, 'year') ? year : 2000, has(parts, 'day') ? day : 1];
  const made = new Date(Date.UTC(y, month - 1, d));
  return made.getUTCFullYear() === y && made.getUTCMonth() === month - 1 && made.getUTCDate() === d;
};
const noDate = fc.oneof(
  all(date, one(' ', '  ', '　', 'T')),
  all(one(' ', '0', '1年'), wholeDate),
  fc
    .tuple(
      fc.constantFrom(...PARTS),
      fc.record({
        year: fc.integer({ min: 1900, max: 2199 }),
        month: fc.nat(14),
        day: fc.nat(33),
      }),
      ...([separator, fc.boolean()] as const),
    )
    .filter(([parts, day]) => !isDay(parts, day))
    .map(([parts, day, between, pad]) => written(parts, day, between, pad)),
  one('2019年2月29日', '1900-02-29', '2100/02/29', '02-30', '2月30日', '2019年13月', '2019.13', '13-01'),
  one(
    '19-10-01',
    '2019-10/01',
    '2019.10-01',
    '0000-01-01',
    '0050年1月1日',
    '2019年',
    '10月',
    '1日',
    '2019',
    '10',
  ),
  one('2019年10月1', '2019年10-1', '2019-10-1日', '20191001', '2019 10 01', '2019-001'),
);
const both = all(wholeDate, one(' '), clock);
/** What stands beside a whole day in the page, beside parts of one. */
const bothOfPart = all(partOfDate, one(' '), clock);
const range = (point: Arbitrary<string>) => all(point, one('~', ' ~ ', '~ '), point);
const brokenRange = (point: Arbitrary<string>) =>
  fc.oneof(
    all(point, one('~')),
    all(one('~'), point),
    all(point, one('～', '-', '—', '至', '~~'), point),
    all(point, one('~'), point, one('~'), point),
  );
const timePoint = fc.oneof(clock, both);
const datePoint = fc.oneof(date, both);

const decimals = (limit: number) =>
  fc
    .tuple(text(DIGITS, 1, limit), fc.nat(limit))
    .map(([made, at]) => (at > 0 && at < made.length ? `${made.slice(0, at)}.${made.slice(at)}` : made));
/** Too many digits in all, not on either side of the point. */
const longDecimals = (limit: number) =>
  all(ofLength(DIGITS, limit, limit), one('.'), ofLength(DIGITS, 1, limit));
const number = decimals(32);
const CURRENCIES = ['¥', '￥', '$', '€', '£', '₩'];
const amount = fc.oneof(
  decimals(10),
  all(one(...CURRENCIES), decimals(10), one('', '元')),
  all(decimals(10), one('元')),
);
const letter = text(LETTERS, 1, 32);
const symbol = text(SYMBOLS, 1, 5);
const string = text([...LETTERS, ...DIGITS, ...ASCII_SYMBOLS], 1, 32);
const phone = all(text([...DIGITS, '+', '-', '*'], 0, 16), one(...DIGITS));
const car = fc.oneof(
  {
    weight: 5,
    arbitrary: all(
      one(...HAN, ...LETTERS, ...DIGITS),
      text([...LETTERS, ...DIGITS], 0, 6),
      one(...HAN, ...LETTERS, ...DIGITS),
    ),
  },
  { weight: 1, arbitrary: one(...HAN, ...LETTERS, ...DIGITS) },
);
const name = fc.oneof(
  text([...LETTERS, '·', '-', '.'], 1, 20),
  all(text([...HAN, ...LETTERS], 0, 9), one(...HAN)),
  text(['é', 'ю', 'か', 'ñ'], 1, 20),
);
const phrase = text(HAN, 1, 5);
const thing = text([...HAN, ...LETTERS, ...DIGITS, ...SYMBOLS], 1, 20);

interface Made {
  /** Under every reading. */
  fitting: Arbitrary<string>;
  /** Under the wider one of two. */
  widely?: Arbitrary<string>;
  misfit: Arbitrary<string>;
}

const OF_THING = [...HAN, ...LETTERS, ...DIGITS, ...SYMBOLS];

const MADE: Record<string, Made> = {
  thing: {
    fitting: thing,
    misfit: fc.oneof(tooLong(HAN, 20), tooLong(['😀', 'a'], 20), spoilt(text(HAN, 0, 10), CONTROLS)),
  },
  short_thing: {
    fitting: text(OF_THING, 1, 5),
    widely: text(OF_THING, 6, 20),
    misfit: fc.oneof(tooLong(HAN, 20), spoilt(text(HAN, 0, 4), CONTROLS)),
  },
  number: {
    fitting: number,
    widely: longDecimals(32),
    misfit: fc.oneof(
      tooLong(DIGITS, 32),
      spoilt(number, [...HAN, ...LETTERS, '-', '+', ' ', ',', '１']),
      all(number, one('.')),
      all(text(DIGITS, 1, 3), one('.'), text(DIGITS, 1, 3), one('.'), text(DIGITS, 1, 3)),
      all(number, one('.'), tooLong(DIGITS, 32)),
    ),
  },
  letter: {
    fitting: letter,
    widely: spoilt(text(LETTERS, 0, 31), ['é', 'ñ', 'Ж', 'ａ']),
    misfit: fc.oneof(tooLong(LETTERS, 32), spoilt(letter, [...HAN, ...DIGITS, ...SYMBOLS, ' '])),
  },
  symbol: {
    fitting: symbol,
    widely: all(text(SYMBOLS, 0, 3), one('❤️', '👨‍👩', '☀️')),
    misfit: fc.oneof(tooLong(SYMBOLS, 5), spoilt(symbol, [...HAN, ...LETTERS, ...DIGITS, ' '])),
  },
  character_string: {
    fitting: string,
    widely: fc.oneof(
      spoilt(text(LETTERS, 0, 31), [...CHINESE_SYMBOLS, 'é', '😀', '①']),
      text(CHINESE_SYMBOLS, 1, 32),
    ),
    misfit: fc.oneof(tooLong([...LETTERS, ...DIGITS, '#'], 32), spoilt(text([...LETTERS, '，'], 0, 20), HAN)),
  },
  time: {
    fitting: fc.oneof(timePoint, range(timePoint)),
    widely: fc.oneof(
      shortClock,
      bothOfPart,
      all(wholeDate, one(' '), shortClock),
      all(bothOfPart, one('~'), clock),
    ),
    misfit: fc.oneof(
      noClock,
      date,
      range(date),
      all(noDate, one(' '), clock),
      all(date, one(' '), noClock),
      brokenRange(timePoint),
      range(noClock),
      spoilt(clock, [...HAN, ...LETTERS, '+']),
    ),
  },
  date: {
    fitting: fc.oneof(datePoint, range(datePoint)),
    widely: fc.oneof(bothOfPart, all(wholeDate, one(' '), shortClock), all(both, one('~', ' ~ '), clock)),
    misfit: fc.oneof(
      noDate,
      clock,
      all(noDate, one(' '), clock),
      all(date, one(' '), noClock),
      all(date, one('~'), clock),
      all(clock, one('~'), date),
      brokenRange(datePoint),
    ),
  },
  amount: {
    fitting: amount,
    widely: fc.oneof(
      all(one('¥', ''), longDecimals(10), one('', '元')),
      all(one('HK$', 'US$', 'NT$', 'RMB', 'CNY', 'Rs'), decimals(10), one('', '元')),
    ),
    misfit: fc.oneof(
      tooLong(DIGITS, 10),
      all(one('¥'), tooLong(DIGITS, 10)),
      all(one('¥', ''), decimals(10), one(...LETTERS, '-', ',', ' ', '课')),
      all(one(...CURRENCIES), one('-', ' ', '课', ...LETTERS), decimals(10)),
      all(one('¥', '$'), one('¥', '$'), decimals(10)),
      all(one('ABCD', '人民币', '-'), decimals(10)),
      all(decimals(10), one('圆', '元元', '万元')),
    ),
  },
  phone_number: {
    fitting: phone,
    widely: text(['+', '-', '*', '·'], 1, 17),
    misfit: fc.oneof(tooLong(DIGITS, 17), spoilt(text(DIGITS, 1, 10), [...HAN, ...LETTERS])),
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
  const { fitting, widely, misfit } = MADE[type];
  const as = (fits: boolean, fitsStrictly: boolean, values: Arbitrary<string>) =>
    values.map((value): MadeValue => ({ key: `${type}1`, value, fits, fitsStrictly }));
  return fc.oneof(
    { weight: 5, arbitrary: as(true, true, fitting) },
    ...(widely ? [{ weight: 3, arbitrary: as(true, false, widely) }] : []),
    { weight: 4, arbitrary: as(false, false, misfit) },
    { weight: 1, arbitrary: as(false, false, never) },
  );
}

/** Values of each type that a run tries; `KEYWORDS=full` for the full size. */
export const MADE_VALUES = process.env.KEYWORDS === 'full' ? 10_000 : 300;
