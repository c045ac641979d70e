import http from 'node:http';
import { type CanActivate, HttpException, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory, RouterModule } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TokenAudit, WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import type { WeixinSimulator } from 'weixin-simulator';
import { tokenIdOf } from '../../libs/weixin-subscribe/src/token/token-id.js';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import {
  ADAPTERS,
  createTestApp,
  startSimulator,
  type TestApp,
  type TestAppOptions,
  testOptions,
} from '../support/create-test-app.js';
import { secretsOf } from '../support/refusals.js';
import { describeEachDatabase } from '../support/test-databases.js';

const { appId } = OFFICIAL;
const CHECK = '/cgi-bin/get_api_domain_ip';
const READER = 'thekeyofaclientthatonlyreads0000';
const STRANGER = 'thekeyofaclientofanotheraccount0';
const REPORTER = 'thekeyofaclientthatonlyreports00';
const KEYS = [SERVICE_KEY, READER, STRANGER, REPORTER];

const dropIn: TestAppOptions = {
  extras: { controllers: { dropIn: true } },
  options: {
    serviceKeys: {
      sdk: SERVICE_KEY,
      reader: { keys: READER, scopes: ['token:read'] },
      stranger: { keys: STRANGER, accounts: [MOBILE.appId] },
      reporter: { keys: REPORTER, scopes: ['token:report'] },
    },
  },
};

const FIELDS = { grant_type: 'client_credential', appid: appId, secret: SERVICE_KEY };
type Fields = Record<string, unknown>;
const ask = (host: { url: string }, fields: Fields = {}, prefix = '') =>
  request(host.url)
    .get(`${prefix}/cgi-bin/token`)
    .query({ ...FIELDS, ...fields });
const post = (host: { url: string }, body: string, type?: string, prefix = '') =>
  send(`${host.url}${prefix}/cgi-bin/stable_token`, body, type);
const stable = (host: { url: string }, fields: Fields = {}, prefix = '') =>
  post(host, JSON.stringify({ ...FIELDS, ...fields }), 'application/json', prefix);

/** Without any header that we do not name: SDKs of other languages send what they like. */
async function send(url: string, body: string, type?: string) {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = type === undefined ? {} : { 'Content-Type': type };
    const outgoing = http.request(url, { method: 'POST', headers }, resolve).on('error', reject);
    outgoing.end(body);
  });
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, headers: answer.headers, text, body: parsed(text) };
}

function parsed(text: string): Record<string, unknown> {
  return text.startsWith('{') ? JSON.parse(text) : {};
}

describe.each(ADAPTERS)('the drop-in endpoint on %s', (adapter) => {
  let host: TestApp;
  let logger: CaptureLogger;
  beforeAll(async () => {
    logger = new CaptureLogger();
    host = await createTestApp({ ...dropIn, adapter, logger });
  });
  afterAll(() => host?.close());
  const current = async () => (await host.tokens.getToken(appId)).accessToken;

  it('answers as WeChat does, with the token that everybody has', async () => {
    const token = await current();
    for (const answer of [
      await ask(host),
      await stable(host),
      await stable(host, { force_refresh: false }),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body).toEqual({ access_token: token, expires_in: 1800 });
    }
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'text/plain;charset=ISO-8859-1',
    undefined,
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'multipart/form-data',
    'text/html',
    '*/*',
    'nonsense',
  ])('takes a body of type %s', async (type) => {
    const fields = { ...FIELDS, force_refresh: false, comment: 'a=1&b=[2] 中文' };
    for (const text of [JSON.stringify(fields), `\uFEFF${JSON.stringify(fields, undefined, 2)}`]) {
      const { status, body } = await post(host, text, type);
      expect([status, body]).toEqual([200, { access_token: await current(), expires_in: 1800 }]);
    }
  });

  const WRONG: [what: string, fields: Fields, errcode: number, errmsg: string | RegExp][] = [
    ['no appid', { appid: undefined }, 41002, 'appid missing'],
    ['an empty appid', { appid: '' }, 41002, 'appid missing'],
    ['no secret', { secret: undefined }, 41004, 'appsecret missing'],
    ['an empty secret', { secret: '' }, 41004, 'appsecret missing'],
    ['neither', { appid: undefined, secret: undefined }, 41002, 'appid missing'],
    ['no grant_type', { grant_type: undefined }, 40002, 'invalid grant_type'],
    ['another grant_type', { grant_type: 'authorization_code' }, 40002, 'invalid grant_type'],
    ['an unknown appid', { appid: 'wx-of-nobody' }, 40013, 'invalid appid'],
    ['an appid that can be none', { appid: 'wx"\n1' }, 40013, 'invalid appid'],
    ['an unknown appid and a wrong key', { appid: 'wx-of-nobody', secret: 'x' }, 40125, 'invalid appsecret'],
    ['a wrong key', { secret: `${SERVICE_KEY}x` }, 40125, 'invalid appsecret'],
    ['the AppSecret itself', { secret: OFFICIAL.appSecret }, 40125, 'invalid appsecret'],
    ['the key of a client of another account', { secret: STRANGER }, 40125, /"stranger" may not use account/],
    [
      'an unknown appid and a client of another account',
      { appid: 'wx-of-nobody', secret: STRANGER },
      40125,
      /"stranger" may not use account "wx-of-nobody"/,
    ],
    ['the key of a client that may not read', { secret: REPORTER }, 40125, /lacks the scope "token:read"/],
  ];

  it.each(WRONG)('refuses %s in WeChat’s words, at both calls', async (_what, fields, errcode, errmsg) => {
    for (const answer of [await ask(host, fields), await stable(host, fields)]) {
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      const message = typeof errmsg === 'string' ? errmsg : expect.stringMatching(errmsg);
      expect(answer.body).toEqual({ errcode, errmsg: message });
    }
  });

  it.each([
    ['nothing', '', 44002],
    ['white space', ' \r\n', 44002],
    ['no JSON', `secret=${SERVICE_KEY}`, 47001],
    ['JSON that breaks off', `{"appid":"${appId}","secret":"${SERVICE_KEY}`, 47001],
    ['a list', '[]', 47001],
    ['null', 'null', 47001],
    ['a number as appid', JSON.stringify({ ...FIELDS, appid: 5 }), 47001],
    ['an object as secret', JSON.stringify({ ...FIELDS, secret: {} }), 47001],
    ['text as force_refresh', JSON.stringify({ ...FIELDS, force_refresh: 'true' }), 47001],
    ['more than 64 KiB', JSON.stringify({ ...FIELDS, more: 'x'.repeat(70_000) }), 47001],
  ])('refuses %s as a body, whatever it is called', async (_what, body, errcode) => {
    for (const type of ['application/json', undefined, 'application/x-www-form-urlencoded']) {
      const answer = await post(host, body, type);
      expect([answer.status, answer.body]).toEqual([200, { errcode, errmsg: expect.any(String) }]);
      expect(answer.text).not.toContain(SERVICE_KEY.slice(0, 8));
    }
  });

  it('takes a body that comes in pieces', async () => {
    const outgoing = http.request(`${host.url}/cgi-bin/stable_token`, { method: 'POST' });
    const answered = new Promise<http.IncomingMessage>((resolve) => outgoing.on('response', resolve));
    for (const piece of JSON.stringify(FIELDS).match(/.{1,20}/g) ?? []) {
      outgoing.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    outgoing.end();
    let text = '';
    for await (const chunk of await answered) text += chunk;
    expect(JSON.parse(text)).toHaveProperty('access_token', await current());
  });

  it('says which method a call wants', async () => {
    const wrong = await request(host.url).get('/cgi-bin/stable_token').query(FIELDS);
    expect([wrong.status, wrong.body]).toEqual([200, { errcode: 43002, errmsg: 'require POST method' }]);
    for (const type of ['application/json', undefined]) {
      const posted = await send(`${host.url}/cgi-bin/token`, JSON.stringify(FIELDS), type);
      expect([posted.status, posted.body]).toEqual([200, { errcode: 43001, errmsg: 'require GET method' }]);
    }
  });

  it('counts a parameter that is given twice, or as a structure, as missing', async () => {
    for (const query of [
      `grant_type=client_credential&appid=${appId}&appid=${appId}&secret=${SERVICE_KEY}`,
      `grant_type=client_credential&appid[x]=${appId}&secret=${SERVICE_KEY}`,
    ]) {
      const { body } = await request(host.url).get(`/cgi-bin/token?${query}`);
      expect(body).toEqual({ errcode: 41002, errmsg: 'appid missing' });
    }
  });

  it('leaves the bodies of other endpoints as they are', async () => {
    const refused = await request(host.url)
      .post('/weixin/messages')
      .set({ Authorization: `Bearer ${SERVICE_KEY}` })
      .send({ appId });
    expect(refused.body).toMatchObject({ code: 'WEIXIN_INVALID_INPUT' });
  });

  it('is written down under its own name', async () => {
    await stable(host, { secret: READER });
    expect(await host.app.get(TokenAudit).list({ client: 'reader' })).toEqual([
      expect.objectContaining({ endpoint: 'drop-in', action: 'read', tokenId: tokenIdOf(await current()) }),
    ]);
  });

  it('has said no key and no token in any log line', () => {
    const said = logger.lines.join('\n');
    for (const secret of [...secretsOf(host), ...KEYS]) expect(said).not.toContain(secret);
  });
});

describe.each(ADAPTERS)('the drop-in endpoint when there is no token, on %s', (adapter) => {
  let host: TestApp;
  beforeEach(async () => {
    host = await createTestApp({
      ...dropIn,
      adapter,
      options: { ...dropIn.options, http: { timeoutMs: 300 } },
    });
  });
  afterEach(() => host?.close());

  it('passes on what WeChat said', async () => {
    host.simulator.fault({ kind: 'errcode', errcode: 45009, path: '/cgi-bin/token', errmsg: 'api freq out' });
    for (const answer of [await ask(host), await stable(host)]) {
      expect([answer.status, answer.body]).toEqual([
        200,
        { errcode: 45009, errmsg: expect.stringMatching(/^api freq out rid: /) },
      ]);
    }
  });

  it.each(['status', 'html', 'hang'] as const)(
    'says system error when WeChat said nothing (%s)',
    async (kind) => {
      host.simulator.fault({ kind, path: '/cgi-bin/token' });
      const { status, body } = await ask(host);
      expect([status, body]).toEqual([
        200,
        { errcode: -1, errmsg: expect.stringMatching(/^system error, no /) },
      ]);
    },
  );

  it('says system error, and no more, for what nobody expected', async () => {
    host.tokens.getToken = async () => {
      throw new TypeError(`x is not a function, called with ${SERVICE_KEY}`);
    };
    const { status, body } = await ask(host);
    expect([status, body]).toEqual([200, { errcode: -1, errmsg: 'system error' }]);
  });

  it('says system error when the database is away and no token is in memory', async () => {
    await host.dataSource.destroy();
    const { status, body } = await ask(host);
    expect([status, body.errcode]).toEqual([200, -1]);
    await host.dataSource.initialize();
  });

  it('gives the token in memory when the database is away', async () => {
    const { accessToken } = await host.tokens.getToken(appId);
    await host.dataSource.destroy();
    expect((await ask(host)).body).toMatchObject({ access_token: accessToken });
    await host.dataSource.initialize();
  });
});

/**
 * As co-wechat-api, WxJava and most others: keeps the token, and on 40001 forgets it, asks once more and
 * repeats the call once.
 */
class SdkLikeClient {
  private token = '';
  constructor(
    private readonly central: { url: string },
    private readonly weixin: WeixinSimulator,
    private readonly secret = SERVICE_KEY,
  ) {}

  async call(path = '/cgi-bin/getcallbackip'): Promise<{ errcode?: number }> {
    if (this.token === '') await this.fetchToken();
    const first = await this.attempt(path);
    if (![40001, 40014, 42001].includes(first.errcode ?? 0)) return first;
    await this.fetchToken();
    return this.attempt(path);
  }

  private async fetchToken(): Promise<void> {
    this.token = (await ask(this.central, { secret: this.secret })).body.access_token;
  }

  private async attempt(path: string): Promise<{ errcode?: number }> {
    return (await fetch(`${this.weixin.url}${path}?access_token=${this.token}`)).json() as Promise<{
      errcode?: number;
    }>;
  }
}

describeEachDatabase('a token that a client of the drop-in endpoint asks for again', (database) => {
  let host: TestApp;
  beforeEach(async () => {
    host = await createTestApp({ ...dropIn, database });
    host.simulator.setClock(host.clock.now());
  });
  afterEach(() => host?.close());
  const tokenOf = async (fields: Fields = {}) => (await ask(host, fields)).body.access_token as string;
  const checks = () => host.simulator.counters().calls[CHECK] ?? 0;
  const mints = () => host.simulator.counters().mints[`${appId}:token`] ?? 0;
  const pass = (ms: number) => {
    host.clock.advance(ms);
    host.simulator.advance(ms);
  };

  it('is verified, but not at the first time', async () => {
    const first = await tokenOf();
    expect(checks()).toBe(0);
    expect(await tokenOf()).toBe(first);
    expect([checks(), mints()]).toEqual([1, 1]);
  });

  it('is verified once in ten seconds, whoever asks and however often', async () => {
    await tokenOf();
    for (let time = 0; time < 5; time++) await tokenOf();
    expect(checks()).toBe(1);
    pass(9999);
    await tokenOf();
    expect(checks()).toBe(1);
    pass(1);
    await tokenOf();
    expect(checks()).toBe(2);
    host.clock.advance(-3_600_000);
    await tokenOf();
    expect(checks()).toBe(3);
  });

  it('is replaced when it died, at once, for an SDK that only knows how to ask again', async () => {
    const sdk = new SdkLikeClient(host, host.simulator);
    expect(await sdk.call()).toHaveProperty('ip_list');
    host.simulator.killToken(appId);
    expect(await sdk.call()).toHaveProperty('ip_list');
    expect([checks(), mints()]).toEqual([1, 2]);
  });

  it('is replaced when somebody minted behind our back', async () => {
    const sdk = new SdkLikeClient(host, host.simulator);
    await sdk.call();
    host.simulator.mintBehindBack(appId);
    host.simulator.mintBehindBack(appId);
    expect(await sdk.call()).toHaveProperty('ip_list');
  });

  it('costs one check and one mint for fifty clients that lost it at once', async () => {
    const sdks = Array.from({ length: 50 }, () => new SdkLikeClient(host, host.simulator));
    await Promise.all(sdks.map((sdk) => sdk.call()));
    pass(10_000);
    const before = checks();
    host.simulator.killToken(appId);
    const results = await Promise.all(sdks.map((sdk) => sdk.call()));
    expect(results.filter((result) => !('ip_list' in result))).toEqual([]);
    expect([checks() - before, mints()]).toEqual([1, 2]);
  });

  it('leaves a report in the audit when it was refused, and only then', async () => {
    const audit = host.app.get(TokenAudit);
    const dead = await tokenOf();
    await tokenOf();
    expect(await audit.list()).toHaveLength(1);
    pass(10_000);
    host.simulator.killToken(appId);
    const fresh = await tokenOf();
    const rows = (await audit.list()).map(
      ({ action, tokenId, endpoint }) => `${endpoint} ${action} ${tokenId}`,
    );
    expect(rows.sort()).toEqual(
      [
        `drop-in read ${tokenIdOf(dead)}`,
        `drop-in read ${tokenIdOf(fresh)}`,
        `drop-in report ${tokenIdOf(dead)}`,
      ].sort(),
    );
  });

  it('is verified with force_refresh also at the first time, and minted anew only when it is dead', async () => {
    const forced = async () => (await stable(host, { force_refresh: true })).body.access_token;
    const first = await forced();
    expect([checks(), mints()]).toEqual([1, 1]);
    pass(10_000);
    host.simulator.killToken(appId);
    expect(await forced()).not.toBe(first);
    expect([checks(), mints()]).toEqual([2, 2]);
  });

  it('is verified in whatever process the client asks again', async () => {
    const other = await createTestApp({
      ...dropIn,
      simulator: host.simulator,
      shared: { options: host.dataSource.options, drop: async () => undefined },
    });
    const dead = await tokenOf();
    await other.tokens.getToken(appId);
    host.simulator.killToken(appId);
    const { body } = await ask(other);
    expect(body.access_token).not.toBe(dead);
    expect([checks(), mints()]).toEqual([1, 2]);
    await other.close();
  });

  it.each([
    ['errcode', { errcode: 45009 }],
    ['errcode', { errcode: -1 }],
    ['errcode', { errcode: 48001 }],
    ['errcode', { errcode: 40164 }],
    ['status', {}],
    ['html', {}],
    ['reset-after', {}],
  ] as const)('is given again when WeChat says anything else of it (%s %j)', async (kind, more) => {
    const first = await tokenOf();
    host.simulator.fault({ kind, path: CHECK, ...more });
    expect(await tokenOf()).toBe(first);
    expect([checks(), mints()]).toEqual([1, 1]);
  });

  it.each([40001, 40014, 42001])('is replaced when WeChat says %i', async (errcode) => {
    const first = await tokenOf();
    host.simulator.fault({ kind: 'errcode', errcode, path: CHECK });
    expect(await tokenOf()).not.toBe(first);
  });

  it('is given as it is, unverified, to a client that may not report', async () => {
    const dead = await tokenOf({ secret: READER });
    host.simulator.killToken(appId);
    expect(await tokenOf({ secret: READER })).toBe(dead);
    expect((await stable(host, { secret: READER, force_refresh: true })).body.access_token).toBe(dead);
    expect([checks(), mints()]).toEqual([0, 1]);
    await tokenOf();
    const fresh = await tokenOf();
    expect(fresh).not.toBe(dead);
    expect(await tokenOf({ secret: READER })).toBe(fresh);
  });

  it('tells why when it is dead and no other can be had', async () => {
    await tokenOf();
    host.simulator.killToken(appId);
    host.simulator.fault({ kind: 'errcode', errcode: 45009, path: '/cgi-bin/token' });
    expect((await ask(host)).body).toMatchObject({ errcode: 45009 });
  });

  it('is verified for each account by itself', async () => {
    await tokenOf();
    await tokenOf({ appid: MOBILE.appId });
    await tokenOf();
    await tokenOf({ appid: MOBILE.appId });
    expect(checks()).toBe(2);
  });
});

describe.each(['token', 'stable'] as const)(
  'a client that asks only when its time is over, family %s',
  (family) => {
    it('never holds a token that WeChat has dropped, through three replacements', async () => {
      const options = { ...dropIn.options, token: { family } };
      const host = await createTestApp({ ...dropIn, options });
      host.simulator.setClock(host.clock.now());
      const accepted = async (token: string) => {
        const answer = await fetch(`${host.simulator.url}${CHECK}?access_token=${token}`);
        return 'ip_list' in ((await answer.json()) as object);
      };
      const held: { token: string; until: number }[] = [];
      const tokens = new Set<string>();
      const refused: number[] = [];
      const start = host.clock.now();
      // Clients come at every moment; the one of each 10 s is looked at when its time is just not over.
      for (let seconds = 0; seconds <= 21_600; seconds += 10) {
        if (seconds % 30 === 0) await host.tokens.refreshAhead(appId);
        const { access_token: token, expires_in } = (await ask(host, { secret: READER })).body;
        tokens.add(token);
        expect(expires_in).toBeGreaterThanOrEqual(200);
        expect(expires_in).toBeLessThanOrEqual(1800);
        held.push({ token, until: host.clock.now() + 1000 * expires_in });
        const due = held.filter(({ until }) => until <= host.clock.now() + 10_000);
        for (const one of due) {
          held.splice(held.indexOf(one), 1);
          const rest = Math.max(0, one.until - host.clock.now() - 1);
          host.simulator.advance(rest);
          if (!(await accepted(one.token))) refused.push((one.until - start) / 1000);
          host.simulator.setClock(host.clock.now());
        }
        host.clock.advance(10_000);
        host.simulator.setClock(host.clock.now());
      }
      expect(tokens.size).toBeGreaterThanOrEqual(4);
      expect(refused).toEqual([]);
      await host.close();
    }, 120_000);
  },
);

describe('where the drop-in endpoint is', () => {
  let host: TestApp | undefined;
  afterEach(() => host?.close());
  const opens = async (prefix = '') =>
    [await ask(host as TestApp, {}, prefix), await stable(host as TestApp, {}, prefix)].map(
      ({ body }) => 'access_token' in body,
    );

  it.each(ADAPTERS)('nowhere, unless it is asked for, on %s', async (adapter) => {
    host = await createTestApp({ adapter });
    expect((await ask(host)).status).toBe(404);
    expect(await opens()).toEqual([false, false]);
  });

  it.each(ADAPTERS)('under the prefix of the host, on %s', async (adapter) => {
    host = await createTestApp({ ...dropIn, adapter, configure: (app) => app.setGlobalPrefix('api') });
    expect(await opens('/api')).toEqual([true, true]);
    expect(await opens()).toEqual([false, false]);
  });

  it.each(ADAPTERS)('at its own place when the prefix excludes it, on %s', async (adapter) => {
    const exclude = ['cgi-bin/token', 'cgi-bin/stable_token'];
    host = await createTestApp({
      ...dropIn,
      adapter,
      configure: (app) => app.setGlobalPrefix('api', { exclude }),
    });
    expect(await opens()).toEqual([true, true]);
    expect((await post(host, JSON.stringify(FIELDS))).body).toHaveProperty('access_token');
  });

  it.each(ADAPTERS)('where RouterModule puts it, on %s', async (adapter) => {
    const moved = RouterModule.register([{ path: 'wx', module: WeixinSubscribeModule }]);
    host = await createTestApp({ ...dropIn, adapter, imports: [moved] });
    expect(await opens('/wx')).toEqual([true, true]);
    expect((await post(host, JSON.stringify(FIELDS), undefined, '/wx')).body).toHaveProperty('access_token');
  });

  it('answers in WeChat’s words, with the status of the host, what a guard of the host throws', async () => {
    const guard: CanActivate = {
      canActivate: () => {
        throw new HttpException(`slow down, ${SERVICE_KEY}`, 429);
      },
    };
    @Module({ providers: [{ provide: APP_GUARD, useValue: guard }] })
    class Throttled {}
    host = await createTestApp({ ...dropIn, imports: [Throttled] });
    const { status, body } = await ask(host);
    expect([status, body]).toEqual([429, { errcode: -1, errmsg: 'system error' }]);
  });
});

describe.each(ADAPTERS)('an app that Nest itself made, on %s', (adapter) => {
  it('has the drop-in endpoint, and takes every type of body', async () => {
    const simulator = await startSimulator();
    @Module({
      imports: [
        WeixinSubscribeModule.forRoot({
          ...testOptions(simulator.url),
          controllers: { dropIn: true },
          dataSource: 'own',
          database: { type: 'better-sqlite3', database: ':memory:' },
        }),
      ],
    })
    class Host {}
    const http = adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
    const app = await NestFactory.create(Host, http, { logger: false });
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    for (const type of ['application/json', 'text/plain', undefined, 'application/x-www-form-urlencoded']) {
      expect((await post({ url }, JSON.stringify(FIELDS), type)).body).toHaveProperty('access_token');
      expect((await post({ url }, `{"secret":"${SERVICE_KEY}`, type)).body).toMatchObject({ errcode: 47001 });
    }
    await app.close();
    await simulator.close();
  });
});

describe.each(ADAPTERS)('a body that is not JSON, in a host without our filter, on %s', (adapter) => {
  it('is quoted neither in an answer of the drop-in endpoint nor in a log', async () => {
    const logger = new CaptureLogger();
    const host = await createTestApp({ ...dropIn, adapter, logger, configure: () => undefined });
    const { accessToken } = await host.tokens.getToken(appId);
    const texts = [
      `{"appid":"${appId}","secret":"${SERVICE_KEY}" x`,
      `"${SERVICE_KEY}`,
      `${SERVICE_KEY}`,
      `{"secret":"${accessToken}`,
    ];
    const shown: string[] = [];
    for (const text of texts) {
      for (const type of ['application/json', undefined, 'text/plain', 'application/x-www-form-urlencoded']) {
        const { text: answer, headers } = await post(host, text, type);
        shown.push(answer, JSON.stringify(headers));
        await send(`${host.url}/weixin/token/${appId}/refresh`, text, type);
      }
    }
    const all = [...shown, ...logger.lines].join('\n');
    // Any eight characters in a row of it: parsers quote pieces.
    const pieces = [SERVICE_KEY, accessToken].flatMap((secret) =>
      Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8)),
    );
    expect(pieces.filter((piece) => all.includes(piece))).toEqual([]);
    await host.close();
  });
});
