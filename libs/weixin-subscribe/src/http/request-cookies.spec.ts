import { cookiesIn } from './request-cookies.js';

describe('the cookies of a request', () => {
  it.each<[string | undefined, Record<string, string[]>]>([
    [undefined, {}],
    ['', {}],
    ['a=1', { a: ['1'] }],
    ['a=1; b=2', { a: ['1'], b: ['2'] }],
    ['a=1;b=2;', { a: ['1'], b: ['2'] }],
    // Of another path, or of a sibling domain.
    ['a=1; b=2; a=3', { a: ['1', '3'], b: ['2'] }],
    ['a==x=; b=', { a: ['=x='], b: [''] }],
    ['a=%E0%A4%A; b; =; =c', { a: ['%E0%A4%A'] }],
    ['a="1"', { a: ['"1"'] }],
    ['constructor=1', { constructor: ['1'] as never }],
  ])('of %p', (header, cookies) => {
    expect({ ...cookiesIn(header) }).toEqual(cookies);
  });

  it('are no way to a prototype', () => {
    const cookies = cookiesIn('__proto__=1; a=2');
    expect(Object.keys(cookies)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(cookies)).toBeNull();
  });
});
