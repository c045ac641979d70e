import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { JssdkService, TicketService, TokenUnavailableError } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { Accounts } from '../../libs/weixin-subscribe/src/account/accounts.js';
import { nextTurn } from '../../libs/weixin-subscribe/src/kernel/next-turn.js';
import { AccessToken } from '../../libs/weixin-subscribe/src/token/access-token.js';
import { CentralTicketService } from '../../libs/weixin-subscribe/src/token/ticket/central-ticket.service.js';
import { libraryAccounts, MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { accountsOf, official, startSourced } from '../support/sourced-hosts.js';
import { createDatabase } from '../support/test-databases.js';
import { mintsOf, pass, startHosts, whileTimePasses } from '../support/token-hosts.js';
import { describeEachSharedStore, type OpenStore, openStore } from '../support/token-stores.js';

const { appId } = OFFICIAL;
const PAGE = 'http://127.0.0.1:3000/courses/42?from=menu&day=%E5%91%A8%E4%B8%80';
const HOUR = 3_600_000;
const tickets = (host: TestApp) => mintsOf(host, appId, 'jsapi-ticket');

describe('GET jssdk/config', () => {
  let host: TestApp;
  const logger = new CaptureLogger();
  beforeAll(async () => {
    host = await createTestApp({ logger });
    host.simulator.setClock(host.clock.now());
  });
  afterAll(() => host?.close());

  const ask = (query: object, to = host) => request(to.url).get('/weixin/jssdk/config').query(query);

  it('signs a page so that WeChat takes it, whatever stands behind the #', async () => {
    for (const url of [PAGE, `${PAGE}#list`, `${PAGE}#/route?a=1`]) {
      const { status, body, headers } = await ask({ appId, url });
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
      expect(body).toEqual({
        appId,
        timestamp: Math.floor(host.clock.now() / 1000),
        nonceStr: expect.stringMatching(/^[0-9A-Za-z]{22}$/),
        signature: expect.stringMatching(/^[0-9a-f]{40}$/),
      });
      expect(host.simulator.wxConfig({ ...body, url })).toEqual({ errMsg: 'config:ok' });
    }
    expect(tickets(host)).toBe(1);
  });

  it('signs one address, and no other', async () => {
    const { body } = await ask({ appId, url: PAGE });
    for (const url of [`${PAGE}&more=1`, PAGE.replace('42', '43'), PAGE.replace('http:', 'https:')])
      expect(host.simulator.wxConfig({ ...body, url })).toEqual({ errMsg: 'config:invalid signature' });
    const foreign = 'http://example.com/';
    expect(host.simulator.wxConfig({ ...body, url: foreign })).toEqual({
      errMsg: 'config:invalid url domain',
    });
  });

  it.each([
    'https://127.0.0.1:3000/courses',
    'http://127.0.0.1:3001/courses',
    'http://127.0.0.1:3000.evil.example/',
    'http://127.0.0.1:3000@evil.example/',
    'http://evil.example/http://127.0.0.1:3000/',
    'http://user:pass@127.0.0.1:3000/',
    'http:\\\\127.0.0.1:3000\\x y',
    'http://127.0.0.1:3000/a b',
    'http://127.0.0.1:3000/a\nb',
    '/courses/42',
    'javascript:alert(1)',
    '#',
  ])('signs nothing for %j', async (url) => {
    const { status, body } = await ask({ appId, url });
    expect([status, body.code]).toEqual([400, 'WEIXIN_JSSDK_URL_REFUSED']);
    expect(body.remedy).toContain('jssdk.origins');
  });

  it.each([
    [{ url: PAGE }, 400, 'WEIXIN_INVALID_INPUT'],
    [{ appId }, 400, 'WEIXIN_INVALID_INPUT'],
    [{ appId, url: ['a', 'b'] }, 400, 'WEIXIN_INVALID_INPUT'],
    [{ appId, url: `${PAGE}&${'x'.repeat(2048)}` }, 400, 'WEIXIN_INVALID_INPUT'],
    [{ appId, url: PAGE, jsApiList: '[]' }, 400, 'WEIXIN_INVALID_INPUT'],
    [{ appId: 'wx1', url: PAGE }, 404, 'WEIXIN_UNKNOWN_ACCOUNT'],
    [{ appId: MOBILE.appId, url: PAGE }, 400, 'WEIXIN_ACCOUNT_KIND'],
  ])('answers %j with %i %s', async (query, status, code) => {
    const { status: answered, body } = await ask(query);
    expect([answered, body.code]).toEqual([status, code]);
  });

  it('is limited per address like every public route', async () => {
    const limited = await createTestApp({
      simulator: host.simulator,
      options: { rateLimit: { perMinute: 3 } },
    });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++) statuses.push((await ask({ appId, url: PAGE }, limited)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    await limited.close();
  });

  it('signs for the origins that the options name', async () => {
    const jssdk = { origins: ['https://a.example.com', 'https://b.example.com/'] };
    const other = await createTestApp({ simulator: host.simulator, options: { jssdk } });
    const statusOf = async (url: string) => (await ask({ appId, url }, other)).status;
    expect(await statusOf('https://a.example.com/x')).toBe(200);
    expect(await statusOf('https://b.example.com')).toBe(200);
    expect(await statusOf(PAGE)).toBe(400);
    await other.close();
    const wrong = createTestApp({ options: { jssdk: { origins: ['https://a.example.com/path'] } } });
    await expect(wrong).rejects.toThrow(/jssdk\.origins\[0\]" must be an origin, without a path/);
  });

  it('replaces a token that died on the way, and says why there is no ticket where there is none', async () => {
    const other = await createTestApp({ simulator: host.simulator });
    await other.tokens.getToken(appId);
    host.simulator.killToken(appId);
    const sign = () => other.app.get(JssdkService).sign({ appId, url: PAGE });
    await expect(sign()).resolves.toMatchObject({ appId });
    const again = await createTestApp({ simulator: host.simulator });
    host.simulator.updateAccount(appId, { unauthorized: true });
    const { status, body } = await ask({ appId, url: PAGE }, again);
    expect([status, body.code, body.errcode]).toEqual([503, 'WEIXIN_TOKEN_UNAVAILABLE', 48001]);
    expect(body.detail).toContain('no jsapi_ticket for account');
    host.simulator.updateAccount(appId, { unauthorized: false });
    await again.close();
    await other.close();
  });

  it('shows the ticket in no log, error or print', async () => {
    const ticket = await host.app.get(TicketService).getTicket(appId);
    const { text } = await ask({ appId, url: PAGE });
    const seen = [
      text,
      inspect(ticket, { showHidden: true }),
      JSON.stringify(ticket),
      ...logger.lines,
    ].join();
    expect(seen).toContain('new jsapi_ticket');
    expect(seen).not.toContain(ticket.ticket);
  });
});

describeEachSharedStore('a ticket', (kind) => {
  let store: OpenStore;
  let hosts: TestApp[];
  beforeEach(async () => {
    store = await openStore(kind);
    const keys = [{ id: 'k1', key: Buffer.alloc(32, 7).toString('base64') }];
    hosts = await startHosts(store, 3, { options: { token: { encryption: { keys } } } });
  });
  afterEach(async () => {
    for (const host of hosts.splice(0).reverse()) await host.close();
    await store?.database.drop();
  });
  const ticketOf = async (host: TestApp) => (await host.app.get(TicketService).getTicket(appId)).ticket;
  const refresh = () => Promise.all(hosts.map(({ tasks }) => tasks.run('ticket-refresh')));

  it('is minted once for all processes, and refreshed ahead by one of them while it is in use', async () => {
    const asked = Promise.all(hosts.flatMap((host) => [ticketOf(host), ticketOf(host)]));
    const { result: first } = await whileTimePasses(hosts, asked);
    expect(new Set(first).size).toBe(1);
    expect(tickets(hosts[0])).toBe(1);
    // Eleven hours, in which WeChat changes it five times.
    for (let asked = 2; asked <= 16; asked++) {
      pass(43 * 60_000, hosts);
      for (let n = 0; n < 2; n++) await whileTimePasses(hosts, refresh());
      const now = await Promise.all(hosts.map(ticketOf));
      expect(new Set(now).size).toBe(1);
      expect(tickets(hosts[0])).toBe(asked);
      const signed = await hosts[asked % 3].app.get(JssdkService).sign({ appId, url: PAGE });
      expect(hosts[0].simulator.wxConfig({ ...signed, url: PAGE })).toEqual({ errMsg: 'config:ok' });
    }
    // Nobody asks any more.
    pass(3 * HOUR, hosts);
    await refresh();
    expect(tickets(hosts[0])).toBe(16);
  });

  it('outlives the token that fetched it', async () => {
    const ticket = await ticketOf(hosts[0]);
    hosts[0].simulator.killToken(appId);
    expect(await ticketOf(hosts[0])).toBe(ticket);
    expect(tickets(hosts[0])).toBe(1);
  });

  it('is sealed where it is stored, beside the token and apart from it', async () => {
    const [ticket, { accessToken }] = [await ticketOf(hosts[0]), await hosts[0].tokens.getToken(appId)];
    if (kind === 'redis') return;
    const rows = await hosts[0].dataSource.query('SELECT * FROM weixin_token ORDER BY family');
    expect(rows.map(({ family }: { family: string }) => family)).toEqual(['jsapi-ticket', 'token']);
    for (const secret of [ticket, accessToken]) expect(inspect(rows)).not.toContain(secret);
  });
});

describe('a remote', () => {
  it('signs with the ticket of its central, which mints it once', async () => {
    const central = await createTestApp();
    central.simulator.setClock(central.clock.now());
    const accounts = libraryAccounts().map(({ appSecret, ...account }) => account);
    const token = { role: 'remote', central: { url: `${central.url}/weixin`, key: SERVICE_KEY } } as const;
    const remotes = [];
    for (let n = 0; n < 2; n++)
      remotes.push(await createTestApp({ simulator: central.simulator, options: { accounts, token } }));
    for (const remote of [...remotes, ...remotes]) {
      const signed = await remote.app.get(JssdkService).sign({ appId, url: PAGE });
      expect(central.simulator.wxConfig({ ...signed, url: PAGE }).errMsg).toBe('config:ok');
    }
    expect(tickets(central)).toBe(1);
    const asked = request(central.url).get(`/weixin/token/${appId}/jsapi-ticket`);
    const { body } = await asked.set('Authorization', `Bearer ${SERVICE_KEY}`);
    expect(body).toEqual({ ticket: expect.any(String), expiresIn: 3600, expiresAt: expect.any(String) });
    expect((await request(central.url).get(`/weixin/token/${appId}/jsapi-ticket`)).status).toBe(401);
    await central.close();
    for (const remote of remotes) {
      remote.clock.advance(3 * HOUR);
      await expect(remote.app.get(TicketService).getTicket(appId)).rejects.toBeInstanceOf(
        TokenUnavailableError,
      );
      await remote.close();
    }
  });
});

it('looks after a few tickets at once, and after none of an account that is gone', async () => {
  const database = await createDatabase('sqlite');
  const [host] = await startSourced(database, 1);
  try {
    const source = host.app.get(CentralTicketService);
    const ids = Array.from({ length: 30 }, (_, n) => `wx${n}`);
    const accounts = host.app.get(Accounts);
    await accountsOf(host).add(official());
    const known = accounts.get(appId);
    for (const id of ids) accounts.put(id, { ...known, appId: id });
    let atOnce = 0;
    const refreshed: [appId: string, atOnce: number][] = [];
    jest.spyOn(source, 'getToken').mockResolvedValue(new AccessToken('t', new Date(0), new Date(1), 1));
    jest.spyOn(source, 'refreshAhead').mockImplementation(async (id) => {
      refreshed.push([id, ++atOnce]);
      await nextTurn();
      atOnce--;
    });
    for (const id of ids) await host.app.get(TicketService).getTicket(id);
    accounts.put(ids[0], undefined);
    await host.tasks.run('ticket-refresh');
    expect(refreshed.map(([id]) => id)).toEqual(ids.slice(1));
    expect(Math.max(...refreshed.map(([, count]) => count))).toBe(8);
  } finally {
    await host.close();
    await database.drop();
  }
});
