import { inspect } from 'node:util';
import type { AccessTokenRequest, ProvidedAccessToken, WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import type { WeixinSimulator } from 'weixin-simulator';
import { libraryAccounts, MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, startSimulator, type TestApp } from '../support/create-test-app.js';
import { callPlatform, mintsOf, pass, startHosts, whileTimePasses } from '../support/token-hosts.js';
import { openStore } from '../support/token-stores.js';

const { appId } = OFFICIAL;
const PROVIDED = 'PROVIDED_b3a9c1d7e5';

/** The official account's tokens come from this function, the mobile app's from its secret. */
const accountsWith = (
  getAccessToken: (request: AccessTokenRequest) => Promise<ProvidedAccessToken>,
): WeixinAccountOptions[] =>
  libraryAccounts().map(({ appSecret, ...account }) =>
    account.appId === appId
      ? { ...account, credential: { kind: 'custom', getAccessToken } }
      : { ...account, appSecret },
  );

describe('tokens that a function of the host gives', () => {
  let simulator: WeixinSimulator;
  let hosts: TestApp[] = [];
  let asked: AccessTokenRequest[];
  beforeEach(async () => {
    simulator = await startSimulator();
    asked = [];
  });
  afterEach(async () => {
    for (const host of hosts.reverse()) await host.close();
    hosts = [];
    await simulator.close();
  });

  /** As a team does that owns the secret: a token of its own for each question. */
  const provider = async (request: AccessTokenRequest): Promise<ProvidedAccessToken> => {
    asked.push(request);
    return {
      accessToken: simulator.mintBehindBack(appId),
      expiresAt: new Date(hosts[0].clock.now() + 7_200_000),
    };
  };
  const start = async (count: number, getAccessToken = provider, more: object = {}) => {
    const store = await openStore('sqlite');
    hosts = await startHosts(store, count, {
      simulator,
      options: { accounts: accountsWith(getAccessToken) },
      ...more,
    });
    simulator.setClock(hosts[0].clock.now());
  };

  it('asks it once for all callers of three processes, and sends with what it gave', async () => {
    await start(3);
    const calls = Promise.all(
      hosts.flatMap((host) => Array.from({ length: 20 }, () => callPlatform(host, appId))),
    );
    const { result } = await whileTimePasses(hosts, calls);
    expect(new Set(result)).toEqual(new Set([0]));
    expect(asked).toEqual([{ appId }]);
    // The other account of the same process mints with its secret.
    expect(await callPlatform(hosts[0], MOBILE.appId)).toBe(0);
    expect(mintsOf(hosts[0], MOBILE.appId)).toBe(1);
  });

  it('tells it of a dead token, once for a hundred reports of two processes', async () => {
    await start(2);
    for (const host of hosts) expect(await callPlatform(host, appId)).toBe(0);
    const { accessToken: dead } = await hosts[0].tokens.getToken(appId);
    simulator.killToken(appId);
    const calls = Promise.all(
      hosts.flatMap((host) => Array.from({ length: 50 }, () => callPlatform(host, appId))),
    );
    const { result } = await whileTimePasses(hosts, calls);
    expect(new Set(result)).toEqual(new Set([0]));
    expect(asked).toEqual([{ appId }, { appId, refused: dead }]);
  });

  it('is asked ahead of the end, and believed for two hours at most', async () => {
    await start(1, async (request) => ({
      ...(await provider(request)),
      expiresAt: new Date(hosts[0].clock.now() + 86_400_000),
    }));
    const { mintedAt, expiresAt } = await hosts[0].tokens.getToken(appId);
    expect(expiresAt.getTime() - mintedAt.getTime()).toBe(7_200_000);
    pass(6_000_000, hosts);
    await hosts[0].tokens.refreshAhead(appId);
    expect(asked).toHaveLength(1);
    pass(700_000, hosts);
    await hosts[0].tokens.refreshAhead(appId);
    expect(asked).toHaveLength(2);
  });

  it.each<[what: string, given: () => unknown, says: string]>([
    ['nothing', () => undefined, 'no accessToken'],
    ['a token with a line break', () => ({ accessToken: `${PROVIDED}\n` }), 'no accessToken'],
    ['no end', () => ({ accessToken: PROVIDED }), 'no expiresAt, which must be a Date'],
    ['an end in seconds', () => ({ accessToken: PROVIDED, expiresAt: 7200 }), 'no expiresAt'],
    [
      'an end that passed',
      () => ({ accessToken: PROVIDED, expiresAt: new Date(0) }),
      'a token that ended 1970',
    ],
  ])('refuses %s, and does not show it', async (_what, given, says) => {
    const logger = new CaptureLogger();
    await start(1, async () => given() as ProvidedAccessToken, { logger });
    const error = await hosts[0].tokens.getToken(appId).catch((refusal) => refusal);
    expect(error).toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
      remedy: expect.stringContaining('getAccessToken'),
    });
    expect(error.message).toContain(says);
    expect([inspect(error), ...logger.lines].join()).not.toContain(PROVIDED);
  });

  it('says what it threw without the token that was refused, and asks it again after a pause', async () => {
    const logger = new CaptureLogger();
    let dead = '';
    await start(
      1,
      async (request) => {
        if (request.refused === undefined) return provider(request);
        throw new Error(`the vault does not know ${request.refused}`);
      },
      { logger },
    );
    dead = (await hosts[0].tokens.getToken(appId)).accessToken;
    const error = await hosts[0].tokens.refresh(appId, dead).catch((refusal) => refusal);
    expect(error.message).toContain('the vault does not know [redacted]');
    const status = await hosts[0].tokens.status(appId);
    expect(status).toMatchObject({ family: 'custom', live: false, lastError: { message: error.message } });
    expect([inspect([error, status]), ...logger.lines].join()).not.toContain(dead);
  });

  it('refuses the token that was refused, when it gives it again', async () => {
    let only: ProvidedAccessToken | undefined;
    await start(1, async (request) => {
      only ??= await provider(request);
      return only;
    });
    const { accessToken } = await hosts[0].tokens.getToken(appId);
    await expect(hosts[0].tokens.refresh(appId, accessToken)).rejects.toThrow(
      'answers the token that was reported dead',
    );
  });
});

describe('a credential for each account', () => {
  it('reads one account from a central and mints for the other', async () => {
    const central = await createTestApp();
    central.simulator.setClock(central.clock.now());
    const reader = await createTestApp({
      simulator: central.simulator,
      options: {
        accounts: libraryAccounts().map(({ appSecret, ...account }) =>
          account.appId === appId
            ? { ...account, credential: { kind: 'remote' } }
            : { ...account, appSecret },
        ),
        token: { central: { url: new URL('/weixin', central.url).href, key: SERVICE_KEY } },
      },
    });
    for (const id of [appId, MOBILE.appId]) expect(await callPlatform(reader, id)).toBe(0);
    const held = await central.tokens.getToken(appId);
    expect((await reader.tokens.getToken(appId)).accessToken).toBe(held.accessToken);
    expect(mintsOf(central, appId)).toBe(1);
    expect(await reader.tokens.status(appId)).toMatchObject({ role: 'remote', live: true });
    expect(await reader.tokens.status(MOBILE.appId)).toMatchObject({ role: 'central', live: true });
    await reader.close();
    await central.close();
  });
});
