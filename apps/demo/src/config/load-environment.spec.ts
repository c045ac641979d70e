import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { getMetadataStorage } from 'class-validator';
import { Environment } from './environment.js';
import {
  EnvironmentError,
  loadDatabaseEnvironment,
  loadEnvironment,
  type Variables,
} from './load-environment.js';

const SECRET = 'an-app-secret-4711';
const account = { appId: 'wx1', appSecret: SECRET, kind: 'official-account', templates: ['T1'] };
const WEIXIN_ACCOUNTS = JSON.stringify([account]);
const read = { ...account, templates: [{ id: 'T1', channel: 'one-time' }] };

function problemsOf(variables: Variables): Record<string, string> {
  try {
    loadEnvironment({ WEIXIN_ACCOUNTS, ...variables });
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return Object.fromEntries(
      (error as EnvironmentError).problems.map(({ variable, expected }) => [variable, expected]),
    );
  }
  return {};
}

describe('the environment', () => {
  it('needs nothing but the accounts', () => {
    expect(loadEnvironment({ WEIXIN_ACCOUNTS, HOME: '/root' })).toEqual({
      PORT: 3000,
      DATABASE_URL: 'sqlite:data/demo.sqlite',
      PUBLIC_BASE_URL: 'http://localhost:3000',
      WEIXIN_ACCOUNTS: [read],
      WEIXIN_API_BASE_URL: 'https://api.weixin.qq.com',
      WEIXIN_MP_BASE_URL: 'https://mp.weixin.qq.com',
      WEIXIN_TOKEN_FAMILY: 'token',
      WEIXIN_TOKEN_ROLE: 'central',
      WEIXIN_SERVICE_KEYS: {},
      WEIXIN_RETURN_TO: [],
      RATE_LIMIT_PER_MINUTE: 60,
      WEIXIN_BROADCAST_RATE: 500,
    });
  });

  it('takes every variable', () => {
    const environment = loadEnvironment({
      PORT: '8080',
      DATABASE_URL: 'postgres://u:p@db/demo',
      WEIXIN_ACCOUNTS: JSON.stringify([{ ...account, grantRule: 'count', tokenFamily: 'stable' }]),
      WEIXIN_API_BASE_URL: 'http://127.0.0.1:4000',
      WEIXIN_MP_BASE_URL: 'http://127.0.0.1:4000',
      WEIXIN_TOKEN_FAMILY: 'stable',
      WEIXIN_SERVICE_KEYS: '{"courses":["0123456789abcdef","fedcba9876543210"]}',
      WEIXIN_RETURN_TO: 'https://a.example.com, https://b.example.com/courses',
      RATE_LIMIT_PER_MINUTE: '0',
    });
    expect(environment).toMatchObject({
      PORT: 8080,
      PUBLIC_BASE_URL: 'http://localhost:8080',
      WEIXIN_ACCOUNTS: [{ ...read, grantRule: 'count', tokenFamily: 'stable' }],
      WEIXIN_TOKEN_FAMILY: 'stable',
      WEIXIN_SERVICE_KEYS: { courses: ['0123456789abcdef', 'fedcba9876543210'] },
      WEIXIN_RETURN_TO: ['https://a.example.com', 'https://b.example.com/courses'],
      RATE_LIMIT_PER_MINUTE: 0,
    });
  });

  it('takes templates with a channel beside ids alone, which are what the library takes them for', () => {
    const templates = ['T1', { id: 'T2', channel: 'mini-template' }];
    const mini = { ...account, appId: 'wx2', kind: 'mini-program', templates };
    const given = JSON.stringify([
      { ...account, templates: ['T1', { id: 'N1', channel: 'service-notice' }] },
      mini,
    ]);
    const [official, program] = loadEnvironment({ WEIXIN_ACCOUNTS: given }).WEIXIN_ACCOUNTS;
    expect(official.templates).toEqual([
      { id: 'T1', channel: 'one-time' },
      { id: 'N1', channel: 'service-notice' },
    ]);
    expect(program.templates).toEqual([
      { id: 'T1', channel: 'mini-subscribe' },
      { id: 'T2', channel: 'mini-template' },
    ]);
  });

  it('takes the simulator where it is the platform, too', () => {
    const WEIXIN_SIMULATOR_URL = 'http://127.0.0.1:4000';
    expect(problemsOf({ WEIXIN_SIMULATOR_URL, WEIXIN_API_BASE_URL: `${WEIXIN_SIMULATOR_URL}/` })).toEqual({});
  });

  it('takes clients with scopes and accounts', () => {
    const clients = {
      courses: '0123456789abcdef',
      billing: { keys: ['fedcba9876543210', 'fedcba9876543211'], scopes: ['token:read'], accounts: ['wx1'] },
    };
    const given = { WEIXIN_ACCOUNTS, WEIXIN_SERVICE_KEYS: JSON.stringify(clients) };
    expect(loadEnvironment(given).WEIXIN_SERVICE_KEYS).toEqual(clients);
  });

  it('takes an empty variable as one that is not set', () => {
    expect(loadEnvironment({ WEIXIN_ACCOUNTS, PORT: '', REDIS_URL: '' }).PORT).toBe(3000);
  });

  it.each([undefined, '', 'wx1', '{}', '[]', '[', 'null'])(
    'says how accounts are written when given %j',
    (accounts) => {
      expect(problemsOf({ WEIXIN_ACCOUNTS: accounts }).WEIXIN_ACCOUNTS).toMatch(
        /^must be set to a JSON list .*\n {2}WEIXIN_ACCOUNTS='\[{"appId":.*npm run demo/s,
      );
    },
  );

  it.each([
    ['appId', '', '[0].appId must be 1 to 32 letters'],
    ['appSecret', ' ', '[0].appSecret must be the AppSecret'],
    ['kind', 'weibo', '[0].kind must be "official-account" or "mobile-app" or "mini-program"'],
    ['templates', [], '[0].templates must list at least one template id'],
    ['templates', ['a b'], '[0].templates[0].id must be a template id of 1 to 64 letters'],
    ['templates', ['T1', 5], '[0].templates[1].id must be a template id of 1 to 64 letters'],
    ['templates', ['T1', null], '[0].templates[1].id must be a template id of 1 to 64 letters'],
    ['templates', [{ channel: 'one-time' }], '[0].templates[0].id must be a template id of 1 to 64 letters'],
    ['templates', [{ id: 'T1' }], '[0].templates[0].channel must be "one-time" or "mini-subscribe" or'],
    ['templates', [{ id: 'T1', channel: 'sms' }], '[0].templates[0].channel must be "one-time" or'],
    ['templates', [['T1']], '[0].templates[0].id must be a template id of 1 to 64 letters'],
    ['templates', 'T1', '[0].templates must list at least one template id'],
    ['tokenFamily', 'x', '[0].tokenFamily must be "token" or "stable"'],
    ['push', 'x', '[0].push must be an object {"token", "encodingAesKey"}'],
  ])('names the field of an account: %s %j', (field, value, expected) => {
    const problems = problemsOf({ WEIXIN_ACCOUNTS: JSON.stringify([{ ...account, [field]: value }]) });
    expect(Object.entries(problems).map(([variable, says]) => `${variable} ${says}`)).toEqual([
      expect.stringContaining(`WEIXIN_ACCOUNTS${expected}`),
    ]);
  });

  it.each([
    ['an account that is no object', [account, 5], 'WEIXIN_ACCOUNTS[1]'],
    ['null as an account', [account, null], 'WEIXIN_ACCOUNTS[1]'],
    ['an account twice', [account, account], 'WEIXIN_ACCOUNTS'],
  ])('refuses %s', (_what, accounts, variable) => {
    expect(Object.keys(problemsOf({ WEIXIN_ACCOUNTS: JSON.stringify(accounts) }))).toEqual([variable]);
  });

  it.each([
    ['PORT', 'abc', 'whole number from 0 to 65535'],
    ['PORT', '65536', 'whole number from 0 to 65535'],
    ['PORT', '-1', 'whole number from 0 to 65535'],
    ['PORT', '1.5', 'whole number from 0 to 65535'],
    ['PUBLIC_BASE_URL', 'remind.example.com', 'without a path'],
    ['PUBLIC_BASE_URL', 'https://example.com/remind', 'without a path'],
    ['PUBLIC_BASE_URL', 'ftp://example.com', 'http or https'],
    ['DATABASE_URL', 'data/demo.sqlite', 'sqlite:<file>'],
    ['DATABASE_URL', 'oracle://db', 'sqlite:<file>'],
    ['WEIXIN_API_BASE_URL', 'api.weixin.qq.com', 'http or https'],
    ['WEIXIN_MP_BASE_URL', 'https://a:b@mp.weixin.qq.com', 'http or https'],
    ['WEIXIN_TOKEN_FAMILY', 'best', '"token" or "stable"'],
    ['WEIXIN_SERVICE_KEYS', 'key', 'JSON object'],
    ['WEIXIN_SERVICE_KEYS', '["0123456789abcdef"]', 'JSON object'],
    ['WEIXIN_SERVICE_KEYS', '{"courses":"short"}', '16 to 512'],
    ['WEIXIN_SERVICE_KEYS', '{"courses":[]}', 'at most two'],
    [
      'WEIXIN_SERVICE_KEYS',
      '{"courses":["0123456789abcde1","0123456789abcde2","0123456789abcde3"]}',
      'at most two',
    ],
    ['WEIXIN_SERVICE_KEYS', '{"courses":{}}', '16 to 512'],
    ['WEIXIN_SERVICE_KEYS', '{"courses":{"keys":"0123456789abcdef","scopes":["token"]}}', 'token:read'],
    ['WEIXIN_SERVICE_KEYS', '{"courses":{"keys":"0123456789abcdef","scopes":[]}}', 'token:read'],
    ['WEIXIN_SERVICE_KEYS', '{"courses":{"keys":"0123456789abcdef","accounts":"wx1"}}', '"accounts":["wx…"]'],
    ['WEIXIN_SERVICE_KEYS', '{"courses":{"keys":"0123456789abcdef","scope":["token:read"]}}', '"scopes"'],
    ['WEIXIN_SERVICE_KEYS', '{"courses":null}', '16 to 512'],
    ['WEIXIN_RETURN_TO', 'https://a.example.com,b', 'commas between them'],
    ['RATE_LIMIT_PER_MINUTE', 'many', 'whole number'],
    ['WEIXIN_BROADCAST_RATE', '100001', 'whole number'],
    ['REDIS_URL', '127.0.0.1:6379', 'redis://<host>'],
    ['WEIXIN_SIMULATOR_URL', '127.0.0.1:4000', 'http or https'],
    ['WEIXIN_SIMULATOR_URL', 'http://127.0.0.1:4000', 'with the real WeChat leave it out'],
    ['WEIXIN_TOKEN_ROLE', 'none', '"central" or "remote"'],
    ['WEIXIN_CENTRAL_URL', 'https://central', 'only with WEIXIN_TOKEN_ROLE=remote'],
    ['WEIXIN_CENTRAL_KEY', 'k', 'only with WEIXIN_TOKEN_ROLE=remote'],
  ])('names %s when it is %s', (variable, value, expected) => {
    expect(problemsOf({ [variable]: value })).toEqual({ [variable]: expect.stringContaining(expected) });
  });

  it('of a remote needs the central, and no secret', () => {
    const { appSecret: _secret, ...open } = account;
    const remote = { WEIXIN_TOKEN_ROLE: 'remote', WEIXIN_ACCOUNTS: JSON.stringify([open]) };
    const central = {
      WEIXIN_CENTRAL_URL: 'https://token.example.com/weixin',
      WEIXIN_CENTRAL_KEY: '0123456789abcdef',
    };
    expect(problemsOf({ ...remote, ...central })).toEqual({});
    expect(problemsOf(remote)).toEqual({
      WEIXIN_CENTRAL_URL: 'must be set with WEIXIN_TOKEN_ROLE=remote',
      WEIXIN_CENTRAL_KEY: 'must be set with WEIXIN_TOKEN_ROLE=remote',
    });
    expect(problemsOf({ ...remote, ...central, WEIXIN_ACCOUNTS })).toEqual({
      'WEIXIN_ACCOUNTS[0].appSecret': expect.stringContaining('must be removed'),
    });
  });

  it('must be told its address when any port will do', () => {
    expect(Object.keys(problemsOf({ PORT: '0' }))).toEqual(['PUBLIC_BASE_URL']);
    expect(problemsOf({ PORT: '0', PUBLIC_BASE_URL: 'http://127.0.0.1' })).toEqual({});
  });

  it('names everything that is wrong at once, and repeats no value', () => {
    const values = {
      WEIXIN_ACCOUNTS: JSON.stringify([{ ...account, kind: 'kind-value-1' }]),
      DATABASE_URL: 'db-value-2',
      WEIXIN_SERVICE_KEYS: '{"a":"key-value-3"}',
      REDIS_URL: 'redis-value-4',
      PORT: 'port-value-5',
    };
    const { message } = (() => {
      try {
        return loadEnvironment(values) as never;
      } catch (error) {
        return error as Error;
      }
    })();
    for (const variable of Object.keys(values)) expect(message).toContain(variable);
    expect(message).not.toMatch(/-value-\d/);
    expect(message).not.toContain(SECRET);
  });

  it('asks for the database alone where only that is needed', () => {
    expect(loadDatabaseEnvironment({}).DATABASE_URL).toBe('sqlite:data/demo.sqlite');
    expect(() => loadDatabaseEnvironment({ DATABASE_URL: 'x' })).toThrow(EnvironmentError);
  });
});

describe('.env.example', () => {
  const example = parseEnv(readFileSync(join('apps', 'demo', '.env.example'), 'utf8')) as Variables;

  it('lists every variable that is supported, and no other', () => {
    const rules = getMetadataStorage().getTargetValidationMetadatas(Environment, '', false, false);
    const supported = new Set(rules.map(({ propertyName }) => propertyName));
    expect(Object.keys(example).sort()).toEqual([...supported].sort());
  });

  it('is valid as it stands, and shows the defaults', () => {
    const { WEIXIN_ACCOUNTS: _accounts, PUBLIC_BASE_URL: _url, ...rest } = loadEnvironment(example);
    expect(new Environment()).toEqual(rest);
  });
});
