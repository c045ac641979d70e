import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { WeixinSubscribeModule, weixinRouteOf } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { SAMPLES, WeixinSimulator } from 'weixin-simulator';
import { MINI_PROGRAM, OFFICIAL, SERVICE_KEY, simulatorAccounts } from '../support/accounts.js';
import { TEXT, workUntil } from '../support/broadcasts.js';
import { Browser } from '../support/browser.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { MOBILE_KEY, message, OFFICIAL_KEY, tap } from '../support/flows.js';
import {
  HABITS_BASE as BASE,
  HabitsModule,
  RequestLog,
  ScopedHabitsModule,
  withHabits,
  withSerializer,
} from '../support/host-habits.js';
import { countBy, countRows } from '../support/ledger.js';
import { subjectFromHeaders } from '../support/people.js';
import {
  post as postPush,
  pushAccounts,
  Received,
  ReceivedModule,
  sentXml,
  signed,
} from '../support/pushes.js';
import { EventReader } from '../support/sse.js';
import { until } from '../support/until.js';

const { appId } = OFFICIAL;
const bearer = { Authorization: `Bearer ${SERVICE_KEY}` };
const MINI_TEMPLATE = SAMPLES.miniProgram.subscribeTemplateId;

describe.each(ADAPTERS)('a host with habits on %s', (adapter) => {
  let simulator: WeixinSimulator;
  let host: TestApp;
  beforeAll(async () => {
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: [
        ...simulatorAccounts(),
        {
          appId: MINI_PROGRAM.appId,
          appSecret: MINI_PROGRAM.appSecret,
          kind: 'mini-program',
          subscribeTemplates: [
            { priTmplId: MINI_TEMPLATE, title: '上课提醒', content: '课程:{{thing1.DATA}}' },
          ],
        },
      ],
      people: ['xiaoming', 'xiaohong'],
    });
    host = await createTestApp({
      adapter,
      simulator,
      imports: [HabitsModule, ReceivedModule],
      configure: withHabits,
      extras: { controllers: { dropIn: true } },
      options: {
        accounts: [
          ...pushAccounts(),
          {
            appId: MINI_PROGRAM.appId,
            appSecret: MINI_PROGRAM.appSecret,
            kind: 'mini-program',
            templates: [MINI_TEMPLATE],
          },
        ],
        authorization: { subject: subjectFromHeaders },
      },
    });
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });

  const get = (path: string, query: object = {}, headers: object = bearer) =>
    request(host.url)
      .get(BASE + path)
      .query(query)
      .set(headers as Record<string, string>);
  const post = (path: string, body: object, headers: object = bearer) =>
    request(host.url)
      .post(BASE + path)
      .set(headers as Record<string, string>)
      .send(body);
  const asks = (browser: Browser, scene: number, query: object = {}) =>
    browser.get(`${BASE}/weixin/authorize`, { ...OFFICIAL_KEY, scene, returnTo: '/courses/1', ...query });
  const intents = () => countRows(host.dataSource, 'weixin_intent');
  const grants = () => countRows(host.dataSource, 'weixin_grant');

  it('has them: its own routes are guarded, wrapped, cached and limited', async () => {
    const own = (query: object, user?: string) => get('/own', query, user ? { 'x-user': user } : {});
    expect((await own({})).status).toBe(401);
    const first = await own({}, 'user-1');
    expect([first.status, first.body]).toEqual([200, { code: 0, message: 'ok', data: { own: true } }]);
    expect(first.headers['x-wrapped']).toBe('yes');
    await own({}, 'user-1');
    expect((await own({}, 'user-1')).status).toBe(429);
  });

  it('leads two people through the web flow, each with a state of their own', async () => {
    for (const [scene, person] of [
      [1, 'xiaoming'],
      [1, 'xiaohong'],
    ] as const) {
      const browser = new Browser(host.url);
      const { status, headers, text } = await asks(browser, scene);
      expect([status, text, headers['x-wrapped']]).toEqual([302, '', undefined]);
      expect(headers['cache-control']).toBe('no-store');
      const back = await browser.get(tap(host, String(headers.location), 'confirm', person));
      expect([back.status, back.text]).toEqual([302, '']);
      expect(back.headers.location).toBe('http://127.0.0.1:3000/courses/1?subscribe=confirmed');
      const openid = simulator.openid(person, appId);
      const held = await get('/weixin/grants', { ...OFFICIAL_KEY, openid, scene });
      expect([held.status, held.body]).toEqual([
        200,
        { available: 1, grants: [expect.objectContaining({ status: 'available' })] },
      ]);
      expect(held.type).toBe('application/json');
    }
  });

  it('tells problems as problems, and pages as pages', async () => {
    const browser = new Browser(host.url);
    const problem = await browser.get(`${BASE}/weixin/callback`, { reserved: 'Abc' });
    expect([problem.status, problem.type, problem.body.code]).toEqual([
      400,
      'application/problem+json',
      'WEIXIN_INVALID_INPUT',
    ]);
    const page = await get('/weixin/callback', { reserved: 'Abc' }, { Accept: 'text/html' });
    expect([page.status, page.type]).toEqual([400, 'text/html']);
    expect(page.text).toMatch(/^<!doctype html>/);
    const refused = await get(`/weixin/token/${appId}`, {}, {});
    expect([refused.status, refused.body.code]).toEqual([401, 'WEIXIN_SERVICE_KEY']);
  });

  it('leads an app and a mini-program through theirs', async () => {
    const phone = new Browser(host.url);
    const asked = await phone.post(`${BASE}/weixin/app/intents`, { ...MOBILE_KEY, scene: 2 });
    expect([asked.status, asked.body]).toEqual([201, expect.objectContaining({ ...MOBILE_KEY, scene: 2 })]);
    const { reserved, scene } = asked.body;
    const { ios } = simulator.confirm({ appId: MOBILE_KEY.appId, person: 'xiaoming', reserved, scene }).sdk;
    const answered = await phone.post(`${BASE}/weixin/app/results`, {
      ...MOBILE_KEY,
      appId: undefined,
      reserved,
      scene,
      action: ios.action,
      openid: ios.openId,
    });
    expect([answered.status, answered.body]).toEqual([200, { status: 'confirmed', ...MOBILE_KEY, scene }]);

    const signedIn = { 'x-user': 'user-1', 'x-openid': 'oABC-xiaoming_0123456789abcd' };
    const of = { appId: MINI_PROGRAM.appId, templateIds: [MINI_TEMPLATE] };
    const question = await post('/weixin/subscribe/intents', of, signedIn);
    expect([question.status, question.body]).toEqual([201, expect.objectContaining(of)]);
    const result = { errMsg: 'requestSubscribeMessage:ok', [MINI_TEMPLATE]: 'accept' };
    const report = { state: question.body.state, result };
    const reported = await post('/weixin/subscribe/results', report, signedIn);
    expect([reported.status, reported.body.code]).toEqual([200, undefined]);
    expect(await countBy(host.dataSource, 'weixin_grant', 'app_id')).toMatchObject({
      [MINI_PROGRAM.appId]: 1,
    });
  });

  it('answers WeChat in WeChat’s words, as often as WeChat calls', async () => {
    const url = `${host.url}${BASE}/weixin/push/${appId}`;
    for (let call = 1; call <= 6; call++) {
      const { query } = signed(host, '', { encodingAesKey: null });
      const checked = await get(`/weixin/push/${appId}`, { ...query, echostr: '4375120948345356249' }, {});
      expect([checked.status, checked.text, checked.type]).toEqual([
        200,
        '4375120948345356249',
        'text/plain',
      ]);
      const { query: signature, body } = signed(host, sentXml({ createTime: 1763611200 + call }));
      const pushed = await postPush(url, signature, body);
      expect([pushed.status, pushed.text]).toEqual([200, 'success']);
    }
    await host.tasks.run('push-events');
    expect(host.app.get(Received).events).toHaveLength(6);
  });

  it('sends for its services, and tells them everything', async () => {
    const openid = simulator.openid('xiaoming', appId);
    const sent = await post('/weixin/messages', message(openid, 1));
    expect([sent.status, sent.body]).toEqual([201, expect.objectContaining({ openid, status: 'sent' })]);
    const read = await get(`/weixin/messages/${sent.body.id}`);
    expect([read.status, read.body]).toEqual([200, sent.body]);
    const refused = await post('/weixin/messages', message(openid, 1));
    expect([refused.status, refused.body.code]).toEqual([409, 'WEIXIN_NO_GRANT']);
    const { body } = await get('/weixin/history', { appId, openid });
    expect(body.events.map(({ type }: { type: string }) => type)).toContain('sent');
    const day = '2026-11-20';
    expect((await get('/weixin/counts', { appId, from: day, to: day })).body).toHaveProperty('counts');
    const since = new Date(host.clock.now() - 60_000).toISOString();
    expect((await get('/weixin/drift', { appId, since })).status).toBe(200);
    const { body: listed } = await get('/weixin/templates', { appId: MINI_PROGRAM.appId });
    expect(listed.templates).toEqual([expect.objectContaining({ templateId: MINI_TEMPLATE })]);
  });

  it('does not let the cache of the host keep what has changed', async () => {
    const openid = simulator.openid('xiaohong', appId);
    const available = async () =>
      (await get('/weixin/grants', { ...OFFICIAL_KEY, openid, scene: 1 })).body.available;
    expect(await available()).toBe(1);
    await post('/weixin/messages', message(openid, 1));
    expect(await available()).toBe(0);
  });

  it('gives tokens, by both routes and with a tag', async () => {
    const token = await get(`/weixin/token/${appId}`);
    expect(token.body).toEqual({
      accessToken: expect.any(String),
      expiresIn: expect.any(Number),
      expiresAt: expect.any(String),
    });
    const known = await get(`/weixin/token/${appId}`, {}, { ...bearer, 'If-None-Match': token.headers.etag });
    expect([known.status, known.text]).toEqual([304, '']);
    const asked = { grant_type: 'client_credential', appid: appId, secret: SERVICE_KEY };
    for (const { status, body } of [
      await get('/cgi-bin/token', asked, {}),
      await post('/cgi-bin/stable_token', asked, {}),
    ])
      expect([status, body]).toEqual([
        200,
        { access_token: token.body.accessToken, expires_in: expect.any(Number) },
      ]);
    const { body } = await get('/cgi-bin/token', { ...asked, secret: 'wrong' }, {});
    expect(body).toEqual({ errcode: 40125, errmsg: 'invalid appsecret' });
  });

  it('broadcasts, tells the progress while it goes on, and exports what became of it', async () => {
    const browser = new Browser(host.url);
    const { headers } = await asks(browser, 9);
    await browser.get(tap(host, String(headers.location), 'confirm', 'xiaohong'));
    const started = await post('/weixin/broadcasts', { ...OFFICIAL_KEY, ...TEXT, scene: 9 });
    expect([started.status, started.body.status]).toEqual([201, 'running']);
    const { id } = started.body;
    const reader = await EventReader.open(`${host.url}${BASE}/weixin/broadcasts/${id}/events`, bearer);
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': expect.stringContaining('no-store'),
    });
    await until(() => reader.progress.length > 0);
    await workUntil(host, id, 'finished');
    await until(() => reader.ended);
    expect(reader.progress.at(-1)).toMatchObject({ id, status: 'finished', sent: 1 });
    const exported = await get(`/weixin/broadcasts/${id}/export`);
    expect([exported.status, exported.type]).toEqual([200, 'text/csv']);
    expect(exported.headers['content-disposition']).toBe(`attachment; filename="broadcast-${id}.csv"`);
    expect(exported.text.split('\r\n')[1]).toContain(simulator.openid('xiaohong', appId));
  });

  it('logs the status that was sent, although its interceptors come afterwards', async () => {
    const log = host.app.get(RequestLog);
    log.lines.length = 0;
    await asks(new Browser(host.url), 3);
    await get(`/weixin/token/${appId}`, {}, { ...bearer, 'If-None-Match': '*' });
    await until(() => log.lines.length === 2);
    expect(log.lines).toEqual([`GET ${BASE}/weixin/authorize 302`, `GET ${BASE}/weixin/token/${appId} 304`]);
  });

  it('leaves every route of the module as it is', async () => {
    const routes = routesOf(host);
    expect(routes.length).toBeGreaterThan(30);
    for (const { method, path, kind } of routes) {
      const verb = RequestMethod[method].toLowerCase() as 'get' | 'post' | 'delete';
      const answer = await request(host.url)
        [verb](BASE + path)
        .set(bearer)
        .send(verb === 'get' ? undefined : {});
      const wrapped = 'x-wrapped' in answer.headers || 'data' in Object(answer.body);
      expect({ path, kind, status: answer.status, wrapped }).toEqual({
        path,
        kind: expect.stringMatching(/^(platform|public|service)$/),
        status: expect.any(Number),
        wrapped: false,
      });
      expect(answer.status).not.toBe(500);
    }
  });

  describe('a request that nobody made', () => {
    const callback = async () => {
      const browser = new Browser(host.url);
      const { headers } = await asks(browser, 5);
      return { browser, path: tap(host, String(headers.location), 'confirm', 'xiaoming') };
    };
    const cookiesOf = (browser: Browser, path: string) =>
      browser
        .cookies(path)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
    const sent = (verb: 'get' | 'head', path: string, headers: Record<string, string>) =>
      request(host.url)[verb](path).set(headers);

    it('HEAD runs no handler, but for what services read, and never has a body', async () => {
      const { browser, path } = await callback();
      // What services read may ask WeChat, for a ticket or what the doctor looks at; nothing may be sent.
      const sends = () => simulator.calls().filter(({ path: at }) => at.includes('/message/')).length;
      const before = [await intents(), await grants(), sends()];
      for (const route of routesOf(host).filter(({ method }) => method === RequestMethod.GET)) {
        const { status, headers, text } = await sent('head', BASE + route.path, bearer);
        const isRead = route.kind === 'service' && !route.path.endsWith('/events');
        expect({ ...route, isRefused: status === 405, allow: headers.allow, text: text ?? '' }).toMatchObject(
          {
            ...{ isRefused: !isRead, allow: isRead ? undefined : 'GET', text: '' },
          },
        );
      }
      const head = await sent('head', path, { Cookie: cookiesOf(browser, path) });
      expect([head.status, head.headers['set-cookie']]).toEqual([405, undefined]);
      expect([await intents(), await grants(), sends()]).toEqual(before);
      expect((await browser.get(path)).headers.location).toContain('subscribe=confirmed');
      expect(await grants()).toBe(before[1] + 1);
    });

    it.each([
      ['Purpose', 'prefetch'],
      ['Sec-Purpose', 'prefetch;prerender'],
      ['Sec-Purpose', 'prefetch'],
      ['X-Purpose', 'preview'],
      ['X-Moz', 'prefetch'],
    ])('%s: %s uses no answer up and opens no intent', async (name, value) => {
      const { browser, path } = await callback();
      const before = [await intents(), await grants()];
      const ahead = await sent('get', path, { Cookie: cookiesOf(browser, path), [name]: value });
      expect([ahead.status, ahead.text, ahead.headers['cache-control']]).toEqual([503, '', 'no-store']);
      const query = new URLSearchParams({ ...OFFICIAL_KEY, scene: '5', returnTo: '/' });
      const asked = await sent('get', `${BASE}/weixin/authorize?${query}`, { [name]: value });
      expect([asked.status, asked.headers['set-cookie']]).toEqual([503, undefined]);
      expect([await intents(), await grants()]).toEqual(before);
      expect((await browser.get(path)).headers.location).toContain('subscribe=confirmed');
    });
  });
});

describe.each(ADAPTERS)(
  'a host whose interceptors and guards are made for each request, on %s',
  (adapter) => {
    let host: TestApp;
    beforeAll(async () => {
      host = await createTestApp({ adapter, imports: [ScopedHabitsModule], configure: withSerializer });
    });
    afterAll(() => host?.close());

    it('is served by controllers made for each request, and by no serializer of its own', async () => {
      const read = () => request(host.url).get(`/weixin/token/${appId}`).set(bearer);
      const { status, body } = await read();
      expect([status, Object.keys(body).sort()]).toEqual([200, ['accessToken', 'expiresAt', 'expiresIn']]);
      expect((await read()).body.accessToken).toBe(body.accessToken);
      expect((await request(host.url).get(`/weixin/token/${appId}`)).body.code).toBe('WEIXIN_SERVICE_KEY');
      const browser = new Browser(host.url);
      const query = { ...OFFICIAL_KEY, scene: 1, returnTo: '/' };
      const { headers } = await browser.get('/weixin/authorize', query);
      const back = await browser.get(tap(host, String(headers.location)));
      expect(back.headers.location).toContain('subscribe=confirmed');
    });
  },
);

/** All that Nest mounts for the module, from Nest's own list. */
function routesOf({ app }: TestApp) {
  const scanner = new MetadataScanner();
  const modules = [...app.get(ModulesContainer, { strict: false }).values()];
  return modules
    .filter(({ metatype }) => metatype === WeixinSubscribeModule)
    .flatMap(({ controllers }) => [...controllers.keys()] as (new (...args: never[]) => object)[])
    .flatMap((controller) =>
      scanner
        .getAllMethodNames(controller.prototype)
        .map((name) => controller.prototype[name as never] as () => void)
        .filter((handler) => Reflect.hasMetadata(METHOD_METADATA, handler))
        .map((handler) => {
          const paths = [controller, handler].map((one) => String(Reflect.getMetadata(PATH_METADATA, one)));
          return {
            method: Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod,
            kind: weixinRouteOf({ getClass: () => controller as never, getHandler: () => handler }),
            path: `/${paths.filter((path) => path !== '/').join('/')}`
              .replace(':appId', appId)
              .replace(':id', '019ab000-0000-7000-8000-000000000000')
              .replace(':templateId', 'T1'),
          };
        }),
    );
}
