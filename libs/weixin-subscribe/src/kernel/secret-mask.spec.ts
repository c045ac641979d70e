import fc from 'fast-check';
import { SecretMask } from './secret-mask.js';

const TOKEN = '6_Vb3xNqk0d9YfGz-LrT1aWcMhE7uXo2PsJ8iKlQy5BwD4nRt';
const APP_SECRET = '9f3a71c0d5e84b26af01937bdc58e624';
const mask = new SecretMask([TOKEN, APP_SECRET]);
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('SecretMask', () => {
  it.each([
    ['bare', `invalid credential ${TOKEN}, could be a dead one`],
    ['without its first characters', `…${TOKEN.slice(3)}`],
    ['without its last characters', `${TOKEN.slice(0, -7)}…`],
    ['its first ten', `token ${TOKEN.slice(0, 10)}*** refused`],
    ['its last ten', `***${TOKEN.slice(-10)}`],
    ['ten in the middle', `x${TOKEN.slice(13, 23)}x`],
    ['cut by a line break', `${TOKEN.slice(0, 20)}\n${TOKEN.slice(20)}`],
    ['another secret', `appsecret ${APP_SECRET} is wrong`],
    ['in capital letters', APP_SECRET.toUpperCase()],
    ['as base64', base64(TOKEN)],
    ['as base64 of more', base64(`secret=${TOKEN}&x=1`)],
    ['as base64 of a header', base64(`user:${APP_SECRET}`)],
    ['as base64url', Buffer.from(`a${TOKEN}`).toString('base64url')],
    ['twice', `${TOKEN} ${TOKEN}`],
  ])('hides it %s', (_how, text) => {
    const masked = mask.mask(text);
    expect(masked).toContain('[redacted]');
    expect(longestPieceIn(masked)).toBeLessThan(10);
  });

  it('keeps what is around it', () => {
    expect(mask.mask(`token ${TOKEN} of ${APP_SECRET}!`)).toBe('token [redacted] of [redacted]!');
    expect(mask.mask(`${TOKEN}${APP_SECRET}`)).toMatch(/^(\[redacted\])+$/);
  });

  it.each([
    'ok',
    '',
    'invalid credential, access_token is invalid or not latest',
    '3234567890123456789',
    '用户拒绝 🎓',
  ])('leaves %j as it is', (text) => expect(mask.mask(text)).toBe(text));

  it('hides a secret with characters that a query or JSON escapes', () => {
    const odd = 'ab"c\\d/e+f=g&h i~j';
    const masking = new SecretMask([odd]);
    for (const form of [odd, encodeURIComponent(odd), JSON.stringify(odd)])
      expect(masking.mask(`<${form}>`)).toMatch(/^<"?\[redacted\]"?>$/);
  });

  it('hides a secret of few characters where it stands whole', () => {
    expect(new SecretMask(['TOKEN', '']).mask('a TOKEN and a TOKE')).toBe('a [redacted] and a TOKE');
  });

  it('reaches every text of a JSON value, names included', () => {
    const value = {
      errmsg: `bad ${TOKEN}`,
      list: [{ [APP_SECRET]: 1 }, null, 7, true],
      msgid: '3234567890123456789',
    };
    expect(mask.maskIn(value)).toEqual({
      errmsg: 'bad [redacted]',
      list: [{ '[redacted]': 1 }, null, 7, true],
      msgid: '3234567890123456789',
    });
  });

  it('leaves no piece of ten characters of any secret in any text', () => {
    const secret = fc.string({ unit: 'grapheme-ascii', minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(
        secret,
        fc.string(),
        fc.string(),
        fc.nat(),
        fc.nat(),
        (value, before, after, from, length) => {
          const piece = value.slice(from % (value.length - 9));
          const cut = piece.slice(0, 10 + (length % (piece.length - 9)));
          const masked = new SecretMask([value]).mask(`${before}${cut}${after}`);
          expect(masked.includes(cut) && !'[redacted]'.includes(cut)).toBe(false);
        },
      ),
    );
  });

  it('reads an answer to 32 levels, and shows nothing of what is deeper', () => {
    const deep = JSON.parse(`${'{"a":['.repeat(10_000)}"${TOKEN}"${']}'.repeat(10_000)}`);
    const shown = JSON.stringify(new SecretMask([TOKEN]).maskIn({ deep, errmsg: `no ${TOKEN}` }));
    expect(shown).toContain('"errmsg":"no [redacted]"');
    expect(shown.length).toBeLessThan(300);
    expect(shown).not.toContain(TOKEN.slice(3, 15));
  });

  /** Would notice: of what is not masked it is long. */
  it('is measured by a search that finds what is there', () => {
    expect(longestPieceIn(`x${TOKEN.slice(5, 25)}`)).toBe(20);
  });
});

/** How many characters in a row of a text are those of a secret or its base64. */
function longestPieceIn(text: string): number {
  let longest = 0;
  for (const secret of [TOKEN, APP_SECRET].flatMap((one) => [one, one.toUpperCase()]))
    for (let from = 0; from < secret.length; from++)
      while (text.includes(secret.slice(from, from + longest + 1)) && from + longest < secret.length)
        longest++;
  return longest;
}
