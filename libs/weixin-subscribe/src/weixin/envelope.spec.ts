import fc from 'fast-check';
import { parseEnvelope } from './envelope.js';

const OK = '{"errcode":0,"errmsg":"ok"}';
const parse = (body: string, status = 200) => parseEnvelope({ status, body });

describe('an envelope', () => {
  it('is read from a successful send', () => {
    expect(parse(OK)).toEqual({
      errcode: 0,
      errmsg: 'ok',
      rid: undefined,
      body: { errcode: 0, errmsg: 'ok' },
    });
  });

  it('is read from the documented failure, with its rid', () => {
    expect(
      parse('{"errcode":40037,"errmsg":"invalid template_id rid: 6315e16c-40be8af0-6483c58f"}'),
    ).toMatchObject({
      errcode: 40037,
      errmsg: 'invalid template_id rid: 6315e16c-40be8af0-6483c58f',
      rid: '6315e16c-40be8af0-6483c58f',
    });
  });

  it('has errcode 0 where a token answer carries none', () => {
    expect(parse('{"access_token":"T","expires_in":7200}')).toMatchObject({
      errcode: 0,
      errmsg: '',
      body: { access_token: 'T', expires_in: 7200 },
    });
  });

  it.each([
    ['a byte order mark before it', `\uFEFF${OK}`],
    ['white space around it', `\r\n ${OK} \n`],
    ['an errcode as text', '{"errcode":"0","errmsg":"ok"}'],
    ['an errmsg that is not text', '{"errcode":0,"errmsg":{"a":1}}'],
    ['no errmsg', '{"errcode":0}'],
  ])('is read with %s', (_what, body) => {
    expect(parse(body)).toMatchObject({ errcode: 0 });
  });

  it.each([
    ['-1', -1],
    ['"-1"', -1],
    ['"43101"', 43101],
    ['43101', 43101],
  ])('reads errcode %s as %i', (written, errcode) => {
    expect(parse(`{"errcode":${written}}`)?.errcode).toBe(errcode);
  });

  it.each(['null', '""', '" "', 'false', 'true', '[]', '[0]', '{}', '"0x0"', '"ok"', '0.5', '1e99'])(
    'says nothing when its errcode is %s',
    (written) => {
      expect(parse(`{"errcode":${written},"errmsg":"ok"}`)).toBeUndefined();
    },
  );

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a page', '<html><body>502 Bad Gateway</body></html>'],
    ['half of the JSON', '{"errcode":0,"errm'],
    ['a list', '[{"errcode":0}]'],
    ['null', 'null'],
    ['a number', '0'],
    ['a text', '"ok"'],
    ['two objects', `${OK}${OK}`],
  ])('is not made of %s', (_what, body) => {
    expect(parse(body)).toBeUndefined();
  });

  it.each([0, 199, 301, 302, 400, 404, 500, 502, 503])(
    'is not made of an answer with status %i',
    (status) => {
      expect(parse(OK, status)).toBeUndefined();
    },
  );

  it('never throws, and never calls a success what does not say so', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const envelope = parse(body);
        if (envelope) expect(Number.isInteger(envelope.errcode)).toBe(true);
      }),
    );
  });
});
