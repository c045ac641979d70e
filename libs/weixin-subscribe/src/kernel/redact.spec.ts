import fc from 'fast-check';
import { redact, redactCookies } from './redact.js';

const SECRET = 'S3cr3t-Va1ue_0';
const LIMIT = 4096;

redactCookies('weixin_subscribe_');

describe('redact', () => {
  it.each([
    ['a URL', `https://api.weixin.qq.com/cgi-bin/message?access_token=${SECRET}&x=1`],
    ['a URL with the secret last', `/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=${SECRET}`],
    ['a URL with a fragment', `/mp/subscribemsg?scene=1&reserved=${SECRET}#wechat_redirect`],
    [
      'the query of a push',
      `/weixin/push/wx1?signature=${SECRET}&timestamp=1&nonce=2&msg_signature=${SECRET}`,
    ],
    ['a query alone', `reserved=${SECRET}&scene=1`],
    ['the escaped address of a page', `&amp;access_token=${SECRET}&amp;x=1`],
    [
      'an encoded address within an address',
      `?returnTo=${encodeURIComponent(`https://h/?access_token=${SECRET}&a=1`)}`,
    ],
    ['JSON', `{"access_token":"${SECRET}","expires_in":7200}`],
    ['JSON with spaces', `{ "appSecret" : "${SECRET}" }`],
    ['JSON within JSON', JSON.stringify({ body: JSON.stringify({ secret: SECRET }) })],
    ['JSON with an escaped quote in the value', `{"secret":"${SECRET}\\"${SECRET}"}`],
    ['our own names', `{"accessToken":"${SECRET}"} accessToken=${SECRET}`],
    ['an inspected object', `{ access_token: '${SECRET}', appid: 'wx1' }`],
    ['a header', `Authorization: Bearer ${SECRET}`],
    ['a header in small letters', `authorization: bearer ${SECRET}`],
    ['a cookie header', `Cookie: weixin_subscribe_abc=${SECRET}; other=${SECRET}`],
    ['a set-cookie header', `set-cookie: weixin_subscribe_abc=${SECRET}; Max-Age=600`],
    ['a cookie of ours anywhere', `got weixin_subscribe_Ab-_c=${SECRET} here`],
    ['several at once', `secret=${SECRET}&access_token=${SECRET} and "reserved":"${SECRET}"`],
  ])('hides the secret in %s', (_where, text) => {
    expect(redact(text)).not.toContain(SECRET);
    expect(redact(text)).toContain('[redacted]');
  });

  it.each([
    'invalid template_id rid: 6315e16c-40be8af0-6483c58f',
    'the state ("reserved") was not issued by this service',
    'the question expired at 2026-11-20T04:00:00.000Z',
    'appId=wx1&scene=1000',
    '{"errcode":40001,"errmsg":"invalid credential"}',
    'state: expired',
    '',
  ])('leaves %p as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('keeps what is around the secret', () => {
    expect(redact(`GET /x?a=1&access_token=${SECRET}&b=2 failed`)).toBe(
      'GET /x?a=1&access_token=[redacted]&b=2 failed',
    );
  });

  it('hides a value of any characters in a query, and is at rest afterwards', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12, maxLength: 60 }), (value) => {
        const once = redact(`/x?access_token=${encodeURIComponent(value)}&y=1`);
        expect(once).toBe('/x?access_token=[redacted]&y=1');
        expect(redact(once)).toBe(once);
      }),
    );
  });

  it.each([
    ['a value in JSON', `{"secret":"${SECRET}`],
    ['a value in JSON, in the middle of an escape', `{"secret":"${SECRET}\\`],
    ['a value in JSON within JSON, in the middle of its closing quote', `{\\"secret\\":\\"${SECRET}\\`],
    ['an encoded address', `returnTo=%3Faccess_token%3D${SECRET}%2`],
    ['a header', `Authorization: Bearer ${SECRET}`],
  ])('hides %s that was cut off', (_where, text) => {
    expect(redact(text)).not.toContain(SECRET);
    expect(redact(' '.repeat(LIMIT - text.length) + text + SECRET)).not.toContain(SECRET);
  });

  describe('cuts what is too long before it looks for secrets, and says so', () => {
    it('at 4,096 characters, and not before', () => {
      expect(redact('x'.repeat(LIMIT))).toBe('x'.repeat(LIMIT));
      expect(redact('x'.repeat(LIMIT + 1))).toBe(`${'x'.repeat(LIMIT)}…`);
    });

    it.each([
      ['backslashes', '\\'],
      ['quotes', '"'],
      ['escaped quotes', '\\"'],
      ['queries', '?access_token='],
      ['encoded queries', '%3faccess_token%3d'],
      ['members that never end', '"secret":"\\'],
      ['members within members', `{"secret":'{\\"secret\\":\\'{\\\\\\"state\\\\\\":\\\\\\"`],
      ['names', '&secret'],
      ['names and spaces', 'secret    '],
      ['cookies of ours without a value', 'weixin_subscribe_a-'],
    ])('of 200,000 characters of %s', (_what, piece) => {
      const hostile = piece.repeat(Math.ceil(200_000 / piece.length));
      const redacted = redact(hostile);
      expect(redacted.endsWith('…')).toBe(true);
      // A mask may be longer than what it hides; what is kept of the input is at most the limit.
      expect(redacted.replaceAll('[redacted]', '').length).toBeLessThanOrEqual(2 * LIMIT);
      expect(redact(hostile + SECRET)).toBe(redacted);
    });
  });
});
