import 'reflect-metadata';
import { IsOptional, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { countCharacters } from './describe.js';
import { InvalidInputError } from './errors.js';
import {
  EmptyAsAbsent,
  FromDigits,
  IsAnyText,
  IsHttpUrl,
  IsIdentifier,
  IsIdentifierList,
  IsLike,
  IsMoment,
  IsOneOf,
  IsPlainObject,
  IsScene,
  IsText,
  IsWhole,
  Nested,
  validateInput,
} from './validation.js';

class Text {
  @IsText(1, 15)
  text!: string;
}

class Lines {
  @IsText(1, 15, { lineBreaks: true })
  text!: string;
}

class Anything {
  @IsAnyText(15)
  text!: string;
}

class Scene {
  @FromDigits()
  @IsScene()
  scene!: number;
}

class Moment {
  @IsMoment()
  at!: Date;
}

class Address {
  @IsHttpUrl()
  url!: string;
}

class Inner {
  @IsText(1, 200)
  value!: string;
}

class Outer {
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => Inner)
  content!: Inner;

  @IsOptional()
  @IsWhole(-3, 3)
  level?: number;
}

class Words {
  @IsOneOf(['confirm', 'cancel'])
  action!: string;

  @IsIdentifier(8)
  id!: string;

  @IsLike(/^[0-9A-Za-z]{1,128}$/, '1 to 128 letters and digits')
  state!: string;

  @EmptyAsAbsent()
  @IsOptional()
  @IsIdentifier(8)
  openid?: string;
}

function refusal(check: () => unknown) {
  try {
    check();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.errors;
    throw error;
  }
  throw new Error('nothing was refused');
}

const EMOJI = '😀';
/** One code point each, of one and of two UTF-16 units, without white space and lone surrogates. */
const character = fc
  .oneof(
    fc.integer({ min: 0x21, max: 0x7e }),
    fc.integer({ min: 0x4e00, max: 0x9fff }),
    fc.integer({ min: 0x1f300, max: 0x1faff }),
  )
  .map((code) => String.fromCodePoint(code));
const textOf = (minLength: number, maxLength: number) =>
  fc.array(character, { minLength, maxLength }).map((characters) => characters.join(''));

describe('text', () => {
  it('is taken at up to its limit of code points, whatever their length in UTF-16', () => {
    fc.assert(
      fc.property(textOf(1, 15), (text) => {
        expect(validateInput(Text, { text }).text).toBe(text);
      }),
    );
  });

  it('is refused above its limit, and the message says the limit and the count met', () => {
    fc.assert(
      fc.property(textOf(16, 60), (text) => {
        expect(refusal(() => validateInput(Text, { text }))).toEqual([
          {
            field: 'text',
            message: `text must be text of 1 to 15 characters (Unicode code points), got ${[...text].length}`,
          },
        ]);
      }),
    );
  });

  it.each([
    ['15 emoji, which are 30 UTF-16 units', EMOJI.repeat(15)],
    ['a mark of the direction of writing', '\u200fשלום'],
    ['15 Chinese characters', '课'.repeat(15)],
  ])('takes %s', (_what, text) => {
    expect(validateInput(Text, { text }).text).toBe(text);
  });

  it.each([
    ['16 emoji', EMOJI.repeat(16), 'got 16'],
    ['nothing in it', '', 'got 0'],
    ['only white space', ' \n\t', 'got only white space'],
    ['half an emoji', 'ab\ud83d', 'got U+D83D (half an emoji) as character 3'],
    ['a line break', 'a\nb', 'got U+000A as character 2'],
    ['NUL', '课\0', 'got U+0000 as character 2'],
    ['an override of the direction of writing', 'a\u202eb', 'got U+202E as character 2'],
    ['a number', 5, 'got 5'],
    ['null', null, 'got null'],
    ['a list', ['a'], 'got a list'],
    ['an object', { length: 3 }, 'got an object'],
    ['nothing', undefined, 'got nothing'],
  ])('refuses %s', (_what, text, says) => {
    const [{ field, message }] = refusal(() => validateInput(Text, { text }));
    expect(field).toBe('text');
    expect(message).toContain('1 to 15 characters');
    expect(message).toContain(says);
  });

  it('may hold line breaks where that is said, and no other control character', () => {
    expect(validateInput(Lines, { text: 'a\nb' }).text).toBe('a\nb');
    expect(refusal(() => validateInput(Lines, { text: 'a\nb\r' }))[0].message).toContain(
      'got U+000D as character 4',
    );
  });

  it('may be anything where it is only recorded', () => {
    const text = '\0\u202e\ud83d';
    expect(validateInput(Anything, { text }).text).toBe(text);
    expect(refusal(() => validateInput(Anything, { text: 'x'.repeat(16) }))[0].message).toContain('got 16');
  });

  it('counts what people see as one character by its code points', () => {
    expect(countCharacters('👨‍👩‍👧')).toBe(5);
    expect(countCharacters('é')).toBe(1);
  });
});

describe('a scene', () => {
  it.each([0, 1000, 10_000, '0', '1000', '10000', '007'])('is taken as %p', (scene) => {
    expect(validateInput(Scene, { scene }).scene).toBe(Number(scene));
  });

  it.each([
    -1,
    10_001,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '-1',
    '10001',
    '1.5',
    'abc',
    '',
    ' 1',
    '1e3',
    '0x10',
    '１００',
    null,
    undefined,
    true,
    ['1', '2'],
    [1000],
    { a: 1 },
    '99999999999999999999',
  ])('is refused as %p', (scene) => {
    const [{ field, message }] = refusal(() => validateInput(Scene, { scene }));
    expect(field).toBe('scene');
    expect(message).toMatch(/^scene must be a whole number from 0 to 10000, got /);
  });

  it('is never anything but a whole number from 0 to 10000', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.double(), fc.integer()), (scene) => {
        try {
          const taken = validateInput(Scene, { scene }).scene;
          expect(Number.isInteger(taken) && taken >= 0 && taken <= 10_000).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
    );
  });
});

describe('a moment', () => {
  const at = (text: unknown) => validateInput(Moment, { at: text }).at;

  it.each([
    ['2026-11-21T08:50:00+08:00', '2026-11-21T00:50:00.000Z'],
    ['2024-02-29T23:59Z', '2024-02-29T23:59:00.000Z'],
    ['2026-02-28T24:00:00Z', '2026-03-01T00:00:00.000Z'],
  ])('is taken as ISO 8601: %s', (text, moment) => expect(at(text).toISOString()).toBe(moment));

  it.each(['2026-02-30T00:00:00Z', '2026-02-29T00:00:00+08:00', '2026-04-31T08:00Z', '2026-13-01T00:00:00Z'])(
    'is refused where no calendar has that day: %s',
    (text) => expect(() => at(text)).toThrow(`at must be a moment: a Date, or ISO 8601 text`),
  );
});

describe('a URL', () => {
  it.each([
    'https://example.com',
    'http://127.0.0.1:3000/a?b=c#d',
    'HTTPS://例子.中国/课程',
    `https://e.com/${'x'.repeat(2034)}`,
  ])('is taken: %p', (url) => {
    expect(validateInput(Address, { url }).url).toBe(url);
  });

  it.each([
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['java\nscript:alert(1)', 'java'],
    ['ftp://example.com', 'ftp://example.com'],
    ['data:text/html,x', 'data:'],
    ['/courses/1', '/courses/1'],
    ['courses/1', 'courses/1'],
    ['//example.com', '//example.com'],
    ['http:example.com', 'http:example.com'],
    ['http:\\\\example.com', 'http:'],
    ['https://exa mple.com', 'exa mple'],
    [' https://example.com', ' https'],
    ['https://', 'https://'],
    ['https://e.com/\u202egnp.exe', '"https://e.com/\\u202egnp.exe", which holds U+202E as character 15'],
    ['https://e.com/\0', 'which holds U+0000 as character 15'],
    [`https://e.com/${'x'.repeat(2035)}`, '2049 characters'],
    [7, 'got 7'],
  ])('is refused: %p', (url, says) => {
    const [{ field, message }] = refusal(() => validateInput(Address, { url }));
    expect(field).toBe('url');
    expect(message).toContain('absolute http or https URL of at most 2048 characters');
    expect(message).toContain(says);
  });

  it('is not shown with its query, which may carry a secret', () => {
    const [{ message }] = refusal(() =>
      validateInput(Address, { url: 'ftp://example.com/?key=s3cret#frag' }),
    );
    expect(message).not.toMatch(/s3cret|frag/);
  });
});

describe('words, identifiers and patterns', () => {
  const good = { action: 'confirm', id: 'wx_1-2', state: 'abc' };

  it('are taken when they fit', () => {
    expect(validateInput(Words, good)).toEqual(good);
  });

  it.each([
    ['action', 'Confirm', 'action must be "confirm" or "cancel", got "Confirm"'],
    ['action', undefined, 'action must be "confirm" or "cancel", got nothing'],
    ['id', 'wx 1', 'id must be 1 to 8 letters, digits, "_" or "-", got "wx 1"'],
    ['id', 'a\n', 'id must be 1 to 8 letters, digits, "_" or "-", got "a\\n"'],
    [
      'id',
      'x'.repeat(100),
      `id must be 1 to 8 letters, digits, "_" or "-", got "${'x'.repeat(60)}…" (100 characters)`,
    ],
    ['state', 's3cret-state', 'state must be 1 to 128 letters and digits, got other text (12 characters)'],
    ['state', 'x'.repeat(129), 'state must be 1 to 128 letters and digits, got other text (129 characters)'],
    ['state', ['s3cret', 's3cret'], 'state must be 1 to 128 letters and digits, got a list'],
  ])('say what is wrong with %s %p', (field, value, message) => {
    expect(refusal(() => validateInput(Words, { ...good, [field]: value }))).toEqual([{ field, message }]);
  });

  it('take an empty optional text as absent', () => {
    expect(validateInput(Words, { ...good, openid: '' }).openid).toBeUndefined();
    expect(validateInput(Words, { ...good, openid: null }).openid).toBeNull();
  });
});

describe('a list of identifiers', () => {
  class Ids {
    @IsIdentifierList(3, 8)
    ids!: string[];
  }
  const limits = 'ids must be a list of 1 to 3 different ids, each 1 to 8 letters, digits, "_" or "-", got ';

  it.each([[['a']], [['a', 'b_-9', '12345678']]])('may be %j', (ids) => {
    expect(validateInput(Ids, { ids }).ids).toEqual(ids);
  });

  it.each([
    [[], '0 of them'],
    [['a', 'b', 'c', 'd'], '4 of them'],
    [['a', 'b', 'a'], '"a" twice'],
    [['a', 'b c'], '"b c"'],
    [['a', ''], '""'],
    [['a', '123456789'], '"123456789"'],
    [['a', null], 'null'],
    [['a', ['b']], 'a list'],
    ['a', '"a"'],
    [{ 0: 'a', length: 1 }, 'an object'],
    [undefined, 'nothing'],
  ])('may not be %j', (ids, got) => {
    expect(() => validateInput(Ids, { ids })).toThrow(limits + got);
  });
});

describe('the shape of the input', () => {
  const good = { content: { value: 'x' } };

  it.each([null, undefined, 'text', 5, true, [], [good]])('refuses %p', (input) => {
    expect(refusal(() => validateInput(Outer, input))).toEqual([
      { field: '', message: 'the input must be a JSON object' },
    ]);
  });

  it('refuses unknown fields by name, also within', () => {
    const errors = refusal(() => validateInput(Outer, { content: { value: 'x', colour: 'red' }, extra: 1 }));
    expect(errors.map(({ message }) => message).sort()).toEqual([
      'content.colour is not a known field',
      'extra is not a known field',
    ]);
  });

  it('drops unknown fields where WeChat may send new ones', () => {
    const input = JSON.parse('{"scene":"7","isappinstalled":"0","toString":"x","__proto__":{"scene":8}}');
    expect(Object.entries(validateInput(Scene, input, 'drop'))).toEqual([['scene', 7]]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__'])(
    'refuses a field named %s, also within, and nothing is polluted',
    (name) => {
      const nested = `{"${name}":{"polluted":1},"value":"x"}`;
      expect(
        refusal(() => validateInput(Outer, JSON.parse(`{"${name}":{"polluted":1},"content":{"value":"x"}}`))),
      ).toEqual([{ field: name, message: `${name} is not a known field` }]);
      expect(refusal(() => validateInput(Outer, JSON.parse(`{"content":${nested}}`)))).toEqual([
        { field: `content.${name}`, message: `content.${name} is not a known field` },
      ]);
      expect(Object.prototype).not.toHaveProperty('polluted');
    },
  );

  it.each([
    ['lists', `{"level":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'level'],
    ['objects', `{"content":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, 'content'],
  ])('refuses endless nesting of %s', (_what, json, field) => {
    expect(refusal(() => validateInput(Outer, JSON.parse(json)))).toEqual([
      { field, message: `${field} is nested deeper than 16 levels` },
    ]);
  });

  it('refuses an object that contains itself', () => {
    const content: Record<string, unknown> = { value: 'x' };
    content.content = content;
    expect(refusal(() => validateInput(Outer, { content }))[0].message).toContain('nested deeper');
  });

  it('names at most twenty wrong fields', () => {
    const input = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`field${index}`, 1]));
    expect(refusal(() => validateInput(Outer, input))).toHaveLength(20);
  });

  it('gives one message for a field that breaks several rules, and the path of a nested one', () => {
    expect(refusal(() => validateInput(Outer, { content: 'text', level: 4 }))).toEqual([
      { field: 'content', message: 'content must be an object, got "text"' },
      { field: 'level', message: 'level must be a whole number from -3 to 3, got 4' },
    ]);
    expect(refusal(() => validateInput(Outer, { content: { value: '' } }))).toEqual([
      {
        field: 'content.value',
        message: 'content.value must be text of 1 to 200 characters (Unicode code points), got 0',
      },
    ]);
  });

  it('answers any input with a checked object or an InvalidInputError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.object(), fc.jsonValue()), (input) => {
        try {
          expect(validateInput(Outer, input)).toBeInstanceOf(Outer);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
