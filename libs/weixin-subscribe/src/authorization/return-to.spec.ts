import 'reflect-metadata';
import fc from 'fast-check';
import type { BrowserRoutesConfig } from '../http/http.options.js';
import { ReturnToRefusedError } from './authorization.errors.js';
import type { AuthorizationConfig } from './authorization.options.js';
import { ReturnTo, withAnswer } from './return-to.js';

function returnTo(allowed: string[], defaultReturnTo?: string): ReturnTo {
  return new ReturnTo(
    { publicBaseUrl: new URL('https://good.example') } as BrowserRoutesConfig,
    { returnTo: allowed.map((url) => new URL(url)), defaultReturnTo } as unknown as AuthorizationConfig,
  );
}

const site = returnTo(['https://good.example']);
const courses = returnTo(['https://good.example/courses', 'https://other.example:8443/a/']);

describe('returnTo under a whole site', () => {
  it.each([
    ['/', 'https://good.example/'],
    ['/courses/1?a=b#top', 'https://good.example/courses/1?a=b#top'],
    ['courses', 'https://good.example/courses'],
    ['https://good.example', 'https://good.example/'],
    ['HTTPS://GOOD.EXAMPLE:443/x', 'https://good.example/x'],
    ['?a=1', 'https://good.example/?a=1'],
    ['/课程', 'https://good.example/%E8%AF%BE%E7%A8%8B'],
    ['/a/../b', 'https://good.example/b'],
    // Odd, but absolute: no browser leaves the site for it.
    ['https:x/..//evil.example', 'https://good.example//evil.example'],
    // Encoded once, twice, or in GBK, and the same place each time.
    ['/100%25', 'https://good.example/100%25'],
    ['/100%2525', 'https://good.example/100%2525'],
    ['/a%2Fb%20c', 'https://good.example/a%2Fb%20c'],
    ['/a%252Fb', 'https://good.example/a%252Fb'],
    ['/users/%40me', 'https://good.example/users/%40me'],
    ['/%C4%E3%BA%C3', 'https://good.example/%C4%E3%BA%C3'],
    ['/%', 'https://good.example/%'],
    ['/go?to=%2F%2Fevil.example%5C..%252e', 'https://good.example/go?to=%2F%2Fevil.example%5C..%252e'],
    [`/${'%25'.repeat(3)}41`, `https://good.example/${'%25'.repeat(3)}41`],
    [`/%${'25'.repeat(4)}41`, `https://good.example/%${'25'.repeat(4)}41`],
  ])('takes %p', (asked, address) => {
    expect(site.check(asked)).toBe(address);
  });

  it.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '\n//evil.example',
    'https://evil.example',
    'https://good.example@evil.example',
    'https://user@good.example',
    'https://user:pass@good.example',
    'https://good.example.evil.example',
    'https://good.example%2eevil.example',
    'https://evil.example/https://good.example',
    'https://evil.example#https://good.example',
    'https://evil.example?https://good.example',
    'http://good.example',
    'https://good.example:8443',
    'https://xn--good.example',
    'https://ｇood.example.',
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,hello',
    'blob:https://good.example/1',
    'file:///etc/passwd',
    'weixin://dl/chat',
    'https://',
    // What a server behind makes of it when it decodes the path, once or several times.
    '/%2Fevil.example',
    '/%252Fevil.example',
    '/%25252Fevil.example',
    '/%5Cevil.example',
    '/%255Cevil.example',
    '/a/%25255c%25255cevil.example',
    '/%09/evil.example',
    '/%250d%250aLocation:%20https://evil.example',
    '/%00',
    '/%2500',
    '/%7f',
    '/%252F%252Fuser@evil.example',
    `/%${'25'.repeat(5)}41`,
    `/%${'25'.repeat(60)}2e`,
    `/${'x'.repeat(2048)}`,
  ])('refuses %p', (asked) => {
    expect(() => site.check(asked)).toThrow(ReturnToRefusedError);
  });

  it('never leads anywhere else', () => {
    const parts = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      'https',
      '//',
      'evil.example',
      'good.example',
      '%2f',
      '%5c',
      '%25',
      '2e',
      '#',
      '?',
      '\t',
      '\n',
      ' ',
      'javascript:',
      '%00',
    );
    const hostile = fc
      .array(fc.oneof(parts, fc.string({ maxLength: 3 })), { maxLength: 12 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.oneof(hostile, fc.webUrl(), fc.string()), (asked) => {
        let address: string;
        try {
          address = site.check(asked);
        } catch (error) {
          expect(error).toBeInstanceOf(ReturnToRefusedError);
          return;
        }
        expect(new URL(address).origin).toBe('https://good.example');
        expect(new URL(address).username).toBe('');
        // However often it is decoded, a path of it stays a path of this site.
        for (let at = new URL(address).pathname, level = 0; level < 8; level++) {
          expect(at).not.toMatch(/[\p{Cc}\\]|\/\.\.(?:\/|$)/u);
          at = at.replace(/%[0-7][0-9a-f]/gi, decodeURIComponent);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('returnTo under a path', () => {
  it.each([
    ['/courses', 'https://good.example/courses'],
    ['/courses/', 'https://good.example/courses/'],
    ['/courses/1', 'https://good.example/courses/1'],
    ['/courses?x=/../', 'https://good.example/courses?x=/../'],
    ['/courses/1/../2', 'https://good.example/courses/2'],
    ['https://other.example:8443/a/b', 'https://other.example:8443/a/b'],
    ['https://other.example:8443/a', 'https://other.example:8443/a'],
  ])('takes %p', (asked, address) => {
    expect(courses.check(asked)).toBe(address);
  });

  it.each([
    '/',
    '/courses2',
    '/coursesevil/1',
    '/Courses/1',
    '/courses/../admin',
    '/courses/%2e%2e/admin',
    '/courses/.%2E/admin',
    '/courses/..\\admin',
    '/courses/..%2fadmin',
    '/courses/%2e%2e%2Fadmin',
    '/courses/..%5cadmin',
    '/courses/x%2f..%2f..%2fadmin',
    '/courses/..;/admin',
    '/courses/%252e%252e/admin',
    '/courses/%252e%252e%252fadmin',
    '/courses/.%252e/admin',
    '/courses/%2e%252e%2fadmin',
    '/courses/%25252e%25252e%25252fadmin',
    '/courses/%2525252e%2525252e%2525252fadmin',
    '/courses/..%255cadmin',
    '/courses/x%252f..%252f..%252fadmin',
    '/courses/%252e%252e%253b/admin',
    '/admin?/courses/',
    '/admin#/courses/',
    'https://other.example:8443/ab',
    'https://other.example/a/b',
    'https://good.example/a',
  ])('refuses %p', (asked) => {
    expect(() => courses.check(asked)).toThrow(ReturnToRefusedError);
  });
});

describe('without returnTo', () => {
  it('takes the default', () => {
    expect(returnTo(['https://good.example'], '/me').check(undefined)).toBe('https://good.example/me');
  });

  it('refuses and says what is missing when there is no default', () => {
    expect(() => site.check(undefined)).toThrow('returnTo is required');
  });

  it('does not take an empty one for a missing one', () => {
    expect(returnTo(['https://good.example/a'], '/a').check('/a/b')).toBe('https://good.example/a/b');
    expect(() => returnTo(['https://good.example/a'], '/a').check('')).toThrow(ReturnToRefusedError);
  });
});

describe('the answer on the way back', () => {
  it.each([
    ['https://h.example/', 'https://h.example/?subscribe=confirmed'],
    ['https://h.example/%E8%AF%BE;a=1', 'https://h.example/%E8%AF%BE;a=1?subscribe=confirmed'],
    ['https://h.example/a#c?d', 'https://h.example/a?subscribe=confirmed#c?d'],
    ['https://h.example/a?', 'https://h.example/a?subscribe=confirmed'],
    ['https://h.example/a?b=1#c', 'https://h.example/a?b=1&subscribe=confirmed#c'],
    // A shop whose pages are in GBK; decoded as UTF-8 and written again, its words would be lost.
    [
      'https://h.example/a?q=%D3%EF%CE%C4&t=a%20b~(c)',
      'https://h.example/a?q=%D3%EF%CE%C4&t=a%20b~(c)&subscribe=confirmed',
    ],
    ['https://h.example/a?%73ubscribe=cancelled&b', 'https://h.example/a?b&subscribe=confirmed'],
    ['https://h.example/a?subscribe=cancelled&subscribe=x', 'https://h.example/a?subscribe=confirmed'],
  ])('is put into %p', (address, expected) => {
    expect(withAnswer(address, 'confirmed')).toBe(expected);
  });

  it('says cancelled', () => {
    expect(withAnswer('https://h.example/', 'cancelled')).toBe('https://h.example/?subscribe=cancelled');
  });
});
