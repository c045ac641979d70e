import type { WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import { DoctorService, InvalidOptionsError, TokenHealthIndicator } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import { libraryAccounts, MOBILE, OFFICIAL, SERVICE_KEY, simulatorAccounts } from '../support/accounts.js';
import { broadcastsOf, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, subscribe } from '../support/flows.js';
import { mintsOf } from '../support/token-hosts.js';
import { until } from '../support/until.js';

const { appId } = OFFICIAL;
const SEND = '/cgi-bin/message/template/subscribe';

/** The official account is called through Cloud Run, the mobile app with its secret. */
const accounts = (credential: object = {}, more: object = {}): WeixinAccountOptions[] =>
  libraryAccounts().map((account) =>
    account.appId === appId
      ? {
          ...{ ...account, appSecret: undefined, push: { mode: 'private-network' } as const },
          ...{ credential: { kind: 'cloud' as const, ...credential }, ...more },
        }
      : account,
  );

describe('an account that is called through WeChat Cloud Run', () => {
  let simulator: WeixinSimulator;
  let host: TestApp;
  const start = async (cloudRun: object | null, credential: object = {}, more: object = {}) => {
    simulator = await WeixinSimulator.start({
      accounts: simulatorAccounts(),
      clock: { frozen: true },
      ...(cloudRun && { cloudRun: { owner: appId, ...cloudRun } }),
    });
    host = await createTestApp({ simulator, options: { accounts: accounts(credential, more) } });
    simulator.setClock(host.clock.now());
  };
  afterEach(async () => {
    await host?.close();
    await simulator?.close();
  });
  const granted = async (person = 'xiaoming') => (await subscribe(host, 1000, person)).openid;
  const callsOf = (path: string) => simulator.calls().filter((call) => call.path === path);

  it('is sent for without a token: one by one, later, and to many', async () => {
    await start({});
    const [ming, hong] = [await granted(), await granted('xiaohong')];
    await expect(host.subscribe.send(message(ming))).resolves.toMatchObject({ status: 'sent' });
    const { id } = await broadcastsOf(host).start(toScene(1000));
    await workUntil(host, id, 'finished');
    expect(simulator.inbox().map(({ openid }) => openid)).toEqual([ming, hong]);
    for (const { query } of callsOf(SEND)) expect(query).toEqual({});
    expect(mintsOf(host, appId)).toBe(0);
    // The other account of the process goes on as ever.
    await host.tokens.getToken(MOBILE.appId);
    expect(mintsOf(host, MOBILE.appId)).toBe(1);
  });

  it('is sent nothing while it is switched off, and its grants stay', async () => {
    await start({}, {}, { enabled: false });
    const { openid } = simulator.confirm({ appId, person: 'xiaoming', scene: 1000 });
    const { templates } = OFFICIAL;
    const key = { appId, openid: String(openid), templateId: String(templates[0]), scene: 1000 };
    await host.grants.record({ ...key, source: 'test' });
    await expect(host.subscribe.send(message(String(openid)))).rejects.toMatchObject({
      code: 'WEIXIN_ACCOUNT_DISABLED',
    });
    expect(callsOf(SEND)).toEqual([]);
    expect(await host.grants.list({ appId, openid: String(openid), status: 'available' })).toHaveLength(1);
    expect(await host.dataSource.query('SELECT id FROM weixin_message')).toEqual([]);
  });

  it('names itself in an environment that belongs to another account', async () => {
    await start({ owner: MOBILE.appId, sharedWith: [appId] }, { shared: true });
    const openid = await granted();
    await expect(host.subscribe.send(message(openid))).resolves.toMatchObject({ status: 'sent' });
    expect(callsOf(SEND).map(({ query }) => query)).toEqual([{ from_appid: appId }]);
  });

  it.each([
    ['the service is off', null, {}, 41001, /open-interface service/],
    ['the environment is not shared with it', { owner: MOBILE.appId }, { shared: true }, 85105, /shared/],
  ])('says what to do where %s', async (_what, cloudRun, credential, errcode, remedy) => {
    await start(cloudRun, credential);
    await expect(host.subscribe.send(message(await granted()))).rejects.toMatchObject({
      ...{ code: 'WEIXIN_MESSAGE_FAILED', errcode },
    });
    const { findings } = await host.app.get(DoctorService).examine(appId);
    expect(findings[0]).toMatchObject({ check: 'credential', status: 'problem', errcode });
    expect(findings[0].remedy?.en).toMatch(remedy);
  });

  it('does not know what became of a message that the relay answered 502, and names the list', async () => {
    await start({ allowedPaths: ['/cgi-bin/get_api_domain_ip'] });
    const openid = await granted();
    await expect(host.subscribe.send(message(openid))).rejects.toMatchObject({
      code: 'WEIXIN_MESSAGE_UNKNOWN',
      message: expect.stringMatching(/502.*allow-list/),
    });
    expect(await host.grants.list({ appId, openid, status: 'available' })).toEqual([]);
  });

  it('has no token to give, and is healthy all the same', async () => {
    await start({});
    const key = ['authorization', `Bearer ${SERVICE_KEY}`] as const;
    for (const path of [appId, `${appId}/jsapi-ticket`]) {
      const { status, body } = await request(host.url)
        .get(`/weixin/token/${path}`)
        .set(...key);
      expect([status, body.code]).toEqual([409, 'WEIXIN_NO_ACCESS_TOKEN']);
    }
    const { 'weixin-token': health } = await host.app.get(TokenHealthIndicator).check();
    expect(health.status).toBe('up');
    expect(health.accounts?.[0]).toEqual({ appId, family: 'cloud', role: 'central', live: false });
    const { findings } = await host.app.get(DoctorService).examine(appId);
    expect(findings.find(({ check }) => check === 'credential')?.status).toBe('ok');
    expect(findings.filter(({ check }) => check === 'third-parties')).toEqual([]);
    await host.tasks.run('token-refresh');
    expect(mintsOf(host, appId)).toBe(0);
  });

  it('takes unsigned pushes once each, and only where that was said', async () => {
    await start({});
    const push = (to: string, body: string, type = 'text/xml') =>
      request(host.url).post(`/weixin/push/${to}`).set('content-type', type).send(body);
    const event = (id: string) =>
      `<xml><FromUserName>oABC</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>hi</Content><MsgId>${id}</MsgId></xml>`;
    const rows = async () => (await host.dataSource.query('SELECT id FROM weixin_push_event')).length;
    for (const [body, type] of [
      ['{"action":"CheckContainerPath"}', 'application/json'],
      ['<xml><action><![CDATA[CheckContainerPath]]></action></xml>', 'text/xml'],
    ])
      expect((await push(appId, body, type)).text).toBe('success');
    expect(await rows()).toBe(0);
    // Beyond what a JavaScript number holds: they are two.
    for (const id of ['23637352235060880', '23637352235060881', '23637352235060880'])
      expect((await push(appId, event(id))).status).toBe(200);
    expect(await rows()).toBe(2);
    expect((await push(MOBILE.appId, event('1'))).status).toBe(404);
    expect((await push(appId, 'hello')).status).toBe(403);
    expect((await request(host.url).get(`/weixin/push/${appId}?echostr=1`)).status).toBe(403);

    simulator.updateAccount(appId, {
      push: { url: `${host.url}/weixin/push/${appId}`, mode: 'unsigned', format: 'json' },
      resultEvent: 'emit',
    });
    await host.subscribe.send(message(await granted()));
    await until(() => simulator.counters().pushes[`${appId}:200`] === 1, 'the push');
    expect(await rows()).toBe(3);
  });

  it.each<[string, WeixinAccountOptions[], RegExp]>([
    ['an AppSecret', accounts({}, { appSecret: 'x' }), /appSecret" must be left out/],
    [
      'another option of a credential',
      accounts({ getAccessToken: () => undefined }),
      /getAccessToken" is for/,
    ],
    ['a word for shared', accounts({ shared: 'yes' }), /shared" must be/],
    [
      'unsigned pushes of an account with a secret',
      libraryAccounts().map((account) => ({ ...account, push: { mode: 'private-network' } })),
      /push\.mode" must be a signed one/,
    ],
    [
      'unsigned pushes with a token',
      accounts({}, { push: { mode: 'private-network', token: 'abc' } }),
      /push\.token/,
    ],
  ])('refuses %s', async (_what, refused, message) => {
    simulator = await WeixinSimulator.start({ accounts: simulatorAccounts() });
    const started = createTestApp({ simulator, options: { accounts: refused } });
    await expect(started).rejects.toThrow(InvalidOptionsError);
    await expect(createTestApp({ simulator, options: { accounts: refused } })).rejects.toThrow(message);
  });
});
