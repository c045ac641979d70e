import { inspect } from 'node:util';
import { secretOf } from './account/credential.options.js';
import { SERVICE_SCOPES } from './http/service-scopes.js';
import { InvalidOptionsError } from './kernel/errors.js';
import { resolveConfig } from './weixin-subscribe.config.js';
import { type WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';

const APP_SECRET = 'app-s3cret-0123456789';
const SERVICE_KEY = 'service-k3y-0123456789';

const account = {
  appId: 'wxaba38c7f163da69b',
  appSecret: APP_SECRET,
  kind: 'official-account' as const,
  templates: ['1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc'],
};
const least: WeixinSubscribeModuleOptions = {
  accounts: [account],
  publicBaseUrl: 'https://remind.example.com',
};

type Loose = Record<string, unknown>;
const resolve = (more: Loose = {}) => resolveConfig({ ...least, ...more } as WeixinSubscribeModuleOptions);
const resolveAccount = (more: Loose, options: Loose = {}) =>
  resolve({ accounts: [{ ...account, ...more }], ...options });

function refusal(check: () => unknown): InvalidOptionsError {
  try {
    check();
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const only = (config: ReturnType<typeof resolveConfig>) => [...config.accounts.values()][0];

describe('the least options', () => {
  it('get every documented default', () => {
    const { accounts, routes, authorization, ...rest } = resolve();
    expect({ ...routes, publicBaseUrl: routes.publicBaseUrl.href }).toEqual({
      publicBaseUrl: 'https://remind.example.com/',
      rateLimit: { perMinute: 60, unprovenPerHour: 600, storage: undefined },
      serviceKeys: [],
      subject: undefined,
    });
    expect(rest).toEqual({
      accountRules: { resolve: expect.any(Function) },
      component: {},
      sourced: false,
      token: {
        role: 'central',
        store: 'database',
        mintLimits: { perHour: 60, perDay: 500 },
        encryptionKeys: [],
      },
      redis: { client: undefined },
      weixin: {
        apiBaseUrl: 'https://api.weixin.qq.com',
        cloudBaseUrl: 'http://api.weixin.qq.com',
        http: { transport: 'axios', timeoutMs: 5000, connectTimeoutMs: 3000, connections: 64 },
      },
      delivery: { leaseSeconds: 60, concurrency: 16, unknown: 'keep', preparedStatements: true },
      broadcast: {
        concurrency: 48,
        ratePerSecond: 500,
        pauseAtRefusedShare: 0.5,
        streamsPerClient: 100,
        distribution: 'local',
        worker: true,
      },
      cards: { types: [], concurrency: 4 },
      templates: { cacheSeconds: 600, compareEverySeconds: 3600 },
      jssdk: { origins: ['https://remind.example.com'] },
      scenes: { from: 0, to: 10_000 },
      retention: {
        intentsDays: 30,
        grantsDays: 0,
        messagesDays: 0,
        cardsDays: 0,
        auditDays: 90,
        actionsDays: 365,
        pushEventsDays: 30,
      },
      schedule: { enabled: true },
      database: undefined,
    });
    expect(rest.delivery.leaseMs).toBe(60_000);
    expect({ ...authorization, returnTo: authorization.returnTo.map(String) }).toEqual({
      returnTo: ['https://remind.example.com/'],
      defaultReturnTo: undefined,
      callbackUrl: undefined,
      intentTtlMs: 600_000,
      mpBaseUrl: 'https://mp.weixin.qq.com',
      oauth: 'off',
      oauthCallbackUrl: undefined,
      openBaseUrl: 'https://open.weixin.qq.com',
    });
    expect([...accounts.keys()]).toEqual([account.appId]);
    expect(accounts.get(account.appId)).toMatchObject({
      kind: 'official-account',
      grantRule: 'set',
      tokenFamily: 'token',
      refreshMarginMs: 600_000,
    });
    const { credential } = accounts.get(account.appId) ?? {};
    expect(credential).toMatchObject({ kind: 'secret' });
    expect(credential && secretOf({ credential })?.reveal()).toBe(APP_SECRET);
  });

  it('take null for "not given"', () => {
    const nothing = {
      http: null,
      token: null,
      serviceKeys: null,
      authorization: null,
      rateLimit: null,
      schedule: null,
    };
    expect(inspect(resolve(nothing))).toBe(inspect(resolve()));
    expect(resolve({ token: { family: null, refreshMarginSeconds: null } }).accounts.size).toBe(1);
  });

  it('keep a zero where zero is a value', () => {
    const config = resolve({
      rateLimit: { perMinute: 0 },
      retention: { intentsDays: 0 },
      schedule: { enabled: false },
    });
    expect(config).toMatchObject({
      routes: { rateLimit: { perMinute: 0 } },
      retention: { intentsDays: 0 },
      schedule: { enabled: false },
    });
  });
});

describe('a remote', () => {
  const { appSecret: _secret, ...open } = account;
  const central = { url: 'https://token.example.com/weixin', key: '0123456789abcdef' };

  it('holds no secret, and knows its central', () => {
    const config = resolve({ accounts: [open], token: { role: 'remote', central } });
    expect(config.token).toMatchObject({ role: 'remote', central: { url: central.url, cacheMs: 60_000 } });
    expect(only(config).credential).toEqual({ kind: 'remote' });
    expect(inspect(config, { depth: 9 })).not.toContain(central.key);
  });

  it('is refused with what only a central uses', () => {
    const token = { role: 'remote', central, store: 'redis', mintsPerHour: 5, encryption: { keys: [] } };
    const { problems } = refusal(() => resolve({ accounts: [open], token }));
    expect(
      problems.map(({ option }) => option).filter((option) => option !== 'token.encryption.keys'),
    ).toEqual(['token.store', 'token.mintsPerHour', 'token.encryption']);
  });

  it('is refused with a secret, and without a central', () => {
    const { problems } = refusal(() => resolve({ token: { role: 'remote' } }));
    expect(problems).toEqual([
      {
        option: 'accounts[0].appSecret',
        message: 'must be left out with token.role "remote": only the central holds the secret',
      },
      { option: 'token.central', message: expect.stringContaining('is missing') },
    ]);
  });
});

describe('addresses', () => {
  it('lose the slash at their end', () => {
    expect(
      resolve({ apiBaseUrl: 'http://127.0.0.1:4000/', mpBaseUrl: 'http://127.0.0.1:4000/mp/' }),
    ).toMatchObject({
      weixin: { apiBaseUrl: 'http://127.0.0.1:4000' },
      authorization: { mpBaseUrl: 'http://127.0.0.1:4000/mp' },
    });
  });

  it('keep the path of publicBaseUrl out of the return addresses', () => {
    const { authorization } = resolve({ publicBaseUrl: 'https://h.example/app/' });
    expect(authorization.returnTo.map(String)).toEqual(['https://h.example/']);
  });
});

describe('token families', () => {
  it.each([
    [{}, {}, 'token', 600],
    [{ family: 'stable' }, {}, 'stable', 290],
    [{ family: 'stable' }, { tokenFamily: 'token' }, 'token', 600],
    [{ refreshMarginSeconds: 60 }, { tokenFamily: 'stable' }, 'stable', 60],
    [{ refreshMarginSeconds: 1800 }, {}, 'token', 1800],
    // stable_token answers the same token until 300 s remain
    [{ refreshMarginSeconds: 1800 }, { tokenFamily: 'stable' }, 'stable', 290],
  ])('of token %p and account %p are %s, refreshed %i s ahead', (token, more, tokenFamily, seconds) => {
    expect(only(resolveAccount(more, { token }))).toMatchObject({
      tokenFamily,
      refreshMarginMs: seconds * 1000,
    });
  });
});

describe('service keys', () => {
  it('may be two under one name', () => {
    const keys = resolve({
      serviceKeys: { a: SERVICE_KEY, b: [`${SERVICE_KEY}1`, `${SERVICE_KEY}2`] },
    }).routes.serviceKeys;
    expect(keys.map(({ client, key }) => [client.name, key.reveal()])).toEqual([
      ['a', SERVICE_KEY],
      ['b', `${SERVICE_KEY}1`],
      ['b', `${SERVICE_KEY}2`],
    ]);
  });

  it('give every right, for every account, where nothing is said of it', () => {
    for (const written of [SERVICE_KEY, [SERVICE_KEY], { keys: SERVICE_KEY }, { keys: [SERVICE_KEY] }]) {
      const [{ client }] = resolve({ serviceKeys: { a: written } }).routes.serviceKeys;
      expect([...client.scopes]).toEqual([...SERVICE_SCOPES]);
      expect([client.mayUse(account.appId), client.mayUse('wx-of-nobody')]).toEqual([true, true]);
    }
  });

  it('give the rights that are listed, and no other', () => {
    const accounts = [account, { ...account, appId: 'wx2' }];
    const written = { keys: SERVICE_KEY, scopes: ['token:read', 'grants:read'], accounts: ['wx2'] };
    const [{ client }] = resolve({ accounts, serviceKeys: { a: written } }).routes.serviceKeys;
    expect(SERVICE_SCOPES.filter((scope) => client.may(scope))).toEqual(['token:read', 'grants:read']);
    expect([account.appId, 'wx2', 'wx3'].filter((appId) => client.mayUse(appId))).toEqual(['wx2']);
    expect(() => client.requireScope('token:read')).not.toThrow();
    expect(() => client.requireScope('token:report')).toThrow('client "a" lacks the scope "token:report"');
    expect(() => client.requireAccount('wx3')).toThrow('client "a" may not use account "wx3"');
  });

  it('are read the same by both keys of a client', () => {
    const [first, second] = resolve({ serviceKeys: { a: [SERVICE_KEY, `${SERVICE_KEY}2`] } }).routes
      .serviceKeys;
    expect(first.client).toBe(second.client);
  });
});

const WHOLE_NUMBERS: [option: string, min: number, max: number][] = [
  ['http.timeoutMs', 100, 60_000],
  ['http.connectTimeoutMs', 100, 60_000],
  ['http.connections', 1, 1024],
  ['delivery.leaseSeconds', 10, 3600],
  ['scenes.from', 0, 10_000],
  ['scenes.to', 0, 10_000],
  ['templates.cacheSeconds', 1, 86_400],
  ['templates.compareEverySeconds', 60, 86_400],
  ['delivery.concurrency', 1, 256],
  ['token.refreshMarginSeconds', 60, 3600],
  ['authorization.intentTtlSeconds', 30, 86_400],
  ['retention.intentsDays', 0, 36_500],
  ['retention.grantsDays', 0, 36_500],
  ['retention.messagesDays', 0, 36_500],
  ['retention.auditDays', 0, 36_500],
  ['retention.actionsDays', 0, 36_500],
  ['retention.pushEventsDays', 0, 36_500],
  ['rateLimit.perMinute', 0, 1_000_000],
  ['rateLimit.unprovenPerHour', 0, 1_000_000],
  ['broadcast.streamsPerClient', 0, 10_000],
];

const nested = (option: string, value: unknown): Loose => {
  const [section, name] = option.split('.');
  return { [section]: { [name]: value } };
};

describe.each(WHOLE_NUMBERS)('%s', (option, min, max) => {
  const longLease = { delivery: { leaseSeconds: 3600 } };

  it.each([min, max])('takes its limit %i', (value) => {
    const options = {
      ...(option === 'http.timeoutMs' ? longLease : { http: { timeoutMs: 100 } }),
      ...nested(option, value),
    };
    expect(() => resolve(options)).not.toThrow();
  });

  it.each([min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, String(min), true, [min], {}])(
    'refuses %p and says the limits',
    (value) => {
      const { problems, message } = refusal(() => resolve(nested(option, value)));
      expect(problems).toHaveLength(1);
      expect(problems[0].option).toBe(option);
      expect(message).toContain(`option "${option}" must be a whole number from ${min} to ${max}, got `);
    },
  );
});

describe('a wrong option is named', () => {
  it.each<[string, Loose, string, string]>([
    ['no accounts', { accounts: undefined }, 'accounts', 'must list at least one account'],
    ['an empty list of accounts', { accounts: [] }, 'accounts', 'must list at least one account'],
    ['accounts by name', { accounts: { wx1: account } }, 'accounts', 'must list at least one account'],
    ['no publicBaseUrl', { publicBaseUrl: undefined }, 'publicBaseUrl', 'is not set (it is undefined'],
    [
      'a publicBaseUrl without scheme',
      { publicBaseUrl: 'remind.example.com' },
      'publicBaseUrl',
      'absolute http(s) URL',
    ],
    [
      'a publicBaseUrl with credentials',
      { publicBaseUrl: 'https://u:p@h.example' },
      'publicBaseUrl',
      'without',
    ],
    ['an apiBaseUrl with a query', { apiBaseUrl: 'https://h.example?x=1' }, 'apiBaseUrl', 'without query'],
    ['an mpBaseUrl of another scheme', { mpBaseUrl: 'ftp://h.example' }, 'mpBaseUrl', 'absolute http(s) URL'],
    [
      'another transport',
      { http: { transport: 'fetch' } },
      'http.transport',
      'one of "axios", "undici", got "fetch"',
    ],
    [
      'another store',
      { token: { store: 'file' } },
      'token.store',
      'one of "database", "redis", "memory", got "file"',
    ],
    ['Redis without its address', { token: { store: 'redis' } }, 'redis', 'is missing'],
    ['a Redis that is none', { redis: '127.0.0.1' }, 'redis', 'must be a redis:// or rediss:// address'],
    ['a client that is none', { redis: {} }, 'redis', 'or an ioredis client'],
    ['another role', { token: { role: 'both' } }, 'token.role', 'one of "central", "remote", got "both"'],
    [
      'a central that a central does not need',
      { token: { central: { url: 'https://c', key: 'k'.repeat(16) } } },
      'token.central',
      'only with token.role "remote"',
    ],
    ['no mints', { token: { mintsPerHour: 0 } }, 'token.mintsPerHour', 'from 1 to 1000, got 0'],
    [
      'more mints than WeChat gives',
      { token: { mintsPerDay: 2000 } },
      'token.mintsPerDay',
      'from 1 to 1900, got 2000',
    ],
    [
      'encryption without keys',
      { token: { encryption: { keys: [] } } },
      'token.encryption.keys',
      'must list at least one key',
    ],
    [
      'an encryption key that is too short',
      { token: { encryption: { keys: [{ id: 'a', key: 'c2hvcnQ=' }] } } },
      'token.encryption.keys[0].key',
      'must be 32 bytes in base64',
    ],
    ['another family', { token: { family: 'gold' } }, 'token.family', 'one of "token", "stable", got "gold"'],
    ['http that is text', { http: 'fast' }, 'http', 'must be an object, got other text (4 characters)'],
    ['schedule that is a flag', { schedule: false }, 'schedule', 'must be an object, got false'],
    [
      'schedule.enabled as text',
      { schedule: { enabled: 'false' } },
      'schedule.enabled',
      'true or false, got "false"',
    ],
    ['serviceKeys as a list', { serviceKeys: [SERVICE_KEY] }, 'serviceKeys', 'must be an object, got a list'],
    [
      'a short service key',
      { serviceKeys: { a: 'short' } },
      'serviceKeys.a',
      'must be 16–512 printable ASCII',
    ],
    [
      'a service key that is missing',
      { serviceKeys: { a: undefined } },
      'serviceKeys.a',
      'is not set (it is undefined',
    ],
    [
      'a service key with a space',
      { serviceKeys: { a: 'sixteen or more chars' } },
      'serviceKeys.a',
      'without spaces',
    ],
    ['a service key of 513', { serviceKeys: { a: 'k'.repeat(513) } }, 'serviceKeys.a', '16–512'],
    ['a service without keys', { serviceKeys: { a: [] } }, 'serviceKeys.a', 'lists no key'],
    [
      'one key for two',
      { serviceKeys: { a: SERVICE_KEY, b: SERVICE_KEY } },
      'serviceKeys.b',
      'repeats a key',
    ],
    [
      'one key twice under one name',
      { serviceKeys: { a: [SERVICE_KEY, SERVICE_KEY] } },
      'serviceKeys.a',
      'repeats a key',
    ],
    [
      'a third key',
      { serviceKeys: { a: [1, 2, 3].map((n) => `${SERVICE_KEY}${n}`) } },
      'serviceKeys.a',
      'lists 3 keys; 2 at most',
    ],
    ['an empty service name', { serviceKeys: { '': SERVICE_KEY } }, 'serviceKeys', 'an empty name'],
    [
      'a client without keys',
      { serviceKeys: { a: {} } },
      'serviceKeys.a.keys',
      'is not set (it is undefined',
    ],
    [
      'a client with an empty list',
      { serviceKeys: { a: { keys: [] } } },
      'serviceKeys.a.keys',
      'lists no key',
    ],
    [
      'a key that a client shares',
      { serviceKeys: { a: SERVICE_KEY, b: { keys: SERVICE_KEY } } },
      'serviceKeys.b.keys',
      'repeats a key',
    ],
    [
      'a misspelt right of a client',
      { serviceKeys: { a: { keys: SERVICE_KEY, scope: ['token:read'] } } },
      'serviceKeys.a.scope',
      'is not known; known are keys, scopes, accounts',
    ],
    [
      'an unknown scope',
      { serviceKeys: { a: { keys: SERVICE_KEY, scopes: ['token:read', 'token:write'] } } },
      'serviceKeys.a.scopes',
      'must be one of "token:read", "token:report", "messages:send", "messages:read", "messages:resolve", "grants:read", "grants:write", "history:read", "broadcasts:send", "broadcasts:read", "cards:send", "cards:read", "templates:read", "templates:write", "accounts:read", "accounts:write", "pushes:read", "pushes:replay", "audit:read", "personal-data:erase", got "token:write"',
    ],
    [
      'a state of a card without its number',
      { cards: { types: [{ notifyType: 2001, states: [{} as never] }] } },
      'cards.types[0].states[0].state',
      'must be a whole number from 1 to 9999, got nothing',
    ],
    [
      'a misspelt fact of a state of a card',
      { cards: { types: [{ notifyType: 2001, states: [{ state: 12, form: [4] } as never] }] } },
      'cards.types[0].states[0].form',
      'is not known; known are state, activation, from, required, terminal',
    ],
    [
      'a type of cards that nobody knows, without the source of its codes',
      { cards: { types: [{ notifyType: 2012, states: [] }] } },
      'cards.types[0].code',
      'is required of a type that this library does not know',
    ],
    [
      'no scope at all',
      { serviceKeys: { a: { keys: SERVICE_KEY, scopes: [] } } },
      'serviceKeys.a.scopes',
      'must be a list of at least one',
    ],
    [
      'a scope as text',
      { serviceKeys: { a: { keys: SERVICE_KEY, scopes: 'token:read' } } },
      'serviceKeys.a.scopes',
      'must be a list of at least one',
    ],
    [
      'a client of an account that is not configured',
      { serviceKeys: { a: { keys: SERVICE_KEY, accounts: [account.appId, 'wx2'] } } },
      'serviceKeys.a.accounts',
      'names "wx2", which is not one of "accounts"',
    ],
    [
      'a long service name',
      { serviceKeys: { ['n'.repeat(65)]: SERVICE_KEY } },
      'serviceKeys',
      'more than 64 characters',
    ],
    [
      'returnTo as text',
      { authorization: { returnTo: 'https://h.example' } },
      'authorization.returnTo',
      'must be a list',
    ],
    [
      'an empty returnTo',
      { authorization: { returnTo: [] } },
      'authorization.returnTo',
      'at least one address',
    ],
    [
      'a path in returnTo',
      { authorization: { returnTo: ['/courses'] } },
      'authorization.returnTo[0]',
      'absolute',
    ],
    [
      'a default that is not allowed',
      { authorization: { returnTo: ['https://h.example/a'], defaultReturnTo: 'https://h.example/b' } },
      'authorization.defaultReturnTo',
      'is not under one of the addresses of "authorization.returnTo"',
    ],
    [
      'a default that is no text',
      { authorization: { defaultReturnTo: 5 } },
      'authorization.defaultReturnTo',
      'not under',
    ],
    [
      'a callbackUrl that is a path',
      { authorization: { callbackUrl: '/cb' } },
      'authorization.callbackUrl',
      'absolute',
    ],
    [
      'a subject that is no function',
      { authorization: { subject: 'user' } },
      'authorization.subject',
      'a function',
    ],
    [
      'a lease that a slow send may outlast',
      { http: { timeoutMs: 30_000 }, delivery: { leaseSeconds: 60 } },
      'delivery.leaseSeconds',
      'must be longer than twice "http.timeoutMs"',
    ],
    [
      'scenes that end before they start',
      { scenes: { from: 5000, to: 4999 } },
      'scenes.from',
      'must not be above "scenes.to", got 5000 and 4999',
    ],
  ])('%s', (_what, options, option, says) => {
    const { problems, code, message } = refusal(() => resolve(options));
    expect(problems.map((problem) => problem.option)).toEqual([option]);
    expect(problems[0].message).toContain(says);
    expect(message).toContain(`WeixinSubscribeModule: option "${option}"`);
    expect(code).toBe('WEIXIN_INVALID_OPTIONS');
  });

  it.each<[string, Loose, string, string]>([
    ['no appId', { appId: undefined }, 'accounts[0].appId', 'is not set (it is undefined'],
    ['a long appId', { appId: 'w'.repeat(33) }, 'accounts[0].appId', '1–32 letters'],
    ['no secret', { appSecret: undefined }, 'accounts[0].appSecret', 'is not set (it is undefined'],
    ['an empty secret', { appSecret: ' ' }, 'accounts[0].appSecret', 'is not set (it is empty'],
    [
      'a secret with a line break',
      { appSecret: `${APP_SECRET}\n` },
      'accounts[0].appSecret',
      'without white space',
    ],
    [
      'no kind',
      { kind: undefined },
      'accounts[0].kind',
      'one of "official-account", "service-account", "subscription-account", "mobile-app", "mini-program", got nothing',
    ],
    ['another kind', { kind: 'service' }, 'accounts[0].kind', 'got "service"'],
    ['no templates', { templates: undefined }, 'accounts[0].templates', 'at least one template id'],
    ['an empty list of templates', { templates: [] }, 'accounts[0].templates', 'at least one template id'],
    ['a template with a slash', { templates: ['ok', 'a/b'] }, 'accounts[0].templates[1]', '1–64 letters'],
    ['a template that is a number', { templates: [7] }, 'accounts[0].templates[0]', '1–64 letters'],
    ['another grant rule', { grantRule: 'all' }, 'accounts[0].grantRule', 'one of "set", "count", got "all"'],
    [
      'another family',
      { tokenFamily: 'gold' },
      'accounts[0].tokenFamily',
      'one of "token", "stable", got "gold"',
    ],
  ])('of an account: %s', (_what, more, option, says) => {
    const { problems } = refusal(() => resolveAccount(more));
    expect(problems.map((problem) => problem.option)).toEqual([option]);
    expect(problems[0].message).toContain(says);
  });

  describe.each<[what: string, value: unknown]>([
    ['undefined', undefined],
    ['undefined', null],
    ['empty', ''],
    ['empty', ' \n'],
    ['the text "undefined"', 'undefined'],
    ['the text "null"', 'null'],
  ])('as not set, where a variable is %s (%p)', (what, value) => {
    const remote = (central: object) => ({
      token: { role: 'remote', central: { url: 'https://c.example', key: SERVICE_KEY, ...central } },
      accounts: [{ ...account, appSecret: undefined }],
    });
    const encrypted = (key: object) => ({
      token: { encryption: { keys: [{ id: 'a', key: KEY_OF_32, ...key }] } },
    });
    const push = (more: object) => ({
      accounts: [{ ...account, push: { token: 'thetoken', encodingAesKey: 'a'.repeat(43), ...more } }],
    });
    const inAccount = (more: object) => ({ accounts: [{ ...account, ...more }] });
    const KEY_OF_32 = Buffer.alloc(32).toString('base64');

    it.each<[option: string, given: Loose]>([
      ['accounts[0].appId', inAccount({ appId: value })],
      ['accounts[0].appSecret', inAccount({ appSecret: value })],
      ['accounts[0].templates[0]', inAccount({ templates: [value] })],
      ['accounts[0].templates[0].id', inAccount({ templates: [{ id: value }] })],
      ['accounts[0].push.token', push({ token: value })],
      ['accounts[0].push.encodingAesKey', push({ encodingAesKey: value })],
      ['publicBaseUrl', { publicBaseUrl: value }],
      ['authorization.returnTo[0]', { authorization: { returnTo: [value] } }],
      ['serviceKeys.a', { serviceKeys: { a: value } }],
      ['serviceKeys.a', { serviceKeys: { a: [SERVICE_KEY, value] } }],
      ['serviceKeys.a.keys', { serviceKeys: { a: { keys: value } } }],
      ['token.central.url', remote({ url: value })],
      ['token.central.key', remote({ key: value })],
      ['token.encryption.keys[0].id', encrypted({ id: value })],
      ['token.encryption.keys[0].key', encrypted({ key: value })],
    ])('%s', (option, given) => {
      const { problems } = refusal(() => resolve(given));
      const shown = what === 'undefined' && value === null ? /undefined|null/ : what;
      expect(problems).toEqual([{ option, message: expect.stringMatching(/^is not set \(it is /) }]);
      expect(problems[0].message).toMatch(shown);
      expect(problems[0].message).toContain(': is the environment variable loaded?)');
    });
  });

  it('as not set, straight from an environment that has none of them, without a cast', () => {
    const environment: NodeJS.ProcessEnv = {};
    const options: WeixinSubscribeModuleOptions = {
      publicBaseUrl: environment.PUBLIC_BASE_URL,
      accounts: [{ ...account, appSecret: environment.SECRET, push: { token: environment.TOKEN } }],
      serviceKeys: {
        courses: environment.COURSES_KEY,
        shop: [environment.SHOP_KEY, SERVICE_KEY],
        crm: { keys: environment.CRM_KEY },
      },
      token: { encryption: { keys: [{ id: 'k1', key: environment.TOKEN_KEY }] } },
    };
    const { problems } = refusal(() => resolveConfig(options));
    expect(problems.map(({ option }) => option).sort()).toEqual([
      'accounts[0].appSecret',
      'accounts[0].push.token',
      'publicBaseUrl',
      'serviceKeys.courses',
      'serviceKeys.crm.keys',
      'serviceKeys.shop',
      'token.encryption.keys[0].key',
    ]);
    for (const { message } of problems) expect(message).toMatch(/^is not set \(it is undefined/);
  });

  it.each(['', ' ', 'undefined', 'null'])(
    'as not set, where an address that has a default is %p',
    (value) => {
      for (const option of ['apiBaseUrl', 'mpBaseUrl', 'redis']) {
        const { problems } = refusal(() => resolve({ [option]: value }));
        expect(problems).toEqual([{ option, message: expect.stringMatching(/^is not set \(it is /) }]);
      }
      const { problems } = refusal(() => resolve({ authorization: { callbackUrl: value } }));
      expect(problems[0].message).toMatch(/^is not set \(it is /);
    },
  );

  it.each(['undefined/weixin', 'https://undefined', 'https://undefined:8080/x', 'http://null/'])(
    'as not set, where an address is made of nothing: %s',
    (publicBaseUrl) => {
      const { problems } = refusal(() => resolve({ publicBaseUrl }));
      expect(problems).toEqual([
        {
          option: 'publicBaseUrl',
          message: expect.stringMatching(/^is not set \(its host is the text "(undefined|null)": is the env/),
        },
      ]);
    },
  );

  it.each(['https://undefined.example', 'https://h.example/undefined', 'https://nullable.example'])(
    'not where an address only has such a word in it: %s',
    (publicBaseUrl) => {
      expect(() => resolve({ publicBaseUrl })).not.toThrow();
    },
  );

  it('an account that is text, which may hold its secret', () => {
    expect(refusal(() => resolve({ accounts: ['wx1'] })).problems[0]).toEqual({
      option: 'accounts[0]',
      message: 'must be an object, got other text (3 characters)',
    });
  });

  it.each([
    ['serviceKeys', { serviceKeys: `{"reminders":"${SERVICE_KEY}"}` }],
    ['token.encryption', { token: { encryption: SERVICE_KEY } }],
    ['token.encryption.keys[0]', { token: { encryption: { keys: [SERVICE_KEY] } } }],
    ['token.central', { token: { role: 'remote', central: SERVICE_KEY } }],
    ['accounts[0]', { accounts: [`{"appSecret":"${SERVICE_KEY}"}`] }],
  ])('text in the place of %s, without showing what is in it', (option, given) => {
    const { message, problems } = refusal(() => resolve(given));
    expect(problems.map((problem) => problem.option)).toContain(option);
    expect(message).not.toContain(SERVICE_KEY);
  });

  it('an account listed twice', () => {
    const { problems } = refusal(() => resolve({ accounts: [account, account] }));
    expect(problems).toEqual([
      { option: 'accounts[1].appId', message: `"${account.appId}" is listed twice` },
    ]);
  });

  it.each([undefined, null, 'options', 5])('options that are %p', (options) => {
    const { message } = refusal(() => resolveConfig(options as unknown as WeixinSubscribeModuleOptions));
    expect(message).toBe(
      'WeixinSubscribeModule: option "options" is missing: what forRoot takes, or a factory answers, must be an object',
    );
  });

  it('together with all the others, each once', () => {
    const { problems } = refusal(() =>
      resolveConfig({
        accounts: [
          { ...account, kind: 'x' },
          { ...account, appId: 'wx2', templates: [] },
        ],
        token: { family: 'gold', store: 'file', refreshMarginSeconds: 1 },
        http: { timeoutMs: 'soon' },
      } as unknown as WeixinSubscribeModuleOptions),
    );
    expect(problems.map(({ option }) => option).sort()).toEqual([
      'accounts[0].kind',
      'accounts[1].templates',
      'http.timeoutMs',
      'publicBaseUrl',
      'token.family',
      'token.refreshMarginSeconds',
      'token.store',
    ]);
  });
});

describe('secrets', () => {
  it('are in no message, whatever is wrong beside them', () => {
    const error = refusal(() =>
      resolveConfig({
        accounts: [
          { ...account, appSecret: `${APP_SECRET} \n`, kind: 'x' },
          { ...account, appId: '', templates: [] },
        ],
        serviceKeys: {
          a: `${SERVICE_KEY} with spaces`,
          b: SERVICE_KEY,
          c: SERVICE_KEY,
          d: { key: SERVICE_KEY },
        },
        publicBaseUrl: `https://user:${APP_SECRET}@h.example`,
        apiBaseUrl: `https://h.example/?secret=${APP_SECRET}`,
      } as unknown as WeixinSubscribeModuleOptions),
    );
    for (const shown of [
      error.message,
      String(error.stack),
      JSON.stringify(error),
      inspect(error, { depth: 9 }),
    ]) {
      expect(shown).not.toMatch(/s3cret|k3y/);
    }
  });

  it('are not shown by the config, however it is printed', () => {
    const config = resolve({ serviceKeys: { a: SERVICE_KEY } });
    const shown = [
      inspect(config, { depth: 9, showHidden: true }),
      JSON.stringify(config),
      `${secretOf(only(config))}`,
    ];
    for (const text of shown) expect(text).not.toMatch(/s3cret|k3y/);
  });
});

describe('the config', () => {
  it('is frozen in all its parts', () => {
    const config = resolve({ serviceKeys: { a: SERVICE_KEY } });
    const { weixin, retention, routes, authorization } = config;
    const { rateLimit, serviceKeys } = routes;
    const { http } = weixin;
    for (const part of [
      config,
      weixin,
      http,
      routes,
      retention,
      rateLimit,
      authorization,
      authorization.returnTo,
      serviceKeys,
      serviceKeys[0],
      only(config),
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(() => Object.assign(http, { timeoutMs: 1 })).toThrow(TypeError);
  });

  it('leaves what belongs to the host as it is', () => {
    const storage = { increment: async () => ({}), counts: {} };
    const database = { type: 'better-sqlite3', database: ':memory:' };
    const options = { ...least, rateLimit: { storage }, database };
    const config = resolveConfig(options as unknown as WeixinSubscribeModuleOptions);
    expect(config.routes.rateLimit.storage).toBe(storage);
    expect(config.database).toBe(database);
    for (const own of [
      options,
      options.accounts,
      account,
      account.templates,
      options.rateLimit,
      storage,
      storage.counts,
      database,
    ]) {
      expect(Object.isFrozen(own)).toBe(false);
    }
  });

  it('does not change with the options it came from', () => {
    const templates = [...account.templates];
    const config = resolveAccount({ templates });
    templates.push('another');
    expect(only(config).templates.size).toBe(1);
  });

  it.each([
    ['serviceKey', { serviceKey: {} }],
    ['token.refreshMarginSecond', { token: { refreshMarginSecond: 100 } }],
    ['http.timeout', { http: { timeout: 100 } }],
    ['accounts[0].secret', { accounts: [{ secret: 'x' }] }],
  ])('refuses the unknown option %s by name, and lists the known ones', (option, given) => {
    expect(() => resolveConfig(given as never)).toThrow(`option "${option}" is not known; known are `);
  });
});
