import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { AuthorizerService } from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';
import { AuthorizerRepository } from '../../libs/weixin-subscribe/src/component/authorizer.repository.js';
import { OFFICIAL, SERVICE_KEY, simulatorAccounts } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';
import { authorizationLinks, COMPONENT, pushTo, thirdPartyOptions } from '../support/third-party.js';
import { callPlatform, whileTimePasses } from '../support/token-hosts.js';
import { until } from '../support/until.js';

const { appId, templates } = OFFICIAL;
const REFRESH = '/cgi-bin/component/api_authorizer_token';
const LIST = '/cgi-bin/component/api_get_authorizer_list';

describe('a third-party platform', () => {
  let simulator: WeixinSimulator;
  let database: TestDatabase;
  let hosts: TestApp[] = [];
  beforeEach(async () => {
    simulator = await WeixinSimulator.start({
      accounts: simulatorAccounts(),
      people: ['xiaoming'],
      component: { ...plain(COMPONENT), eventUrl: 'http://127.0.0.1:9' },
    });
    database = await createDatabase('sqlite');
    hosts = [];
  });
  afterEach(async () => {
    for (const host of hosts.reverse()) await host.close();
    await simulator?.close();
    await database?.drop();
  });

  const start = async () => {
    const host = await createTestApp({
      simulator,
      shared: database,
      imports: [EventEmitterModule.forRoot()],
      options: thirdPartyOptions(),
      extras: { controllers: { component: true } },
    });
    hosts.push(host);
    if (hosts.length === 1) {
      simulator.setClock(host.clock.now());
      pushTo(simulator, host);
    } else host.clock.advance(hosts[0].clock.now() - host.clock.now());
    return host;
  };
  const pass = (ms: number) => {
    simulator.advance(ms);
    for (const { clock } of hosts) clock.advance(ms);
  };
  /** A ticket was pushed, and the owner authorised by the page. */
  const authorize = async (host: TestApp) => {
    expect((await simulator.pushTicket()).results).toEqual(['200']);
    const { url } = await authorizationLinks(host);
    const { redirectTo } = simulator.authorizeComponent({ appId, url });
    // The address that browsers know is that of a proxy, which is not there.
    const { pathname, search } = new URL(String(redirectTo));
    const back = await fetch(host.url + pathname + search, { redirect: 'manual' });
    expect([back.status, await back.text()]).toEqual([200, `已授权 Authorised: ${appId}`]);
    await simulator.settledPushes();
  };
  const calls = (path: string) => simulator.counters().calls[path] ?? 0;
  const stored = async () => hosts[0].app.get(AuthorizerRepository).find(COMPONENT.appId, appId);
  const send = async (host: TestApp) => {
    const openid = simulator.openid('xiaoming', appId);
    simulator.confirm({ appId, person: 'xiaoming', scene: 1 });
    await host.grants.record({ appId, openid, templateId: templates[0], scene: 1, source: 'test' } as never);
    return host.subscribe.send({
      appId,
      openid,
      templateId: templates[0],
      scene: 1,
      title: 'T',
      content: { value: 'hello' },
    } as never);
  };

  it('goes from a ticket to a message sent on behalf', async () => {
    const host = await start();
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
      message: expect.stringContaining('no component_verify_ticket has come'),
    });
    const heard: unknown[] = [];
    host.app.get(EventEmitter2).on('weixin.component.authorized', (event) => heard.push(event));
    await authorize(host);
    // Twice, by the browser and by the event: one exchange that counts.
    await until(() => heard.length > 0);
    expect(heard).toEqual([{ componentAppId: COMPONENT.appId, appId, sets: [1, 4, 7, 18, 89] }]);
    expect(await host.app.get(AuthorizerService).find(appId)).toMatchObject({ status: 'authorized' });
    await send(host);
    expect(simulator.inbox()).toHaveLength(1);
    expect(simulator.counters().mints[`${COMPONENT.appId}:component`]).toBe(1);
    expect(calls('/cgi-bin/token')).toBe(0);
    const listed = await fetch(`${host.url}/weixin/component/authorizers`, {
      headers: { authorization: `Bearer ${SERVICE_KEY}` },
    });
    expect(await listed.json()).toMatchObject({
      authorizers: [{ appId, status: 'authorized', sets: [1, 4, 7, 18, 89] }],
    });
  });

  it('refreshes once for three processes and sixty callers at once', async () => {
    const first = await start();
    await authorize(first);
    await start();
    await start();
    const work = Promise.all(
      hosts.flatMap((host) => Array.from({ length: 20 }, () => callPlatform(host, appId))),
    );
    const { result } = await whileTimePasses(hosts, work);
    expect(new Set(result)).toEqual(new Set([0]));
    expect(calls(REFRESH)).toBe(1);
  });

  it('refreshes ahead of the end, and keeps what WeChat answers', async () => {
    const host = await start();
    await authorize(host);
    simulator.updateComponent({ refreshToken: 'new' });
    expect(await callPlatform(host, appId)).toBe(0);
    const first = (await stored())?.refreshToken;
    pass(6_900_000);
    await simulator.pushTicket();
    await host.tokens.refreshAhead(appId);
    expect(calls(REFRESH)).toBe(2);
    expect((await stored())?.refreshToken).not.toBe(first);
    expect(calls(LIST)).toBe(0);
  });

  it.each([
    ['the same refresh token', { refreshToken: 'same' }, 0],
    ['a new one, and the old one works', { refreshToken: 'new', olderRefreshTokenWorks: true }, 0],
    ['a new one, and the old one is void', { refreshToken: 'new', olderRefreshTokenWorks: false }, 1],
  ] as const)(
    'loses nothing when a process dies between the answer of WeChat and the write: %s',
    async (_what, rules, lists) => {
      const dying = await start();
      await authorize(dying);
      simulator.updateComponent(rules);
      // WeChat answers, and the process never gets to write anything down.
      let answered = false;
      dying.app.get(AuthorizerService).keepRefreshed = () => {
        answered = true;
        return new Promise(() => undefined);
      };
      simulator.fault({ kind: 'hang', when: 'after', path: REFRESH });
      void callPlatform(dying, appId).catch(() => undefined);
      await until(() => calls(REFRESH) === 1);
      const next = await start();
      const { result } = await whileTimePasses(hosts, callPlatform(next, appId), 1000);
      expect([result, answered]).toEqual([0, false]);
      expect(calls(LIST)).toBe(lists);
      expect((await stored())?.status).toBe('authorized');
      pass(6_900_000);
      await simulator.pushTicket();
      expect(await callPlatform(next, appId)).toBe(0);
    },
  );

  it('writes the refresh token before the token, and keeps it in memory while the database is away', async () => {
    const host = await start();
    await authorize(host);
    simulator.updateComponent({ refreshToken: 'new', olderRefreshTokenWorks: false });
    const authorizers = host.app.get(AuthorizerService);
    const keep = authorizers.keepRefreshed.bind(authorizers);
    authorizers.keepRefreshed = async () => {
      throw new Error('the database is away');
    };
    expect(await callPlatform(host, appId)).toBe(0);
    authorizers.keepRefreshed = keep;
    pass(6_900_000);
    await simulator.pushTicket();
    await host.tokens.refreshAhead(appId);
    expect(calls(LIST)).toBe(0);
    expect(calls(REFRESH)).toBe(2);
  });

  it('has a refresh token although the answer to the code was lost', async () => {
    const host = await start();
    await simulator.pushTicket();
    simulator.fault({ kind: 'reset-after', path: '/cgi-bin/component/api_query_auth' });
    simulator.authorizeComponent({ appId });
    await simulator.settledPushes();
    await until(() => calls('/cgi-bin/component/api_query_auth') === 1);
    expect(await callPlatform(host, appId)).toBe(0);
    expect(await stored()).toMatchObject({ status: 'authorized', authCode: undefined });
  });

  it('stops at once in every process when the owner takes it back, says why, and goes on when it is given anew', async () => {
    const host = await start();
    const other = await start();
    await authorize(host);
    for (const one of hosts) expect(await callPlatform(one, appId)).toBe(0);
    // WeChat tells the second of its events: within one, an authorisation wins.
    pass(1000);
    await simulator.revokeComponent(appId);
    await other.tasks.run('authorizer-changes');
    const before = simulator.counters().calls;
    for (const one of hosts) {
      await expect(send(one)).rejects.toMatchObject({
        code: 'WEIXIN_ACCOUNT_NOT_AUTHORIZED',
        message: expect.stringContaining('its owner took the authorisation back'),
      });
      await expect(one.tokens.getToken(appId)).rejects.toMatchObject({
        code: 'WEIXIN_ACCOUNT_NOT_AUTHORIZED',
      });
    }
    expect(simulator.counters().calls).toEqual(before);
    expect((await stored())?.refreshToken).toBeUndefined();
    pass(1000);
    await authorize(host);
    await other.tasks.run('authorizer-changes');
    for (const one of hosts) expect((await callPlatform(one, appId)) === 0).toBe(true);
  });

  it('learns of it by the answers of WeChat where the event was lost', async () => {
    const host = await start();
    await authorize(host);
    expect(await callPlatform(host, appId)).toBe(0);
    simulator.updateComponent({ eventUrl: 'http://127.0.0.1:9' });
    await simulator.revokeComponent(appId);
    expect(await callPlatform(host, appId)).toBe(61003);
    await until(async () => (await stored())?.status === 'unauthorized');
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({
      code: 'WEIXIN_ACCOUNT_NOT_AUTHORIZED',
      message: expect.stringContaining('WeChat answered 61003'),
    });
  });

  it('is not stopped by an answer that the list of WeChat does not confirm', async () => {
    const host = await start();
    await authorize(host);
    simulator.fault({ kind: 'errcode', errcode: 61003, path: '/cgi-bin/get_api_domain_ip' });
    expect(await callPlatform(host, appId)).toBe(61003);
    await until(() => calls(LIST) === 1);
    expect(await callPlatform(host, appId)).toBe(0);
  });

  it('takes the pushes of the account, sealed for the platform', async () => {
    const host = await start();
    await authorize(host);
    const push = await simulator.pushEvent({ appId, person: 'xiaoming', event: 'debug_demo' });
    expect(push.results).toEqual(['200']);
  });

  it.each([
    ['another key', { encodingAesKey: 'x'.repeat(43) }],
    ['another token', { token: 'AnotherToken' }],
  ])('refuses a ticket with %s, and writes nothing', async (_what, patch) => {
    await start();
    simulator.updateComponent(patch);
    const { results } = await simulator.pushTicket();
    expect(new Set(results)).toEqual(new Set(['403']));
    expect(await hosts[0].dataSource.query('SELECT * FROM weixin_component_ticket')).toEqual([]);
  });

  it('seals tickets and refresh tokens at rest', async () => {
    const host = await start();
    await authorize(host);
    await callPlatform(host, appId);
    const [ticket] = await host.dataSource.query('SELECT ticket FROM weixin_component_ticket');
    const [row] = await host.dataSource.query('SELECT refresh_token FROM weixin_authorizer');
    for (const value of [ticket.ticket, row.refresh_token]) expect(value).toMatch(/^enc:1:k1:/);
  });

  it('answers a code of nobody 400, and a stranger 401', async () => {
    const host = await start();
    await simulator.pushTicket();
    const back = fetch(`${host.url}/weixin/component/callback?auth_code=none&expires_in=600&more=1`);
    const { result } = await whileTimePasses(hosts, back);
    expect([result.status, ((await result.json()) as { code: string }).code]).toEqual([
      400,
      'WEIXIN_AUTHORIZATION_CODE_REFUSED',
    ]);
    for (const [method, path] of [
      ['GET', 'authorizers'],
      ['POST', 'authorizations'],
    ])
      expect((await fetch(`${host.url}/weixin/component/${path}`, { method })).status).toBe(401);
    const lists = await fetch(`${host.url}/weixin/component/callback?auth_code=a&auth_code=b`);
    expect([lists.status, ((await lists.json()) as { code: string }).code]).toEqual([
      400,
      'WEIXIN_INVALID_INPUT',
    ]);
  });
});

const plain = ({ appId: id, appSecret, token, encodingAesKey }: typeof COMPONENT) => ({
  appId: id,
  appSecret,
  token,
  encodingAesKey,
});
