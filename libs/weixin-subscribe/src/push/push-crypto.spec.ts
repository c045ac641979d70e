import { createCipheriv } from 'node:crypto';
import { openPush, sealPush } from './push-cipher.js';
import { isFresh, isSignature, pushSignature } from './push-signature.js';
import { signPush } from './sign-push.js';

/** docs/platform.md §7.4. */
const A43 = 'A'.repeat(43);
const SAFE = {
  appId: 'wxba5fad812f8e6fb9',
  sealed:
    '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=',
  text: '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}',
  random: 'a8eedb185eb2fecf',
};
const REPLY = {
  sealed: 'ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==',
  text: '{"demo_resp":"good luck"}',
  random: '707722b803182950',
};
const WXJAVA = {
  key: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  appId: 'wxb11529c136998cb6',
  sealed: 'jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==',
  text: '我是中文abcd123',
  random: 'aaaabbbbccccdddd',
};

describe('the signatures of the official pages', () => {
  it.each([
    ['URL check', ['AAAAA', '1714036504', '1514711492'], 'f464b24fc39322e44b38aa78f5edd27bd1441696'],
    ['plain push', ['AAAAA', '1714037059', '486452656'], '899cf89e464efb63f54ddac96b0a0a235f53aa78'],
    ['safe mode', ['AAAAA', '1714112445', '415670741'], '6c5c811b55cc85e0e1b54100749188c20beb3f5d'],
    [
      'safe mode, with the body',
      ['AAAAA', '1714112445', '415670741', SAFE.sealed],
      '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
    ],
    ['reply', ['AAAAA', '1713424427', '415670741', REPLY.sealed], '1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1'],
    [
      'WxJava',
      ['pamtest', '1409304348', 'xxxxxx', WXJAVA.sealed],
      '82c962d39941aa48552f90ef55aa323dc620cc10',
    ],
  ])('%s', (_what, parts, signature) => {
    expect(pushSignature(...parts)).toBe(signature);
    expect(isSignature(signature, ...parts)).toBe(true);
    expect(isSignature(signature.toUpperCase(), ...parts)).toBe(false);
    expect(isSignature(undefined, ...parts)).toBe(false);
    expect(isSignature('', ...parts)).toBe(false);
  });
});

describe('the encryption of the official pages', () => {
  it.each([
    ['safe mode', A43, SAFE.appId, SAFE],
    ['reply', A43, SAFE.appId, REPLY],
    ['WxJava', WXJAVA.key, WXJAVA.appId, WXJAVA],
  ])('%s, in both directions', (_what, key, appId, { sealed, text, random }) => {
    expect(sealPush(key, appId, text, Buffer.from(random))).toBe(sealed);
    expect(openPush(key, appId, sealed)).toBe(text);
  });

  it('is signed by signPush like the sample', () => {
    const { query, body } = signPush({
      appId: SAFE.appId,
      token: 'AAAAA',
      encodingAesKey: A43,
      body: SAFE.text,
      timestamp: 1714112445,
      nonce: '415670741',
      random: SAFE.random,
    });
    expect(query).toEqual({
      signature: '6c5c811b55cc85e0e1b54100749188c20beb3f5d',
      timestamp: '1714112445',
      nonce: '415670741',
      encrypt_type: 'aes',
      msg_signature: '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
    });
    expect(JSON.parse(body).Encrypt).toBe(SAFE.sealed);
  });

  it.each([0, 1, 11, 12, 13, 27, 28, 29, 31, 32, 33, 5000])('gives %i characters back', (length) => {
    const text = '中'.repeat(length);
    expect(openPush(A43, 'wx1', sealPush(A43, 'wx1', text, Buffer.alloc(16)))).toBe(text);
  });

  const last = Buffer.from(SAFE.sealed, 'base64');
  it.each([
    ['another account', A43, 'wxba5fad812f8e6fb8', SAFE.sealed],
    ['an account whose id begins with it', A43, `${SAFE.appId}x`, SAFE.sealed],
    ['no account', A43, '', SAFE.sealed],
    ['another key', WXJAVA.key, SAFE.appId, SAFE.sealed],
    ['nothing', A43, SAFE.appId, ''],
    ['a text cut within a block', A43, SAFE.appId, last.subarray(0, 200).toString('base64')],
    ['a text cut after a block', A43, SAFE.appId, last.subarray(0, 192).toString('base64')],
    ['one block', A43, SAFE.appId, last.subarray(0, 32).toString('base64')],
    ['a text with a bent end', A43, SAFE.appId, flipped(last, last.length - 17)],
    ['a text with a bent length', A43, SAFE.appId, flipped(last, 3)],
    ['no base64', A43, SAFE.appId, '!!!!'],
  ])('opens nothing for %s', (_what, key, appId, sealed) => {
    expect(openPush(key, appId, sealed)).toBeUndefined();
  });
});

it.each([
  ['a pad of 0', [0, 0, 0, 0, 0, 0, 0]],
  ['a pad longer than a block', Array(39).fill(39)],
  ['a pad longer than all', Array(7).fill(255)],
  ['a pad whose bytes differ', [1, 2, 3, 4, 5, 6, 7]],
])('opens nothing with %s, although the key is right', (_what, pad) => {
  const head = Buffer.from(`${'r'.repeat(16)}\0\0\0\x02hiwx1`);
  const whole = Buffer.concat([head, Buffer.from(pad)]);
  const key = Buffer.from(`${A43}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const sealed = Buffer.concat([cipher.update(whole), cipher.final()]).toString('base64');
  expect(openPush(A43, 'wx1', sealed)).toBeUndefined();
});

/** In CBC, a bit of one block turns the same bit of the next: the padding, or the length. */
function flipped(bytes: Buffer, at: number): string {
  const bent = Buffer.from(bytes);
  bent[at] ^= 0x40;
  return bent.toString('base64');
}

it.each([
  ['1700000000', true],
  ['1700000300', true],
  ['1700000301', false],
  ['1699999700', true],
  ['1699999699', false],
  ['', false],
  [' 1700000000', false],
  ['1.7e9', false],
  ['-1700000000', false],
  ['0x6553f100', false],
])('timestamp %p of a push at 1700000000: %p', (timestamp, isIt) => {
  expect(isFresh(timestamp, 1_700_000_000_000)).toBe(isIt);
});
