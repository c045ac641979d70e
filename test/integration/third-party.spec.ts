import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import {
  AuthorizerService,
  MiniProgramSessionService,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';
import { AuthorizerRepository } from '../../libs/weixin-subscribe/src/component/authorizer.repository.js';
import { codeCame } from '../../libs/weixin-subscribe/src/component/authorizer.transitions.js';
import { ComponentTicketRepository } from '../../libs/weixin-subscribe/src/component/component-ticket.repository.js';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { TokenConfig } from '../../libs/weixin-subscribe/src/token/token.options.js';
import {
  channelSimulatorAccounts,
  MINI_PROGRAM,
  MOBILE,
  OFFICIAL,
  SERVICE_KEY,
  simulatorAccounts,
} from '../support/accounts.js';
import { beforeInsert } from '../support/before-insert.js';
import { Browser } from '../support/browser.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { OFFICIAL_KEY, tap } from '../support/flows.js';
import { emptyLedger } from '../support/ledger.js';
import {
  createDatabase,
  type DatabaseKind,
  describeEachDatabase,
  type TestDatabase,
} from '../support/test-databases.js';
import { authorizationLinks, COMPONENT, pushTo, thirdPartyOptions } from '../support/third-party.js';
import { callPlatform, whileTimePasses } from '../support/token-hosts.js';
import { until } from '../support/until.js';

const { appId, templates } = OFFICIAL;
const REFRESH = '/cgi-bin/component/api_authorizer_token';
const LIST = '/cgi-bin/component/api_get_authorizer_list';

/** Hosts on one database, which is emptied between tests, and on a WeChat of their own in each test. */
function thirdParty(kind: DatabaseKind) {
  let simulator!: WeixinSimulator;
  let database: TestDatabase;
  let hosts: TestApp[] = [];
  beforeAll(async () => {
    database = await createDatabase(kind, 'migrated');
  });
  afterAll(() => database?.drop());
  beforeEach(async () => {
    simulator = await WeixinSimulator.start({
      accounts: [...simulatorAccounts(), channelSimulatorAccounts()[0]],
      people: ['xiaoming', 'xiaohong'],
      component: { ...plain(COMPONENT), eventUrl: 'http://127.0.0.1:9' },
    });
    hosts = [];
  });
  afterEach(async () => {
    // First: what hangs there would be waited for.
    await simulator?.close();
    if (hosts[0]) await emptyLedger(hosts[0].dataSource);
    for (const host of hosts.reverse()) await host.close();
  });

  const start = async (more: Partial<WeixinSubscribeModuleOptions> = {}) => {
    const host = await createTestApp({
      simulator,
      shared: database,
      imports: [EventEmitterModule.forRoot()],
      options: thirdPartyOptions(more),
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
    // Whoever of browser and event comes second waits for the other one.
    const landing = fetch(host.url + pathname + search, { redirect: 'manual' });
    const { result: back } = await whileTimePasses(hosts, landing, 20);
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
  return {
    ...{ start, pass, authorize, calls, stored, send },
    get simulator() {
      return simulator;
    },
    get hosts() {
      return hosts;
    },
  };
}

describeEachDatabase('a third-party platform', (kind) => {
  const platform = thirdParty(kind);
  const { start, pass, authorize, calls, stored, send } = platform;

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
    expect(platform.simulator.inbox()).toHaveLength(1);
    expect(platform.simulator.counters().mints[`${COMPONENT.appId}:component`]).toBe(1);
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
      platform.hosts.flatMap((host) => Array.from({ length: 20 }, () => callPlatform(host, appId))),
    );
    const { result } = await whileTimePasses(platform.hosts, work);
    expect(new Set(result)).toEqual(new Set([0]));
    expect(calls(REFRESH)).toBe(1);
  });

  it('refreshes ahead of the end, and keeps what WeChat answers', async () => {
    const host = await start();
    await authorize(host);
    platform.simulator.updateComponent({ refreshToken: 'new' });
    expect(await callPlatform(host, appId)).toBe(0);
    const first = (await stored())?.refreshToken;
    pass(6_900_000);
    await platform.simulator.pushTicket();
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
      platform.simulator.updateComponent(rules);
      // WeChat answers, and the process never gets to write anything down.
      let answered = false;
      dying.app.get(AuthorizerService).keepRefreshed = () => {
        answered = true;
        return new Promise(() => undefined);
      };
      platform.simulator.fault({ kind: 'hang', when: 'after', path: REFRESH });
      void callPlatform(dying, appId).catch(() => undefined);
      await until(() => calls(REFRESH) === 1);
      const next = await start();
      const { result } = await whileTimePasses(platform.hosts, callPlatform(next, appId), 1000);
      expect([result, answered]).toEqual([0, false]);
      expect(calls(LIST)).toBe(lists);
      expect((await stored())?.status).toBe('authorized');
      pass(6_900_000);
      await platform.simulator.pushTicket();
      expect(await callPlatform(next, appId)).toBe(0);
    },
  );

  it('writes the refresh token before the token, and keeps it in memory while the database is away', async () => {
    const host = await start();
    await authorize(host);
    platform.simulator.updateComponent({ refreshToken: 'new', olderRefreshTokenWorks: false });
    const authorizers = host.app.get(AuthorizerService);
    const keep = authorizers.keepRefreshed.bind(authorizers);
    authorizers.keepRefreshed = async () => {
      throw new Error('the database is away');
    };
    expect(await callPlatform(host, appId)).toBe(0);
    authorizers.keepRefreshed = keep;
    pass(6_900_000);
    await platform.simulator.pushTicket();
    await host.tokens.refreshAhead(appId);
    expect(calls(LIST)).toBe(0);
    expect(calls(REFRESH)).toBe(2);
  });

  it('has a refresh token although the answer to the code was lost', async () => {
    const host = await start();
    await platform.simulator.pushTicket();
    platform.simulator.fault({ kind: 'reset-after', path: '/cgi-bin/component/api_query_auth' });
    platform.simulator.authorizeComponent({ appId });
    await platform.simulator.settledPushes();
    await until(() => calls('/cgi-bin/component/api_query_auth') === 1);
    const { result } = await whileTimePasses(platform.hosts, callPlatform(host, appId));
    expect(result).toBe(0);
    expect(await stored()).toMatchObject({ status: 'authorized', authCode: undefined });
  });

  it('stops at once in every process when the owner takes it back, says why, and goes on when it is given anew', async () => {
    const host = await start();
    const other = await start();
    await authorize(host);
    for (const one of platform.hosts) expect(await callPlatform(one, appId)).toBe(0);
    // WeChat tells the second of its events: within one, an authorisation wins.
    pass(1000);
    await platform.simulator.revokeComponent(appId);
    await other.tasks.run('authorizer-changes');
    const before = platform.simulator.counters().calls;
    for (const one of platform.hosts) {
      await expect(send(one)).rejects.toMatchObject({
        code: 'WEIXIN_ACCOUNT_NOT_AUTHORIZED',
        message: expect.stringContaining('its owner took the authorisation back'),
      });
      await expect(one.tokens.getToken(appId)).rejects.toMatchObject({
        code: 'WEIXIN_ACCOUNT_NOT_AUTHORIZED',
      });
    }
    expect(platform.simulator.counters().calls).toEqual(before);
    expect((await stored())?.refreshToken).toBeUndefined();
    pass(1000);
    await authorize(host);
    await other.tasks.run('authorizer-changes');
    for (const one of platform.hosts) expect((await callPlatform(one, appId)) === 0).toBe(true);
  });

  it('follows what changes after the database came back from a backup', async () => {
    const host = await start();
    const other = await start();
    const look = () => Promise.all(platform.hosts.map(({ tasks }) => tasks.run('authorizer-changes')));
    await authorize(host);
    pass(1000);
    await platform.simulator.revokeComponent(appId);
    await look();
    await authorize(host);
    await look();
    const [{ revision }] = await host.dataSource.query('SELECT revision FROM weixin_authorizer');
    expect(Number(revision)).toBeGreaterThan(2);
    await host.dataSource.query('UPDATE weixin_authorizer SET revision = 1');
    pass(1000);
    await platform.simulator.revokeComponent(appId);
    await look();
    for (const { tokens } of [host, other])
      await expect(tokens.getToken(appId)).rejects.toMatchObject({ code: 'WEIXIN_ACCOUNT_NOT_AUTHORIZED' });
  });

  it('keeps a code whose answer was lost until the list of WeChat was read', async () => {
    const host = await start();
    await platform.simulator.pushTicket();
    platform.simulator.fault({ kind: 'reset-after', path: '/cgi-bin/component/api_query_auth' });
    platform.simulator.authorizeComponent({ appId });
    await platform.simulator.settledPushes();
    await until(() => calls('/cgi-bin/component/api_query_auth') === 1);
    platform.simulator.fault({ kind: 'html', path: LIST });
    await whileTimePasses(platform.hosts, host.tasks.run('component-codes'));
    expect(calls(LIST)).toBe(1);
    const unread = await stored();
    expect([unread?.status, typeof unread?.authCode, unread?.reason]).toEqual([
      'pending',
      'string',
      undefined,
    ]);
    await whileTimePasses(platform.hosts, host.tasks.run('component-codes'));
    expect(await stored()).toMatchObject({ status: 'authorized', authCode: undefined });
  });

  it('gives changes of many accounts one order, and keeps the newest ticket, however many come at once', async () => {
    const repositories = [await start(), await start()].map(({ app }) => app.get(AuthorizerRepository));
    const ids = Array.from({ length: 6 }, (_, n) => `wx${String(n).padStart(16, '0')}`);
    const at = (seconds: number) => new Date(1_700_000_000_000 + 1000 * seconds);
    const codeOf = (id: string, second: number) =>
      repositories[second % 2].change(COMPONENT.appId, id, (known) =>
        codeCame(known, `code-${second}`, at(second)),
      );
    // Two events of each, in both processes at once: the later one stands, whoever was first.
    for (const [first, second] of [
      [2, 1],
      [6, 5],
      [8, 7],
    ])
      await Promise.all(ids.flatMap((id) => [codeOf(id, first), codeOf(id, second)]));
    for (const id of ids)
      expect(await repositories[0].find(COMPONENT.appId, id)).toMatchObject({ authCode: 'code-8' });
    const changes = await repositories[1].changedFrom(0, 100);
    expect(changes.map(({ appId: id }) => id).sort()).toEqual(ids);
    expect(new Set(changes.map(({ revision }) => revision)).size).toBe(ids.length);
    const tickets = platform.hosts.map(({ app }) => app.get(ComponentTicketRepository));
    const keep = (second: number) =>
      tickets[second % 2].keep(COMPONENT.appId, { ticket: `ticket-${second}`, issuedAt: at(second) });
    await Promise.all([3, 5, 1, 4, 2].map(keep));
    expect(await tickets[0].newest(COMPONENT.appId)).toMatchObject({ ticket: 'ticket-5' });
  });

  it('gives no change a smaller number than one that was seen', async () => {
    const host = await start();
    const repository = host.app.get(AuthorizerRepository);
    const change = (by: AuthorizerRepository, id: string, second: number) =>
      by.change(COMPONENT.appId, id, (known) => codeCame(known, `${id}-${second}`, new Date(1000 * second)));
    const [one, other] = ['wx01', 'wx02'];
    for (const id of [one, other]) await change(repository, id, 1);
    const sql = host.app.get(SqlExecutor);
    let seen = 0;
    const all: SqlExecutor['all'] = async (statement, params) => {
      const rows = await sql.all<never>(statement, params);
      if (!seen && statement.includes('MAX(revision)')) {
        for (const second of [2, 3]) seen = Number((await change(repository, other, second))?.revision);
      }
      return rows;
    };
    const late = new AuthorizerRepository(
      Object.assign(Object.create(sql) as SqlExecutor, { all }),
      host.clock,
      host.app.get(TokenConfig),
    );
    expect((await change(late, one, 2))?.revision).toBeGreaterThan(seen);
  });

  it.each([1, 3])('keeps the newest of two first tickets, when number %i comes between', async (first) => {
    const { app } = await start();
    const tickets = app.get(ComponentTicketRepository);
    const keep = (repository: ComponentTicketRepository, second: number) =>
      repository.keep(COMPONENT.appId, { ticket: `ticket-${second}`, issuedAt: new Date(1000 * second) });
    const late = new ComponentTicketRepository(
      beforeInsert(app.get(SqlExecutor), () => keep(tickets, first)),
      app.get(TokenConfig),
    );
    await keep(late, 2);
    expect(await tickets.newest(COMPONENT.appId)).toMatchObject({ ticket: `ticket-${Math.max(first, 2)}` });
  });
});

describe('a third-party platform', () => {
  const platform = thirdParty('sqlite');
  const { start, authorize, calls, stored } = platform;

  it('seals tickets and refresh tokens at rest', async () => {
    const host = await start();
    await authorize(host);
    await callPlatform(host, appId);
    const [ticket] = await host.dataSource.query('SELECT ticket FROM weixin_component_ticket');
    const [row] = await host.dataSource.query('SELECT refresh_token FROM weixin_authorizer');
    for (const value of [ticket.ticket, row.refresh_token]) expect(value).toMatch(/^enc:1:k1:/);
  });

  it('learns of it by the answers of WeChat where the event was lost', async () => {
    const host = await start();
    await authorize(host);
    expect(await callPlatform(host, appId)).toBe(0);
    platform.simulator.updateComponent({ eventUrl: 'http://127.0.0.1:9' });
    await platform.simulator.revokeComponent(appId);
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
    platform.simulator.fault({ kind: 'errcode', errcode: 61003, path: '/cgi-bin/get_api_domain_ip' });
    expect(await callPlatform(host, appId)).toBe(61003);
    await until(() => calls(LIST) === 1);
    expect(await callPlatform(host, appId)).toBe(0);
  });

  it('reads the list of WeChat to its end, though a page has fewer accounts than were asked for', async () => {
    const host = await start();
    await authorize(host);
    // Behind the others, which authorised first.
    await platform.simulator.revokeComponent(appId);
    platform.simulator.authorizeComponent({ appId: MOBILE.appId });
    await authorize(host);
    platform.simulator.updateComponent({ mostListed: 1 });
    platform.simulator.fault({ kind: 'errcode', errcode: 61003, path: '/cgi-bin/get_api_domain_ip' });
    expect(await callPlatform(host, appId)).toBe(61003);
    await until(() => calls(LIST) === 2);
    await whileTimePasses(
      platform.hosts,
      until(() => calls(REFRESH) > 0 || calls(LIST) === 2),
    );
    expect(await callPlatform(host, appId)).toBe(0);
    expect((await stored())?.status).toBe('authorized');
  });

  it('lists a client its own accounts, and no page ends early', async () => {
    const host = await start({
      serviceKeys: { few: { keys: SERVICE_KEY, accounts: [appId, MOBILE.appId] } },
    });
    const authorizers = host.app.get(AuthorizerRepository);
    for (const id of ['wx1', 'wx2', appId, MOBILE.appId])
      await authorizers.change(COMPONENT.appId, id, (known) => codeCame(known, `code-${id}`, new Date(0)));
    const page = async (query: string) => {
      const response = await fetch(`${host.url}/weixin/component/authorizers?${query}`, {
        headers: { authorization: `Bearer ${SERVICE_KEY}` },
      });
      const { authorizers: found } = (await response.json()) as { authorizers: { appId: string }[] };
      return found.map(({ appId: id }) => id);
    };
    const [one, other] = [appId, MOBILE.appId].sort();
    expect(await page('limit=1')).toEqual([one]);
    expect(await page(`limit=1&after=${one}`)).toEqual([other]);
    expect(await page(`limit=1&after=${other}`)).toEqual([]);
    const link = await fetch(`${host.url}/weixin/component/authorizations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ appId: 'wx1' }),
    });
    expect([link.status, (await link.json()).code]).toEqual([403, 'WEIXIN_SERVICE_FORBIDDEN']);
    const all = await host.app.get(AuthorizerService).list({ after: 'wx1', limit: 2 });
    expect(all.map(({ appId: id }) => id)).toEqual(['wx2', one]);
  });

  describe('asks who somebody is on behalf of the account', () => {
    const SNS = '/sns/oauth2/component/access_token';
    const local = (address: string) => {
      const { pathname, search } = new URL(address);
      return pathname + search;
    };
    const ask = async (host: TestApp) => {
      const browser = new Browser(host.url);
      const asked = await browser.get('/weixin/authorize', { ...OFFICIAL_KEY, scene: 7, returnTo: '/' });
      const oauthUrl = String(asked.headers.location);
      const land = (person: string) =>
        browser.get(local(platform.simulator.oauth({ url: oauthUrl, person })));
      return { browser, oauthUrl, land };
    };
    const proven = async (host: TestApp) =>
      (await host.dataSource.query('SELECT openid, proof FROM weixin_grant')) as object[];
    const openid = (person: string) => platform.simulator.openid(person, appId);

    it('by OAuth: no forged openid gives a grant', async () => {
      const host = await start({ authorization: { oauth: 'base' } });
      await authorize(host);
      const { browser, oauthUrl, land } = await ask(host);
      expect(oauthUrl).toMatch(/&state=\w{32}&component_appid=wx134c8103faa5a59e#wechat_redirect$/);
      const confirm = await land('xiaoming');
      expect(confirm.status).toBe(302);
      const state = String(new URL(oauthUrl).searchParams.get('state'));
      const forged = await browser.get('/weixin/callback', {
        ...{ openid: openid('xiaohong'), template_id: templates[0], action: 'confirm', scene: 7 },
        reserved: state,
      });
      expect([forged.status, forged.body.code]).toEqual([400, 'WEIXIN_ANSWER_MISMATCH']);
      expect(await proven(host)).toEqual([]);
      await browser.get(tap(host, String(confirm.headers.location)));
      expect(await proven(host)).toEqual([{ openid: openid('xiaoming'), proof: 'bound' }]);
      expect([calls(SNS), calls('/sns/oauth2/access_token')]).toEqual([1, 0]);
    });

    it('by OAuth, also when the token of the platform died, and not once it was taken back', async () => {
      const host = await start({ authorization: { oauth: 'base' } });
      await authorize(host);
      platform.simulator.killComponentTokens();
      const { land } = await ask(host);
      expect((await land('xiaoming')).status).toBe(302);
      expect(calls(SNS)).toBe(2);
      const late = await ask(host);
      const redirect = local(platform.simulator.oauth({ url: late.oauthUrl }));
      platform.simulator.updateComponent({ eventUrl: 'http://127.0.0.1:9' });
      await platform.simulator.revokeComponent(appId);
      const refused = await late.browser.get(redirect);
      expect([refused.status, refused.body.code, refused.body.errcode]).toEqual([
        ...[503, 'WEIXIN_LOGIN_UNAVAILABLE', 61003],
      ]);
      expect(refused.text).not.toContain(COMPONENT.appSecret);
    });

    it('by the code of wx.login', async () => {
      const { accounts = [] } = thirdPartyOptions();
      const { appId: mini, kind, templates: own } = MINI_PROGRAM;
      const added = { appId: mini, kind, templates: [...own], credential: { kind: 'authorizer' as const } };
      const host = await start({ accounts: [...accounts, added] });
      await authorize(host);
      const sessions = host.app.get(MiniProgramSessionService);
      const code = platform.simulator.login({ appId: mini, person: 'xiaoming' });
      await expect(sessions.code2Session(mini, code)).rejects.toMatchObject({ errcode: 61003 });
      platform.simulator.authorizeComponent({ appId: mini });
      const session = await sessions.code2Session(mini, code);
      expect(session.openid).toBe(platform.simulator.openid('xiaoming', mini));
      await expect(sessions.code2Session(mini, code)).rejects.toMatchObject({ errcode: 40163 });
    });
  });

  it('takes the pushes of the account, sealed for the platform', async () => {
    const host = await start();
    await authorize(host);
    const push = await platform.simulator.pushEvent({ appId, person: 'xiaoming', event: 'debug_demo' });
    expect(push.results).toEqual(['200']);
  });

  it.each([
    ['another key', { encodingAesKey: 'x'.repeat(43) }],
    ['another token', { token: 'AnotherToken' }],
  ])('refuses a ticket with %s, and writes nothing', async (_what, patch) => {
    await start();
    platform.simulator.updateComponent(patch);
    const { results } = await platform.simulator.pushTicket();
    expect(new Set(results)).toEqual(new Set(['403']));
    expect(await platform.hosts[0].dataSource.query('SELECT * FROM weixin_component_ticket')).toEqual([]);
  });

  it('answers a code of nobody 400, and a stranger 401', async () => {
    const host = await start();
    await platform.simulator.pushTicket();
    const back = fetch(`${host.url}/weixin/component/callback?auth_code=none&expires_in=600&more=1`);
    const { result } = await whileTimePasses(platform.hosts, back);
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
