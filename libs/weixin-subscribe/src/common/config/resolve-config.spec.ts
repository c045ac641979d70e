import { inspect } from 'node:util';
import { InvalidOptionsError } from '../errors.js';
import type { WeixinSubscribeModuleOptions } from './options.js';
import { resolveConfig } from './resolve-config.js';

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
    const { accounts, publicBaseUrl, authorization, ...rest } = resolve();
    expect(publicBaseUrl.href).toBe('https://remind.example.com/');
    expect(rest).toEqual({
      apiBaseUrl: 'https://api.weixin.qq.com',
      mpBaseUrl: 'https://mp.weixin.qq.com',
      serviceKeys: [],
      tokenStore: 'database',
      http: { transport: 'axios', timeoutMs: 5000, connectTimeoutMs: 3000, connections: 64 },
      leaseMs: 60_000,
      retention: { intentsDays: 30, grantsDays: 0, messagesDays: 0 },
      rateLimit: { perMinute: 60, storage: undefined },
      scheduleEnabled: true,
      database: undefined,
    });
    expect({ ...authorization, returnTo: authorization.returnTo.map(String) }).toEqual({
      returnTo: ['https://remind.example.com/'],
      defaultReturnTo: undefined,
      callbackUrl: 'https://remind.example.com/weixin/callback',
      intentTtlMs: 600_000,
      subject: undefined,
    });
    expect([...accounts.keys()]).toEqual([account.appId]);
    expect(accounts.get(account.appId)).toMatchObject({
      kind: 'official-account',
      grantRule: 'set',
      tokenFamily: 'token',
      refreshMarginMs: 600_000,
    });
    expect(accounts.get(account.appId)?.appSecret?.reveal()).toBe(APP_SECRET);
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
      rateLimit: { perMinute: 0 },
      retention: { intentsDays: 0 },
      scheduleEnabled: false,
    });
  });
});

describe('addresses', () => {
  it('lose the slash at their end', () => {
    expect(
      resolve({ apiBaseUrl: 'http://127.0.0.1:4000/', mpBaseUrl: 'http://127.0.0.1:4000/mp/' }),
    ).toMatchObject({
      apiBaseUrl: 'http://127.0.0.1:4000',
      mpBaseUrl: 'http://127.0.0.1:4000/mp',
    });
  });

  it('keep the path of publicBaseUrl in the callback, and not in the return addresses', () => {
    const { authorization } = resolve({ publicBaseUrl: 'https://h.example/app/' });
    expect(authorization.callbackUrl).toBe('https://h.example/app/weixin/callback');
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
    }).serviceKeys;
    expect(keys.map(({ name, key }) => [name, key.reveal()])).toEqual([
      ['a', SERVICE_KEY],
      ['b', `${SERVICE_KEY}1`],
      ['b', `${SERVICE_KEY}2`],
    ]);
  });
});

const WHOLE_NUMBERS: [option: string, min: number, max: number][] = [
  ['http.timeoutMs', 100, 60_000],
  ['http.connectTimeoutMs', 100, 60_000],
  ['http.connections', 1, 1024],
  ['delivery.leaseSeconds', 10, 3600],
  ['delivery.concurrency', 1, 256],
  ['token.refreshMarginSeconds', 60, 3600],
  ['authorization.intentTtlSeconds', 30, 86_400],
  ['retention.intentsDays', 0, 36_500],
  ['retention.grantsDays', 0, 36_500],
  ['retention.messagesDays', 0, 36_500],
  ['rateLimit.perMinute', 0, 1_000_000],
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
    ['no publicBaseUrl', { publicBaseUrl: undefined }, 'publicBaseUrl', 'must be an absolute http(s) URL'],
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
      { token: { store: 'redis' } },
      'token.store',
      'one of "database", "memory", got "redis"',
    ],
    ['another family', { token: { family: 'gold' } }, 'token.family', 'one of "token", "stable", got "gold"'],
    ['http that is text', { http: 'fast' }, 'http', 'must be an object, got "fast"'],
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
    ['a service key that is missing', { serviceKeys: { a: undefined } }, 'serviceKeys.a', 'must be 16–512'],
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
  ])('%s', (_what, options, option, says) => {
    const { problems, code, message } = refusal(() => resolve(options));
    expect(problems.map((problem) => problem.option)).toEqual([option]);
    expect(problems[0].message).toContain(says);
    expect(message).toContain(`WeixinSubscribeModule: option "${option}"`);
    expect(code).toBe('WEIXIN_INVALID_OPTIONS');
  });

  it.each<[string, Loose, string, string]>([
    ['no appId', { appId: undefined }, 'accounts[0].appId', '1–32 letters'],
    ['a long appId', { appId: 'w'.repeat(33) }, 'accounts[0].appId', '1–32 letters'],
    ['no secret', { appSecret: undefined }, 'accounts[0].appSecret', 'is missing'],
    ['an empty secret', { appSecret: ' ' }, 'accounts[0].appSecret', 'is missing'],
    [
      'a secret with a line break',
      { appSecret: `${APP_SECRET}\n` },
      'accounts[0].appSecret',
      'contains white space',
    ],
    [
      'no kind',
      { kind: undefined },
      'accounts[0].kind',
      'one of "official-account", "mobile-app", "mini-program", got nothing',
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

  it('an account that is text', () => {
    expect(refusal(() => resolve({ accounts: ['wx1'] })).problems[0]).toEqual({
      option: 'accounts[0]',
      message: 'must be an object, got "wx1"',
    });
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
        token: { family: 'gold', store: 'redis', refreshMarginSeconds: 1 },
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
      `${only(config).appSecret}`,
    ];
    for (const text of shown) expect(text).not.toMatch(/s3cret|k3y/);
  });
});

describe('the config', () => {
  it('is frozen in all its parts', () => {
    const config = resolve({ serviceKeys: { a: SERVICE_KEY } });
    const { http, retention, rateLimit, authorization, serviceKeys } = config;
    for (const part of [
      config,
      http,
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
    expect(config.rateLimit.storage).toBe(storage);
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
