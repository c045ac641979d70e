import fc from 'fast-check';
import { oneLine } from './one-line.js';

describe('oneLine', () => {
  it.each([
    ['a\r\nb', 'a\\r\\nb'],
    ['a\tb', 'a\\tb'],
    ['\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    ['\u0000\u007f\u0085\u009b', '\\u0000\\u007f\\u0085\\u009b'],
    ['a\ud83d \udca9', 'a\\ud83d \\udca9'],
    ['a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    [
      '\u202eevil\u202c \u2066x\u2069 \u200f\u061c\ufeff',
      '\\u202eevil\\u202c \\u2066x\\u2069 \\u200f\\u061c\\ufeff',
    ],
  ])('%j becomes %s', (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  it.each(['invalid credential rid: 6315e16c-40be8af0-6483c58f', '用户拒绝 🎓 👩‍🎓', ''])(
    'leaves %j as it is',
    (text) => {
      expect(oneLine(text)).toBe(text);
    },
  );

  it('leaves nothing that ends a line or moves a cursor, and is at rest afterwards', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = oneLine(text);
        expect(once).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(oneLine(once)).toBe(once);
      }),
    );
  });
});
