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
  send,
  startSimulator,
  tokenUrl,
} from './support.js';

afterEach(closeSimulators);

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What the platform thinks of a token: 44002 is the first answer after the token was accepted. */
async function stateOf(simulator: WeixinSimulator, token: string): Promise<number | 'valid'> {
  const { errcode } = await send(simulator, token, '');
  return errcode === 44002 ? 'valid' : (errcode ?? 0);
}

describe('GET cgi-bin/token', () => {
  it('gives a token of the observed shape for two hours', async () => {
    const answer = await getJson(tokenUrl(await startSimulator()));
    expect(answer.expires_in).toBe(7200);
    expect(answer.access_token).toMatch(/^[\w-]{136,157}$/);
  });

  it('serves official accounts, mobile apps and mini-programs', async () => {
    const simulator = await startSimulator();
    const tokens = await Promise.all([OFFICIAL, MOBILE, MINI].map((appId) => fetchToken(simulator, appId)));
    expect(new Set(tokens).size).toBe(3);
    expect(simulator.counters().mints).toEqual({
      [`${OFFICIAL}:token`]: 1,
      [`${MOBILE}:token`]: 1,
      [`${MINI}:token`]: 1,
    });
  });

  it('ends a token with its lifetime: 42001', async () => {
    const simulator = await startSimulator();
    const token = await fetchToken(simulator);
    simulator.advance(7200 * SECOND - 1);
    expect(await stateOf(simulator, token)).toBe('valid');
    simulator.advance(1);
    expect(await stateOf(simulator, token)).toBe(42001);
  });

  it('lets the previous token live for five minutes: then 40001', async () => {
    const simulator = await startSimulator();
    const [first, second] = [await fetchToken(simulator), await fetchToken(simulator)];
    expect(second).not.toBe(first);
    simulator.advance(5 * MINUTE - 1);
    expect(await stateOf(simulator, first)).toBe('valid');
    simulator.advance(1);
    expect(await stateOf(simulator, first)).toBe(40001);
    expect(await stateOf(simulator, second)).toBe('valid');
  });

  it('never lengthens a life by the overlap', async () => {
    const simulator = await startSimulator();
    const first = await fetchToken(simulator);
    simulator.advance(7100 * SECOND);
    await fetchToken(simulator);
    simulator.advance(100 * SECOND);
    expect(await stateOf(simulator, first)).toBe(42001);
  });

  it('kills the token before the previous one at once', async () => {
    const simulator = await startSimulator();
    const tokens = [await fetchToken(simulator), await fetchToken(simulator), await fetchToken(simulator)];
    expect(await Promise.all(tokens.map((token) => stateOf(simulator, token)))).toEqual([
      40001,
      'valid',
      'valid',
    ]);
  });

  it('kills the older token at once under strict', async () => {
    const simulator = await startSimulator({ strict: true });
    const first = await fetchToken(simulator);
    await fetchToken(simulator);
    expect(await stateOf(simulator, first)).toBe(40001);
  });

  it('tells a stranger from a missing token', async () => {
    const simulator = await startSimulator();
    expect(await stateOf(simulator, 'nonsense')).toBe(40014);
    expect(await stateOf(simulator, '')).toBe(41001);
    expect((await send(await startSimulator(), await fetchToken(simulator), '')).errcode).toBe(40014);
  });

  it('allows 2000 mints a day, counted from midnight in Shanghai', async () => {
    const simulator = await startSimulator({ tokenDailyQuota: 3 });
    for (let call = 0; call < 3; call += 1) await fetchToken(simulator);
    const refused = await getJson(tokenUrl(simulator));
    expect(refused).toMatchObject({
      errcode: 45009,
      errmsg: expect.stringMatching(/^api freq out of limit rid: /),
    });
    simulator.advance(12 * 60 * MINUTE - 1);
    expect((await getJson(tokenUrl(simulator))).errcode).toBe(45009);
    simulator.advance(1);
    expect((await getJson(tokenUrl(simulator))).access_token).toBeDefined();
    expect(simulator.counters().mints[`${OFFICIAL}:token`]).toBe(4);
  });

  it('has a default quota of 2000', async () => {
    const simulator = await startSimulator();
    for (let mint = 0; mint < 2000; mint += 100) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => getJson(tokenUrl(simulator))));
      expect(answers.every((answer) => answer.access_token)).toBe(true);
    }
    expect((await getJson(tokenUrl(simulator))).errcode).toBe(45009);
  }, 60_000);
});

describe('wrong credentials', () => {
  it.each<[number, Record<string, string>]>([
    [41002, { appid: '' }],
    [41004, { secret: '' }],
    [40002, { grant_type: 'authorization_code' }],
    [40002, { grant_type: '' }],
    [40013, { appid: 'wx0000000000000000' }],
    [40001, { secret: 'f'.repeat(32) }],
    [40125, { secret: 'short' }],
  ])('answers %d to %j', async (errcode, fields) => {
    const simulator = await startSimulator();
    expect(await getJson(tokenUrl(simulator, fields))).toMatchObject({ errcode });
    const stable = await fetchStable(simulator, fields);
    expect(stable.errcode).toBe(errcode === 40001 ? 40125 : errcode);
    expect(simulator.counters().mints).toEqual({});
  });

  it.each([
    [40243, { secretFrozen: true }],
    [50007, { limited: true }],
    [40164, { ipWhitelist: ['10.0.0.0/8', '192.168.1.7'] }],
  ])('answers %d for an account with %j', async (errcode, patch) => {
    const simulator = await startSimulator();
    simulator.updateAccount(OFFICIAL, patch);
    expect((await getJson(tokenUrl(simulator))).errcode).toBe(errcode);
    expect((await fetchStable(simulator)).errcode).toBe(errcode);
  });

  it('names the address that is not on the whitelist, and lets a listed one pass', async () => {
    const simulator = await startSimulator();
    simulator.updateAccount(OFFICIAL, { ipWhitelist: ['10.0.0.1'] });
    expect((await getJson(tokenUrl(simulator))).errmsg).toMatch(
      /^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/,
    );
    simulator.updateAccount(OFFICIAL, { ipWhitelist: ['127.0.0.0/8'] });
    expect((await getJson(tokenUrl(simulator))).access_token).toBeDefined();
  });

  it('wants GET for the one call and POST with JSON for the other', async () => {
    const simulator = await startSimulator();
    const stable = `${simulator.url}/cgi-bin/stable_token`;
    expect((await getJson(tokenUrl(simulator), { method: 'POST' })).errcode).toBe(43001);
    expect((await getJson(stable)).errcode).toBe(43002);
    expect((await getJson(stable, { method: 'POST' })).errcode).toBe(44002);
    expect((await getJson(stable, { method: 'POST', body: 'appid=1' })).errcode).toBe(47001);
    expect((await fetchStable(simulator, { force_refresh: 'true' })).errcode).toBe(47001);
  });
});

describe('POST cgi-bin/stable_token', () => {
  it('gives the same token with the seconds that remain', async () => {
    const simulator = await startSimulator();
    const first = await fetchStable(simulator);
    simulator.advance(6855 * SECOND);
    expect(await fetchStable(simulator)).toEqual({ access_token: first.access_token, expires_in: 345 });
    expect(simulator.counters().mints).toEqual({ [`${OFFICIAL}:stable`]: 1 });
  });

  it('rotates when five minutes remain, and the old token lives to its end', async () => {
    const simulator = await startSimulator();
    const first = (await fetchStable(simulator)).access_token ?? '';
    simulator.advance(6900 * SECOND - 1);
    expect((await fetchStable(simulator)).access_token).toBe(first);
    simulator.advance(1);
    const second = await fetchStable(simulator);
    expect(second.access_token).not.toBe(first);
    expect(second.expires_in).toBe(7200);
    simulator.advance(300 * SECOND - 1);
    expect(await stateOf(simulator, first)).toBe('valid');
    simulator.advance(1);
    expect(await stateOf(simulator, first)).toBe(42001);
  });

  it('kills the old token at once by force', async () => {
    const simulator = await startSimulator();
    const first = (await fetchStable(simulator)).access_token ?? '';
    const second = (await fetchStable(simulator, { force_refresh: true })).access_token ?? '';
    expect(second).not.toBe(first);
    expect(await stateOf(simulator, first)).toBe(40001);
    expect(await stateOf(simulator, second)).toBe('valid');
  });

  it('does not refresh twice within thirty seconds', async () => {
    const simulator = await startSimulator();
    const first = await fetchStable(simulator, { force_refresh: true });
    simulator.advance(30 * SECOND - 1);
    expect((await fetchStable(simulator, { force_refresh: true })).access_token).toBe(first.access_token);
    simulator.advance(1);
    expect((await fetchStable(simulator, { force_refresh: true })).access_token).not.toBe(first.access_token);
  });

  it('forces twenty times a day, then 45009; the normal mode goes on', async () => {
    const simulator = await startSimulator();
    for (let force = 0; force < 20; force += 1) {
      expect((await fetchStable(simulator, { force_refresh: true })).access_token).toBeDefined();
      simulator.advance(30 * SECOND);
    }
    expect((await fetchStable(simulator, { force_refresh: true })).errcode).toBe(45009);
    expect((await fetchStable(simulator)).access_token).toBeDefined();
    simulator.advance(12 * 60 * MINUTE);
    expect((await fetchStable(simulator, { force_refresh: true })).access_token).toBeDefined();
  });

  it('is limited per minute and per day', async () => {
    const simulator = await startSimulator({ stableMinuteQuota: 2, stableDailyQuota: 3 });
    await fetchStable(simulator);
    await fetchStable(simulator);
    expect((await fetchStable(simulator)).errcode).toBe(45011);
    simulator.advance(MINUTE);
    expect((await fetchStable(simulator)).access_token).toBeDefined();
    expect((await fetchStable(simulator)).errcode).toBe(45009);
  });

  it('keeps out of the way of cgi-bin/token, and that out of its way', async () => {
    const simulator = await startSimulator({ strict: true });
    const stable = (await fetchStable(simulator)).access_token ?? '';
    const latest = await fetchToken(simulator);
    await fetchStable(simulator, { force_refresh: true });
    expect(await stateOf(simulator, latest)).toBe('valid');
    await fetchToken(simulator);
    expect(await stateOf(simulator, stable)).toBe(40001);
    expect(await stateOf(simulator, (await fetchStable(simulator)).access_token ?? '')).toBe('valid');
  });

  it('replaces a token that died upstream, unless told to go on giving it', async () => {
    const simulator = await startSimulator();
    const first = await fetchStable(simulator);
    simulator.killToken(OFFICIAL, 'stable');
    expect((await fetchStable(simulator)).access_token).not.toBe(first.access_token);
    simulator.updateAccount(OFFICIAL, { stableReturnsKilled: true });
    const second = await fetchStable(simulator);
    simulator.killToken(OFFICIAL, 'stable');
    simulator.advance(MINUTE);
    expect(await fetchStable(simulator)).toEqual({ ...second, expires_in: 7140 });
    expect(await stateOf(simulator, second.access_token ?? '')).toBe(40001);
    const forced = (await fetchStable(simulator, { force_refresh: true })).access_token ?? '';
    expect(await stateOf(simulator, forced)).toBe('valid');
    expect((await fetchStable(simulator)).access_token).toBe(forced);
  });

  it('keeps a shortened life in proportion', async () => {
    const simulator = await startSimulator({ lifetimeSeconds: 24 });
    const first = await fetchStable(simulator);
    simulator.advance(22 * SECOND);
    expect(await fetchStable(simulator)).toEqual({ ...first, expires_in: 2 });
    simulator.advance(1 * SECOND);
    expect((await fetchStable(simulator)).access_token).not.toBe(first.access_token);
  });
});

it.each([50004, 89503, 89506, 89507] as const)('answers %d instead of a token on request', async (code) => {
  const simulator = await startSimulator();
  simulator.updateAccount(OFFICIAL, { tokenRefusal: code });
  expect((await getJson(tokenUrl(simulator))).errcode).toBe(code);
  expect((await fetchStable(simulator)).errcode).toBe(code);
  simulator.updateAccount(OFFICIAL, { tokenRefusal: null });
  expect((await getJson(tokenUrl(simulator))).access_token).toBeDefined();
});

it('lists the newest tokens without giving them away', async () => {
  const simulator = await startSimulator();
  const tokens = [
    await fetchToken(simulator),
    await fetchToken(simulator),
    await fetchToken(simulator, MOBILE),
  ];
  const listed = simulator.tokens();
  expect(listed.map(({ appId, family, state }) => [appId, family, state])).toEqual([
    [OFFICIAL, 'token', 'live'],
    [OFFICIAL, 'token', 'live'],
    [MOBILE, 'token', 'live'],
  ]);
  for (const token of tokens) expect(JSON.stringify(listed)).not.toContain(token);
  simulator.killToken(OFFICIAL);
  expect(simulator.tokens(OFFICIAL).map(({ state }) => state)).toEqual(['dead', 'dead']);
  simulator.advance(7200 * SECOND);
  expect(simulator.tokens(MOBILE).map(({ state }) => state)).toEqual(['expired']);
});

it('holds for the secret that is valid now', async () => {
  const simulator = await startSimulator();
  simulator.updateAccount(OFFICIAL, { appSecret: 'a'.repeat(32) });
  expect((await getJson(tokenUrl(simulator))).errcode).toBe(40001);
  expect((await getJson(tokenUrl(simulator, { secret: 'a'.repeat(32) }))).access_token).toBeDefined();
});

it('keeps secrets out of the log, whatever form they came in', async () => {
  const simulator = await startSimulator();
  const secret = SECRETS[OFFICIAL] as string;
  const url = `${simulator.url}/cgi-bin/stable_token`;
  await fetchToken(simulator);
  await fetchStable(simulator);
  for (const body of [`appid=1&secret=${secret}&x=1`, `{"secret": "${secret}"`]) {
    await getJson(`${url}?appsecret=${secret}`, { method: 'POST', body });
  }
  expect(simulator.calls()).toHaveLength(4);
  expect(JSON.stringify(simulator.calls())).not.toContain(secret);
});
