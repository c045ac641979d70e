import { InvalidOptionsError } from './kernel/errors.js';
import { resolveConfig } from './weixin-subscribe.config.js';
import type { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';

const CENTRAL = { url: 'https://central.example.com/weixin', key: '0123456789abcdef' };
const KEY = { id: 'k1', key: Buffer.alloc(32).toString('base64') };
const COMPONENT = {
  appId: 'wx134c8103faa5a59e',
  appSecret: 's3cret',
  token: 'Token',
  encodingAesKey: 'A'.repeat(43),
};
const options = (account: object, more: object = {}) =>
  ({
    accounts: [{ appId: 'wx1', kind: 'official-account', templates: ['T1'], ...account }],
    publicBaseUrl: 'https://remind.example.com',
    ...more,
  }) as WeixinSubscribeModuleOptions;
const resolve = (account: object, more?: object) =>
  resolveConfig(options(account, more)).accounts.get('wx1')?.credential;
const refused = (account: object, more?: object) => {
  try {
    resolve(account, more);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
};
const getAccessToken = async () => ({ accessToken: 'a', expiresAt: new Date(0) });

describe('the credential of an account', () => {
  it('is its secret, in the short form or the long one', () => {
    const short = resolve({ appSecret: 's3cret' });
    expect(short).toMatchObject({ kind: 'secret', id: expect.stringMatching(/^[\w-]{16}$/) });
    expect(resolve({ credential: { kind: 'secret', appSecret: 's3cret' } })).toEqual(short);
    expect(resolve({ appSecret: 's3cret', credential: { kind: 'secret' } })).toEqual(short);
  });

  it('is a central, for this account or for all', () => {
    expect(resolve({ credential: { kind: 'remote' } }, { token: { central: CENTRAL } })).toEqual({
      kind: 'remote',
    });
    const all = { token: { role: 'remote', central: CENTRAL } };
    for (const account of [{}, { credential: { kind: 'remote' } }])
      expect(resolve(account, all)).toEqual({ kind: 'remote' });
  });

  it('is a function of the host', () => {
    expect(resolve({ credential: { kind: 'custom', getAccessToken } })).toEqual({
      kind: 'custom',
      getAccessToken,
    });
  });

  it.each<[what: string, account: object, more: object, option: string, says: string]>([
    ['none', {}, {}, 'accounts[0].appSecret', 'is not set'],
    ['text', { credential: 's3cret' }, {}, 'accounts[0].credential', 'must be an object, got other text'],
    [
      'another kind',
      { credential: { kind: 'magic' } },
      {},
      'accounts[0].credential.kind',
      'must be one of "secret", "remote", "custom"',
    ],
    [
      'two secrets',
      { appSecret: 'a', credential: { kind: 'secret', appSecret: 'b' } },
      {},
      'accounts[0].credential.appSecret',
      'stands in "accounts[0].appSecret" already',
    ],
    [
      'a secret beside another kind',
      { appSecret: 'a', credential: { kind: 'custom', getAccessToken } },
      {},
      'accounts[0].appSecret',
      'must be left out with a credential of kind "custom"',
    ],
    [
      'a central that nobody named',
      { credential: { kind: 'remote' } },
      {},
      'accounts[0].credential',
      'needs token.central',
    ],
    [
      'an authorizer of no platform',
      { credential: { kind: 'authorizer' } },
      {},
      'accounts[0].credential',
      'needs the option "component"',
    ],
    [
      'a platform that seals nothing',
      { credential: { kind: 'authorizer' } },
      { component: COMPONENT },
      'token.encryption',
      'is missing: with "component" its keys seal refresh tokens',
    ],
    [
      'pushes of its own beside those of the platform',
      { credential: { kind: 'authorizer' }, push: { token: 'abc' } },
      { component: COMPONENT, token: { encryption: { keys: [KEY] } } },
      'accounts[0].push',
      'must be left out',
    ],
    [
      'no function',
      { credential: { kind: 'custom' } },
      {},
      'accounts[0].credential.getAccessToken',
      'must be a function',
    ],
    [
      'a function for a secret',
      { credential: { kind: 'secret', appSecret: 'a', getAccessToken } },
      {},
      'accounts[0].credential.getAccessToken',
      'is for a credential of kind "custom", and this one is "secret"',
    ],
    [
      'one of its own in a process that only reads',
      { credential: { kind: 'custom', getAccessToken } },
      { token: { role: 'remote', central: CENTRAL } },
      'accounts[0].credential.kind',
      'must be "remote" with token.role "remote"',
    ],
  ])('is refused: %s', (_what, account, more, option, says) => {
    const problems = refused(account, more);
    expect(problems).toContainEqual({ option, message: expect.stringContaining(says) });
    expect(JSON.stringify(problems)).not.toContain('s3cret');
  });
});
