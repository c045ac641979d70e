import { constants, createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { OptionChecks } from '../../libs/weixin-subscribe/src/kernel/option-checks.js';
import {
  type ApiSecurityConfig,
  resolveApiSecurity,
} from '../../libs/weixin-subscribe/src/weixin/signing/api-security.options.js';
import { CallSecurity } from '../../libs/weixin-subscribe/src/weixin/signing/call-security.js';
import {
  isSignatureOf,
  signMessage,
} from '../../libs/weixin-subscribe/src/weixin/signing/message-signature.js';
import {
  openPayload,
  readPayload,
  sealPayload,
  writePayload,
} from '../../libs/weixin-subscribe/src/weixin/signing/payload-cipher.js';
import { OFFICIAL_EXAMPLE as EXAMPLE } from '../support/api-security-example.js';
import { ManualClock } from '../support/manual-clock.js';

const { appId, url, request, answer } = EXAMPLE;
const key = Buffer.from(EXAMPLE.symmetricKey.key, 'base64');
const privateKey = createPrivateKey(EXAMPLE.privateKey);
const aadAt = (timestamp: string) => `${url}|${appId}|${timestamp}|${EXAMPLE.symmetricKey.sn}`;
const bodyOf = ({ iv, data, authtag }: { iv: string; data: string; authtag: string }) =>
  JSON.stringify({ iv, data, authtag });

function config(): ApiSecurityConfig {
  const checks = new OptionChecks();
  const resolved = resolveApiSecurity(
    checks,
    'apiSecurity',
    {
      symmetricKeys: [EXAMPLE.symmetricKey],
      applicationKey: { privateKey: EXAMPLE.privateKey },
      platformCertificates: [{ sn: EXAMPLE.certificateSn, certificate: EXAMPLE.certificate }],
    },
    appId,
  );
  checks.finish();
  return resolved as ApiSecurityConfig;
}

/** Who opens the official answer at the moment it was given. */
function securityAt(seconds: number) {
  const clock = new ManualClock(1000 * seconds);
  const weixin = { apiBaseUrl: 'https://api.weixin.qq.com' };
  return {
    clock,
    security: new CallSecurity(clock, weixin as ConstructorParameters<typeof CallSecurity>[1]),
  };
}

const HEADERS = {
  'Wechatmp-Appid': appId,
  'Wechatmp-TimeStamp': answer.timestamp,
  'Wechatmp-Serial': EXAMPLE.certificateSn,
  'Wechatmp-Signature': answer.signature,
};
const official = { status: 200, headers: HEADERS, body: bodyOf(answer) };
const SECONDS = Number(answer.timestamp);

describe('the official example of API security', () => {
  it('encrypts the request to the very bytes', () => {
    const sealed = sealPayload(
      request.plaintext,
      key,
      aadAt(request.timestamp),
      Buffer.from(request.iv, 'base64'),
    );
    expect(writePayload(sealed)).toBe(bodyOf(request));
    expect(writePayload(sealed)).toHaveLength(request.bodyLength);
  });

  it('decrypts both bodies', () => {
    for (const one of [request, answer]) {
      const payload = readPayload(JSON.parse(bodyOf(one)));
      expect(payload && openPayload(payload, key, aadAt(one.timestamp))).toBe(one.plaintext);
    }
    expect(bodyOf(answer)).toHaveLength(answer.bodyLength);
  });

  it('verifies the official signatures of request and answer', () => {
    const own = createPublicKey(privateKey);
    const theirs = createPublicKey(EXAMPLE.certificate);
    const sent = { url, appId, timestamp: request.timestamp, body: bodyOf(request) };
    const came = { url, appId, timestamp: answer.timestamp, body: bodyOf(answer) };
    expect(isSignatureOf(sent, request.signature, own)).toBe(true);
    expect(isSignatureOf(came, answer.signature, theirs)).toBe(true);
    const message = [url, appId, answer.timestamp, bodyOf(answer)].join('\n');
    expect(createHash('sha256').update(message).digest('hex')).toBe(
      'f797cafd9e323df336fb427569fbe67e20d5bc96dd68a3f54d66b54e6e08bb27',
    );
    // With the number of the key in it, as WxJava 4.8.0 signs, it is no signature.
    const withNumber = { ...came, timestamp: `${answer.timestamp}\n${EXAMPLE.certificateSn}` };
    expect(isSignatureOf(withNumber, answer.signature, theirs)).toBe(false);
  });

  it('signs as WeChat verifies: PSS with a salt of 32 bytes over four lines', () => {
    const body = bodyOf(request);
    const signature = signMessage({ url, appId, timestamp: request.timestamp, body }, privateKey);
    const message = Buffer.from([url, appId, request.timestamp, body].join('\n'));
    const verified = (saltLength: number, padding: number = constants.RSA_PKCS1_PSS_PADDING) =>
      verify(
        'sha256',
        message,
        { key: createPublicKey(privateKey), padding, saltLength },
        Buffer.from(signature, 'base64'),
      );
    expect(verified(32)).toBe(true);
    expect(verified(222)).toBe(false);
    expect(verified(32, constants.RSA_PKCS1_PADDING)).toBe(false);
  });

  it('opens the official answer, without the three fields of the envelope', () => {
    const { security } = securityAt(SECONDS);
    expect(security.open(official, url, config())).toEqual({
      opened: { errcode: 0, errmsg: 'getuserriskrank succ', risk_rank: 0, unoin_id: 2258658297 },
    });
  });
});

describe('an answer that WeChat can not have given', () => {
  const unusable = (given: object, at = SECONDS, to = url) => {
    const { security } = securityAt(at);
    return (security.open({ ...official, ...given }, to, config()) as { unusable?: string }).unusable;
  };
  const headers = (more: object) => ({ headers: { ...HEADERS, ...more } });
  const body = (more: object) => ({ body: JSON.stringify({ ...JSON.parse(official.body), ...more }) });

  it.each<[string, object, RegExp]>([
    ['another ciphertext', body({ data: `B${answer.data.slice(1)}` }), /signature is not of/],
    ['a body written otherwise', { body: ` ${official.body}` }, /signature is not of/],
    ['no headers', { headers: {} }, /encrypted answer without a signature/],
    ['no headers and no encryption', { headers: {}, body: '{"errcode":0}' }, /without a signature/],
    ['a refusal in clear', { headers: {}, body: '{"errcode":43101}' }, /without a signature/],
    ['no JSON', { body: '<html>' }, /not a JSON object/],
    ['another appid', headers({ 'Wechatmp-Appid': 'wx1' }), /another appid/],
    ['no time', headers({ 'Wechatmp-TimeStamp': undefined }), /whose time is/],
    ['a time that is none', headers({ 'Wechatmp-TimeStamp': '1e9' }), /whose time is/],
    ['two signatures', headers({ 'Wechatmp-Signature': [answer.signature, 'x'] }), /not in apiSecurity/],
    ['an unknown certificate', headers({ 'Wechatmp-Serial': '0'.repeat(32) }), /certificate 0{32}, which/],
    ['a certificate that is none', headers({ 'Wechatmp-Serial': 'a\nb' }), /certificate \(none\), which/],
  ])('is unusable with %s', (_what, given, why) => {
    expect(unusable(given)).toMatch(why);
  });

  it('is unusable for another path: the address is signed', () => {
    expect(unusable({}, SECONDS, `${url}s`)).toMatch(/signature is not of/);
  });

  it.each([
    [300, undefined],
    [-300, undefined],
    [301, /compare the clock/],
    [-301, /compare the clock/],
  ])('is read %i s after it was signed only within 300 s', (late, why) => {
    if (why) expect(unusable({}, SECONDS + late)).toMatch(why);
    else expect(unusable({}, SECONDS + late)).toBeUndefined();
  });

  it('is unusable the second time, as long as its time would be accepted', () => {
    const { clock, security } = securityAt(SECONDS - 300);
    expect(security.open(official, url, config())).toHaveProperty('opened');
    for (let waited = 0; waited <= 600; waited += 300, clock.advance(300_000)) {
      expect(security.open(official, url, config())).toEqual({
        unusable: 'a signed answer that was given before',
      });
    }
  });

  it('is unusable where none of the symmetric keys opens it', () => {
    const { security } = securityAt(SECONDS);
    const [first] = config().symmetricKeys;
    const other = { ...config(), symmetricKeys: [{ ...first, sn: '0'.repeat(32) }] };
    expect(security.open(official, url, other)).toEqual({
      unusable: 'a signed answer that none of the symmetric keys of the account opens',
    });
  });

  it.each([40001, 40014, 42001, 40234, 40240, -1, '42001'])(
    'is %s in clear, which WeChat answers before it opens a call',
    (errcode) => {
      const { security } = securityAt(SECONDS);
      const given = { status: 200, body: JSON.stringify({ errcode, errmsg: 'x' }) };
      expect(security.open(given, url, config())).toEqual({ opened: { errcode, errmsg: 'x' } });
    },
  );
});

describe('around a change of the certificate', () => {
  it('believes the signature of the old one, and asks for the new one', () => {
    const { security } = securityAt(SECONDS);
    const warn = jest.spyOn((security as unknown as { logger: { warn(line: string): void } }).logger, 'warn');
    const changing = {
      ...official,
      headers: {
        ...HEADERS,
        'Wechatmp-Serial': 'f'.repeat(32),
        'Wechatmp-Signature': 'of the new one',
        'Wechatmp-Serial-Deprecated': EXAMPLE.certificateSn,
        'Wechatmp-Signature-Deprecated': answer.signature,
      },
    };
    expect(security.open(changing, url, config())).toHaveProperty('opened');
    expect(warn.mock.calls.flat().join('\n')).toContain(`certificate ${'f'.repeat(32)} now: fetch it`);
  });

  it('warns thirty days before the end of the one in use', () => {
    // The official one ends 2027-09-04: nothing of 2021 is near it.
    const { security } = securityAt(SECONDS);
    const warn = jest.spyOn((security as unknown as { logger: { warn(line: string): void } }).logger, 'warn');
    const [sn, certificate] = [...config().certificates][0];
    const soon = { ...certificate, validTo: 1000 * SECONDS + 29 * 86_400_000 };
    security.open(official, url, { ...config(), certificates: new Map([[sn, soon]]) });
    expect(warn.mock.calls.flat().join('\n')).toMatch(/certificate 79ba\w+ ends 2021-12-02/);
  });
});
