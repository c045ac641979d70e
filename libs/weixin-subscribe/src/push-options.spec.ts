import { inspect } from 'node:util';
import type { PushOptions, SignedPushConfig } from './account/push.options.js';
import { InvalidOptionsError } from './kernel/errors.js';
import { resolveConfig } from './weixin-subscribe.config.js';

const TOKEN = 'thetokenofaccount1';
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

function resolve(push: unknown) {
  const { accounts } = resolveConfig({
    accounts: [
      {
        appId: 'wx1',
        appSecret: 's',
        kind: 'official-account',
        templates: ['T1'],
        push: push as PushOptions,
      },
    ],
    publicBaseUrl: 'https://h.example',
  });
  return accounts.get('wx1')?.push;
}

it.each([
  ['safe, with a key', { token: TOKEN, encodingAesKey: KEY }, 'safe'],
  ['plain, without one', { token: TOKEN }, 'plain'],
  ['what is asked for', { token: TOKEN, encodingAesKey: KEY, mode: 'compatible' }, 'compatible'],
  ['plain, with a key that is not set', { token: TOKEN, encodingAesKey: undefined, mode: 'plain' }, 'plain'],
  [
    'plain when that is said, whatever else is there',
    { token: TOKEN, encodingAesKey: KEY, mode: 'plain' },
    'plain',
  ],
])('the mode is %s', (_what, given, mode) => {
  const push = resolve(given) as SignedPushConfig;
  expect(push?.mode).toBe(mode);
  expect(push?.token.reveal()).toBe(TOKEN);
  expect(inspect(push, { depth: 9, showHidden: true }) + JSON.stringify(push)).not.toMatch(`${TOKEN}|${KEY}`);
  expect(Object.isFrozen(push)).toBe(true);
});

it.each([[undefined], [null]])('%p: the account takes no pushes', (given) => {
  expect(resolve(given)).toBeUndefined();
});

it.each<[string, unknown, string, string]>([
  ['safe mode without a key', { token: TOKEN, mode: 'safe' }, 'encodingAesKey', 'is missing'],
  ['compatible mode without a key', { token: TOKEN, mode: 'compatible' }, 'encodingAesKey', 'is missing'],
  ['another mode', { token: TOKEN, mode: 'none' }, 'mode', 'one of "plain", "compatible", "safe"'],
  ['another format', { token: TOKEN, format: 'yaml' }, 'format', 'one of "xml", "json"'],
  ['no token', { encodingAesKey: KEY }, 'token', 'is not set (it is undefined'],
  ['a long token', { token: 'a'.repeat(33) }, 'token', '3–32 letters or digits'],
  ['a token with a hyphen', { token: `${TOKEN}-` }, 'token', '3–32 letters or digits'],
  ['a short key', { token: TOKEN, encodingAesKey: KEY.slice(1) }, 'encodingAesKey', 'the 43 characters'],
  ['a padded key', { token: TOKEN, encodingAesKey: `${KEY}=` }, 'encodingAesKey', 'the 43 characters'],
  ['an empty key', { token: TOKEN, encodingAesKey: '' }, 'encodingAesKey', 'is not set (it is empty'],
  [
    'an unset key',
    { token: TOKEN, encodingAesKey: undefined },
    'encodingAesKey',
    'is not set (it is undefined',
  ],
  ['a misspelt name', { token: TOKEN, aesKey: KEY }, 'aesKey', 'is not known'],
])('%s is refused by name, without its value', (_what, given, option, says) => {
  let caught: unknown;
  try {
    resolve(given);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(InvalidOptionsError);
  const { problems, message } = caught as InvalidOptionsError;
  expect(problems).toEqual([
    { option: `accounts[0].push.${option}`, message: expect.stringContaining(says) },
  ]);
  expect(message).not.toMatch(`${TOKEN}|${KEY.slice(1)}`);
});

it('text in its place is not shown', () => {
  expect(() => resolve(`{"token":"${TOKEN}"}`)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(TOKEN) }),
  );
});
