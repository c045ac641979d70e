import { isStorable, recordable, recordableOrNull, unfitCharacter } from './text.js';

describe('a text that goes out', () => {
  it.each([
    ['NUL', 'a\0b', 'U+0000', 2],
    ['an escape', '课\u001b', 'U+001B', 2],
    ['a carriage return', 'a\r\n', 'U+000D', 2],
    ['a line break', 'ab\n', 'U+000A', 3],
    ['a tab', '\t', 'U+0009', 1],
    ['a control of C1', '\u0085', 'U+0085', 1],
    ['delete', '\u007f', 'U+007F', 1],
    ['an override, after an emoji', '😀\u202eb', 'U+202E', 2],
    ['an embedding', 'a\u202a', 'U+202A', 2],
    ['an isolate', '\u2066', 'U+2066', 1],
    ['the end of an isolate', '\u2069', 'U+2069', 1],
    ['the first half of a pair', 'a\ud83d', 'U+D83D', 2],
    ['the second half of a pair', '\udca9a', 'U+DCA9', 1],
  ])('may not hold %s', (_, text, name, position) => {
    expect(unfitCharacter(text)).toEqual({ name, position });
  });

  it.each([
    '',
    '课 a!',
    '😀👨‍👩‍👧',
    '\u200fשלום\u200e',
    'مرحبا',
    '\u00a0\u3000',
    '\u2028',
    '\ufeff',
    '\ufffd',
  ])('may be %j', (text) => {
    expect(unfitCharacter(text)).toBeUndefined();
  });

  it('may hold line breaks where that is said, and nothing else with them', () => {
    expect(unfitCharacter('a\nb\n', { lineBreaks: true })).toBeUndefined();
    expect(unfitCharacter('a\nb\rc', { lineBreaks: true })).toEqual({ name: 'U+000D', position: 4 });
  });
});

describe('a text that is only recorded', () => {
  it.each([
    ['a\0b\u001b[31m', 'a\\u0000b\\u001b[31m'],
    ['a\u007f\u0085', 'a\\u007f\\u0085'],
    ['\u202edetlas', '\\u202edetlas'],
    ['a\ud83d', 'a\\ud83d'],
    ['\udca9a😀', '\\udca9a😀'],
    ['line\none\ttab', 'line\\none\\ttab'],
    ['', ''],
  ])('%j becomes %j', (text, clean) => {
    expect(recordable(text, 255)).toBe(clean);
    expect(isStorable(clean)).toBe(true);
    // What is an error message already is not changed again on its way into a column.
    expect(recordable(clean, 255)).toBe(clean);
  });

  it.each([
    ['a'.repeat(300), 255],
    ['课'.repeat(300), 255],
    ['😀'.repeat(300), 255],
    [`a${'😀'.repeat(300)}`, 255],
    [`${'😀'.repeat(254)}a😀`, 255],
    ['x'.repeat(5_000_000), 64],
  ])('is cut between characters, never within one: %#', (text, most) => {
    const clean = recordable(text, most);
    expect([...clean]).toHaveLength(most);
    expect(isStorable(clean)).toBe(true);
    expect(clean).toBe([...text].slice(0, most).join(''));
  });

  it('may be absent', () => {
    expect([recordableOrNull(undefined, 9), recordableOrNull(null, 9), recordableOrNull('a\0', 9)]).toEqual([
      null,
      null,
      'a\\u0000',
    ]);
  });
});
