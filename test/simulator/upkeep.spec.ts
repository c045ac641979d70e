import type { WeixinSimulator } from 'weixin-simulator';
import {
  closeSimulators,
  fetchStable,
  fetchToken,
  getJson,
  MINI,
  MOBILE,
  OFFICIAL,
  SECRETS,
  SEND_PATH,
  send,
  startSimulator,
  tokenUrl,
} from './support.js';

afterEach(closeSimulators);

const DAY = 24 * 60 * 60 * 1000;

interface Answer {
  errcode?: number;
  errmsg?: string;
  [field: string]: unknown;
}

async function ready(options = {}) {
  const simulator = await startSimulator({ lifetimeSeconds: 100 * 24 * 3600, ...options });
  const token = await fetchToken(simulator);
  const post = (path: string, body: unknown, accessToken = token) =>
    getJson(`${simulator.url}/cgi-bin/${path}?access_token=${accessToken}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }) as Promise<Answer>;
  const get = (path: string) =>
    getJson(`${simulator.url}/cgi-bin/${path}?access_token=${token}`) as Promise<Answer>;
  return { simulator, token, post, get };
}

const OK = { errcode: 0, errmsg: 'ok' };

describe('clear_quota', () => {
  it('starts the day anew for every API of the account', async () => {
    const { simulator, token, post } = await ready({ dailyQuota: 1, tokenDailyQuota: 1 });
    await send(simulator, token, '');
    expect((await send(simulator, token, '')).errcode).toBe(45009);
    expect((await getJson(tokenUrl(simulator))).errcode).toBe(45009);
    expect(await post('clear_quota', { appid: OFFICIAL })).toEqual(OK);
    expect((await send(simulator, token, '')).errcode).toBe(44002);
    expect((await getJson(tokenUrl(simulator))).access_token).toBeDefined();
  });

  it('leaves other accounts as they are', async () => {
    const { simulator, post } = await ready({ tokenDailyQuota: 1 });
    await fetchToken(simulator, MOBILE);
    await post('clear_quota', { appid: OFFICIAL });
    const url = tokenUrl(simulator, { appid: MOBILE, secret: SECRETS[MOBILE] as string });
    expect((await getJson(url)).errcode).toBe(45009);
  });

  it('gives no more forced refreshes: they are no quota of an API', async () => {
    const { simulator, post } = await ready({ forceRefreshPerDay: 1, forceRefreshIntervalSeconds: 0 });
    await fetchStable(simulator, { force_refresh: true });
    await post('clear_quota', { appid: OFFICIAL });
    expect((await fetchStable(simulator, { force_refresh: true })).errcode).toBe(45009);
  });

  it('works ten times a month, together with v2: then 48006, until the month changes in Shanghai', async () => {
    const { simulator, post } = await ready();
    const v2 = { appid: OFFICIAL, appsecret: SECRETS[OFFICIAL] };
    for (let time = 0; time < 5; time += 1) {
      expect(await post('clear_quota', { appid: OFFICIAL })).toEqual(OK);
      expect(await post('clear_quota/v2', v2)).toEqual(OK);
    }
    expect(await post('clear_quota', { appid: OFFICIAL })).toMatchObject({
      errcode: 48006,
      errmsg: expect.stringMatching(/^forbid to clear quota because of reaching the limit rid: /),
    });
    expect((await post('clear_quota/v2', v2)).errcode).toBe(48006);
    simulator.setClock(Date.UTC(2026, 9, 31, 16) - 1);
    expect((await post('clear_quota', { appid: OFFICIAL })).errcode).toBe(48006);
    simulator.advance(1);
    expect(await post('clear_quota', { appid: OFFICIAL })).toEqual(OK);
  });

  it.each([
    ['an appid of another account', 40013, { appid: MOBILE }],
    ['no appid', 40013, {}],
    ['no body', 44002, ''],
    ['no JSON', 47001, 'appid=1'],
    ['an appid that is no text', 47001, { appid: 1 }],
  ])('refuses %s: %d, which costs no turn', async (_name, errcode, body) => {
    const { post } = await ready({ clearQuotaPerMonth: 1 });
    expect((await post('clear_quota', body)).errcode).toBe(errcode);
    expect(await post('clear_quota', { appid: OFFICIAL })).toEqual(OK);
  });

  it('is open to an account that may not send, but not to a frozen one', async () => {
    const { simulator, post } = await ready();
    simulator.updateAccount(OFFICIAL, { banned: true, unauthorized: true });
    expect(await post('clear_quota', { appid: OFFICIAL })).toEqual(OK);
    simulator.updateAccount(OFFICIAL, { limited: true });
    expect((await post('clear_quota', { appid: OFFICIAL })).errcode).toBe(50002);
  });
});

describe('clear_quota/v2', () => {
  const appsecret = SECRETS[OFFICIAL] as string;
  const ask = (simulator: WeixinSimulator, query: object, body?: object) =>
    getJson(
      `${simulator.url}/cgi-bin/clear_quota/v2?${new URLSearchParams(query as Record<string, string>)}`,
      {
        method: 'POST',
        body: body && JSON.stringify(body),
      },
    );

  it('needs no token, so it helps when none can be fetched any more', async () => {
    const { simulator } = await ready({ tokenDailyQuota: 1 });
    expect((await getJson(tokenUrl(simulator))).errcode).toBe(45009);
    expect(await ask(simulator, {}, { appid: OFFICIAL, appsecret })).toEqual(OK);
    expect((await getJson(tokenUrl(simulator))).access_token).toBeDefined();
  });

  it('takes its fields from the query too, as the sample of its page has them', async () => {
    const { simulator } = await ready();
    expect(await ask(simulator, { appid: OFFICIAL, appsecret })).toEqual(OK);
    expect(JSON.stringify(simulator.calls())).not.toContain(appsecret);
  });

  it.each<[number, object]>([
    [41002, { appsecret }],
    [41004, { appid: OFFICIAL }],
    [40013, { appid: 'wx0000000000000000', appsecret }],
    [40125, { appid: OFFICIAL, appsecret: 'wrong' }],
  ])('answers %d to %j', async (errcode, query) => {
    const { simulator } = await ready();
    expect((await ask(simulator, query)).errcode).toBe(errcode);
  });

  it('wants POST, and an address on the whitelist', async () => {
    const { simulator } = await ready();
    expect((await getJson(`${simulator.url}/cgi-bin/clear_quota/v2`)).errcode).toBe(43002);
    simulator.updateAccount(OFFICIAL, { ipWhitelist: ['10.0.0.1'] });
    expect((await ask(simulator, { appid: OFFICIAL, appsecret })).errcode).toBe(40164);
  });
});

describe('openapi/quota/get', () => {
  it('tells limit, used and rest of the day, and the limit per minute', async () => {
    const { simulator, token, post } = await ready({ dailyQuota: 100, minuteQuota: 60 });
    for (let call = 0; call < 3; call += 1) await send(simulator, token, '');
    expect(await post('openapi/quota/get', { cgi_path: SEND_PATH })).toEqual({
      ...OK,
      quota: { daily_limit: 100, used: 3, remain: 97 },
      rate_limit: { call_count: 60, refresh_second: 60 },
    });
    expect(await post('openapi/quota/get', { cgi_path: '/cgi-bin/token' })).toMatchObject({
      quota: { daily_limit: 2000, used: 1, remain: 1999 },
    });
    simulator.advance(DAY);
    expect(await post('openapi/quota/get', { cgi_path: SEND_PATH })).toMatchObject({ quota: { used: 0 } });
  });

  it('reports a large number where the simulator sets no limit', async () => {
    const { post } = await ready();
    expect(await post('openapi/quota/get', { cgi_path: SEND_PATH })).toEqual({
      ...OK,
      quota: { daily_limit: 100_000_000, used: 0, remain: 100_000_000 },
    });
  });

  it.each([
    [76003, { cgi_path: 'cgi-bin/token' }],
    [76003, { cgi_path: 'https://api.weixin.qq.com/cgi-bin/token' }],
    [76003, {}],
    [76021, { cgi_path: '/cgi-bin/nothing' }],
    [76021, { cgi_path: '/constructor' }],
    [76022, { cgi_path: '/sns/oauth2/access_token' }],
    [44002, ''],
    [47001, { cgi_path: 1 }],
  ])('answers %d to %j', async (errcode, body) => {
    const { post } = await ready();
    expect((await post('openapi/quota/get', body)).errcode).toBe(errcode);
    expect((await post('openapi/quota/clear', body)).errcode).toBe(errcode);
  });

  it('answers 76022 to an account that has no such API', async () => {
    const { simulator, post } = await ready();
    const token = await fetchToken(simulator, MINI);
    expect((await post('openapi/quota/get', { cgi_path: SEND_PATH }, token)).errcode).toBe(76022);
  });
});

describe('openapi/quota/clear', () => {
  it('starts the day anew for one API', async () => {
    const { simulator, token, post } = await ready({ dailyQuota: 1, tokenDailyQuota: 1 });
    await send(simulator, token, '');
    expect(await post('openapi/quota/clear', { cgi_path: SEND_PATH })).toEqual(OK);
    expect((await send(simulator, token, '')).errcode).toBe(44002);
    expect((await getJson(tokenUrl(simulator))).errcode).toBe(45009);
  });

  it('works fifty times a month', async () => {
    const { post } = await ready();
    for (let time = 0; time < 50; time += 1)
      expect(await post('openapi/quota/clear', { cgi_path: SEND_PATH })).toEqual(OK);
    expect((await post('openapi/quota/clear', { cgi_path: SEND_PATH })).errcode).toBe(48006);
    expect(await post('clear_quota', { appid: OFFICIAL })).toEqual(OK);
  });
});

describe('openapi/rid/get', () => {
  async function refused(options = {}) {
    const given = await ready(options);
    const { errmsg = '' } = await send(given.simulator, given.token, '{"touser":"x","data":{}}');
    return { ...given, rid: errmsg.split('rid: ')[1] ?? '', errmsg };
  }

  it('explains a refused call of the same account', async () => {
    const { simulator, token, post, rid, errmsg } = await refused();
    expect(await post('openapi/rid/get', { rid })).toEqual({
      ...OK,
      request: {
        invoke_time: Math.floor(simulator.now() / 1000),
        cost_in_ms: 0,
        request_url: `access_token=${token}`,
        request_body: '{"touser":"x","data":{}}',
        response_body: JSON.stringify({ errcode: 40003, errmsg }),
        client_ip: '127.0.0.1',
      },
    });
    expect(simulator.calls().find((call) => call.rid === rid)).toMatchObject({ errcode: 40003 });
  });

  it('for seven days: then 76004', async () => {
    const { simulator, post, rid } = await refused();
    simulator.advance(7 * DAY);
    expect((await post('openapi/rid/get', { rid })).errcode).toBe(0);
    simulator.advance(1);
    expect((await post('openapi/rid/get', { rid })).errcode).toBe(76004);
  });

  it('not to another account: 76003', async () => {
    const { simulator, post, rid } = await refused();
    expect((await post('openapi/rid/get', { rid }, await fetchToken(simulator, MOBILE))).errcode).toBe(76003);
  });

  it.each([
    [76001, { rid: '61725984-6126f6f9-040f19c4' }],
    [76002, { rid: 'nonsense' }],
    [76002, { rid: '' }],
    [76002, {}],
    [44002, ''],
  ])('answers %d to %j', async (errcode, body) => {
    const { post } = await ready();
    expect((await post('openapi/rid/get', body)).errcode).toBe(errcode);
  });

  it('does not tell secrets', async () => {
    const { simulator, post } = await ready();
    const { errmsg = '' } = await getJson(tokenUrl(simulator, { grant_type: 'x' }));
    const { request } = await post('openapi/rid/get', { rid: errmsg.split('rid: ')[1] });
    expect(request).toMatchObject({ request_url: expect.stringContaining('secret=***') });
  });
});

describe('addresses', () => {
  it.each(['get_api_domain_ip', 'getcallbackip'])('%s answers a list', async (path) => {
    const { simulator, get } = await ready();
    expect(await get(path)).toEqual({ ip_list: ['127.0.0.1'] });
    expect((await getJson(`${simulator.url}/cgi-bin/${path}`)).errcode).toBe(41001);
    expect((await getJson(`${simulator.url}/cgi-bin/${path}`, { method: 'POST' })).errcode).toBe(43001);
  });

  it('callback/check answers DNS and ping lists of an account with a push address', async () => {
    const { simulator, post } = await ready();
    const all = { action: 'all', check_operator: 'DEFAULT' };
    expect((await post('callback/check', all)).errcode).toBe(40201);
    simulator.updateAccount(OFFICIAL, { push: { url: 'http://192.0.2.7/weixin/push', token: 'token' } });
    expect(await post('callback/check', all)).toEqual({
      dns: [{ ip: '192.0.2.7', real_operator: 'UNICOM' }],
      ping: [{ ip: '192.0.2.7', from_operator: 'UNICOM', package_loss: '0%', time: '1.000ms' }],
    });
    expect(await post('callback/check', { ...all, action: 'dns' })).not.toHaveProperty('ping');
    expect(await post('callback/check', { action: 'ping', check_operator: 'CAP' })).toEqual({
      ping: [expect.objectContaining({ from_operator: 'CAP' })],
    });
    expect((await post('callback/check', { ...all, action: 'look' })).errcode).toBe(40202);
    expect((await post('callback/check', { ...all, check_operator: 'BT' })).errcode).toBe(40203);
  });
});

it('checks caller and token like any other API', async () => {
  const { simulator, post } = await ready();
  simulator.updateAccount(OFFICIAL, { ipWhitelist: ['10.0.0.1'] });
  const upkeep = [
    'clear_quota',
    'openapi/quota/get',
    'openapi/quota/clear',
    'openapi/rid/get',
    'callback/check',
  ];
  for (const path of upkeep) {
    expect((await getJson(`${simulator.url}/cgi-bin/${path}`)).errcode).toBe(43002);
    expect((await post(path, {}, '')).errcode).toBe(41001);
    expect((await post(path, {}, 'stranger')).errcode).toBe(40014);
    expect((await post(path, {})).errcode).toBe(40164);
  }
});
