import { randomBytes } from 'node:crypto';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { TokenHealthIndicator, upOrDown } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { libraryAccounts, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp, type TestAppOptions } from '../support/create-test-app.js';
import { PlatformStub } from '../support/platform-stub.js';
import { describeEachDatabase } from '../support/test-databases.js';
import { callPlatform, mintsOf, pass } from '../support/token-hosts.js';

/** Terminus 11 takes anything but `up` for down: a host on it passes what `upOrDown()` makes of a result. */
const KNOWS_DEGRADED = !require('@nestjs/terminus/package.json').version.startsWith('11.');
const DEGRADED = KNOWS_DEGRADED ? { status: 'degraded' } : { status: 'up', degraded: true };
const checkHealth = ({ app }: TestApp) =>
  app.get(HealthCheckService).check([
    async () => {
      const health = await app.get(TokenHealthIndicator).check();
      return KNOWS_DEGRADED ? health : upOrDown(health);
    },
  ]);

const { appId } = OFFICIAL;
const MINUTE = 60_000;
const TOKEN_PATH = '/cgi-bin/token';

const start = async (given: TestAppOptions = {}) => {
  const host = await createTestApp(given);
  host.simulator.setClock(host.clock.now());
  return host;
};
const again = (host: TestApp, given: TestAppOptions = {}) =>
  createTestApp({
    ...given,
    simulator: host.simulator,
    shared: { options: host.dataSource.options, drop: async () => undefined },
  });

describeEachDatabase('a platform that refuses every token it makes', (database) => {
  let host: TestApp;
  beforeEach(async () => {
    host = await start({ database });
  });
  afterEach(() => host?.close());

  /** Sends that find their token dead: each time the platform makes a new one and forgets it at once. */
  const refusedSends = async (times: number, by = host) => {
    for (let n = 0; n < times; n++) {
      host.simulator.killToken(appId);
      await callPlatform(by, appId);
    }
  };

  it('opens the circuit after three: no more mints, a clear error, the token kept, all processes alike', async () => {
    await host.tokens.getToken(appId);
    await refusedSends(20);
    expect(mintsOf(host, appId)).toBe(4);
    const { accessToken } = await host.tokens.getToken(appId);
    await expect(host.tokens.refresh(appId, accessToken)).rejects.toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
      message: expect.stringContaining('one new token after the other'),
      remedy: expect.stringContaining('apiBaseUrl'),
      retryAfterSeconds: 600,
    });
    const other = await again(host);
    await refusedSends(5, other);
    expect(mintsOf(host, appId)).toBe(4);
    await other.close();

    const { status, accounts } = (await host.app.get(TokenHealthIndicator).check())['weixin-token'];
    expect(status).toBe('degraded');
    expect(accounts?.[0]).toMatchObject({ appId, circuitOpenUntil: expect.any(String) });
  });

  it('takes a report again after ten minutes, and is at peace with a token that works', async () => {
    await host.tokens.getToken(appId);
    await refusedSends(5);
    pass(10 * MINUTE, [host]);
    expect(await callPlatform(host, appId)).toBe(0);
    expect(mintsOf(host, appId)).toBe(5);
    pass(2 * MINUTE, [host]);
    expect(await callPlatform(host, appId)).toBe(0);
    expect((await host.tokens.status(appId)).circuitOpenUntil).toBeUndefined();
  });

  it('costs at most ten mints an hour of sends that all fail', async () => {
    await host.tokens.getToken(appId);
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      await refusedSends(3);
      pass(5 * MINUTE, [host]);
    }
    expect(mintsOf(host, appId)).toBeLessThanOrEqual(24 * 10);
  });
});

describe('another program that mints for the same account', () => {
  let host: TestApp;
  let logger: CaptureLogger;
  const received: [string, unknown][] = [];
  beforeEach(async () => {
    logger = new CaptureLogger();
    received.length = 0;
    host = await start({ logger, imports: [EventEmitterModule.forRoot(), TerminusModule] });
    host.app.get(EventEmitter2).onAny((name, payload) => received.push([String(name), payload]));
  });
  afterEach(() => host?.close());

  const died = async () => {
    host.simulator.mintBehindBack(appId);
    pass(6 * MINUTE, [host]);
    expect(await callPlatform(host, appId)).toBe(0);
  };
  const warned = () => logger.lines.filter((line) => line.includes('died before their time'));

  it('is suspected at the second token that dies early, with the remedy', async () => {
    expect(await callPlatform(host, appId)).toBe(0);
    pass(20 * MINUTE, [host]);
    await died();
    expect(warned()).toHaveLength(0);
    pass(30 * MINUTE, [host]);
    await died();
    expect(warned()).toHaveLength(1);
    expect(warned()[0]).toMatch(/2 access_tokens.*"stable"/);
    expect(received.map(([name]) => name)).toEqual([
      'weixin.token.minted',
      'weixin.token.died',
      'weixin.token.minted',
      'weixin.token.died',
      'weixin.token.third-party-suspected',
      'weixin.token.minted',
    ]);
    expect(await checkHealth(host)).toMatchObject({
      status: KNOWS_DEGRADED ? 'degraded' : 'ok',
      details: { 'weixin-token': DEGRADED },
    });
  });

  it('is not suspected when tokens end in their time', async () => {
    for (let minute = 0; minute < 600; minute += 5) {
      pass(5 * MINUTE, [host]);
      await host.tokens.refreshAhead(appId);
      expect(await callPlatform(host, appId)).toBe(0);
    }
    expect(warned()).toHaveLength(0);
    expect((await host.tokens.status(appId)).earlyDeaths).toBe(0);
  });
});

describe('health', () => {
  let host: TestApp;
  beforeEach(async () => {
    host = await start({ imports: [TerminusModule] });
  });
  afterEach(() => host?.close());
  const check = () => checkHealth(host);

  it('is up before the first use, and tells age, end and mints left after it', async () => {
    expect(await check()).toMatchObject({ status: 'ok' });
    await host.tokens.getToken(appId);
    pass(10 * MINUTE, [host]);
    expect((await check()).details['weixin-token']).toMatchObject({
      status: 'up',
      accounts: expect.arrayContaining([
        expect.objectContaining({
          appId,
          live: true,
          ageSeconds: 600,
          expiresInSeconds: 6600,
          mintsLeft: { hour: 59, day: 499 },
        }),
      ]),
    });
  });

  it('is degraded while a refresh fails and the token lives, and down when it has ended', async () => {
    await host.tokens.getToken(appId);
    pass(115 * MINUTE, [host]);
    host.simulator.fault({ kind: 'errcode', errcode: 40164, path: TOKEN_PATH });
    await expect(host.tokens.refreshAhead(appId)).rejects.toMatchObject({ errcode: 40164 });
    expect((await check()).details['weixin-token']).toMatchObject({
      ...DEGRADED,
      accounts: expect.arrayContaining([
        expect.objectContaining({ live: true, lastError: expect.objectContaining({ errcode: 40164 }) }),
      ]),
    });
    pass(10 * MINUTE, [host]);
    await expect(check()).rejects.toMatchObject({
      response: { status: 'error', error: { 'weixin-token': { status: 'down' } } },
    });
  });

  it('is degraded while no mint is left, since no report is taken, and down when the last token has ended', async () => {
    const limited = await again(host, { options: { token: { mintsPerDay: 1 } } });
    const indicator = limited.app.get(TokenHealthIndicator);
    await limited.tokens.getToken(appId);
    expect((await indicator.check())['weixin-token'].status).toBe('degraded');
    pass(121 * MINUTE, [host, limited]);
    await expect(limited.tokens.getToken(appId)).rejects.toMatchObject({ code: 'WEIXIN_TOKEN_UNAVAILABLE' });
    const health = (await indicator.check())['weixin-token'];
    expect(health.status).toBe('down');
    expect(health.accounts?.find((account) => account.appId === appId)?.mintsLeft?.day).toBe(0);
    await limited.close();
  });

  it('is degraded, with the reason, when the store is away and this process has a live token', async () => {
    for (const { appId } of libraryAccounts()) await host.tokens.getToken(appId);
    await host.dataSource.query('DROP TABLE weixin_token');
    const { token } = await host.app.get(TokenHealthIndicator).check('token');
    expect(token.status).toBe('degraded');
    expect(token.accounts?.[0]).toMatchObject({
      live: true,
      lastError: { message: expect.any(String), retryAt: expect.any(String) },
    });
    pass(121 * MINUTE, [host]);
    expect((await host.app.get(TokenHealthIndicator).check('token')).token.status).toBe('down');
  });

  it('names who is minting', async () => {
    host.simulator.fault({ kind: 'latency', delayMs: 300, path: TOKEN_PATH, times: 1 });
    const minting = host.tokens.getToken(appId);
    let holder: string | undefined;
    while (!holder) holder = (await host.tokens.status(appId)).leaseHolder;
    expect(holder).toContain(String(process.pid));
    await minting;
    expect((await host.tokens.status(appId)).leaseHolder).toBeUndefined();
  });

  it('is down, with the reason, when the store is away', async () => {
    await host.dataSource.query('DROP TABLE weixin_token');
    const result = await host.app.get(TokenHealthIndicator).check('token');
    expect(result.token).toMatchObject({ status: 'down', message: expect.any(String) });
  });
});

/** None of them could be put into a header, a query or a column, nor be reported. */
const UNUSABLE: [what: string, value: string][] = [
  ['a line break and a header', 'a\r\nX: y'],
  ['a space', 'ACCESS TOKEN'],
  ['a control character', 'TOKEN\u0007'],
  ['other letters', '令牌令牌令牌'],
  ['more than 512 characters', 'x'.repeat(513)],
];

describeEachDatabase('tokens at rest', (database) => {
  const newKey = (id: string) => ({ id, key: randomBytes(32).toString('base64') });
  const stored = async (host: TestApp): Promise<string> => {
    const [row] = await host.dataSource.query('SELECT access_token FROM weixin_token');
    return row.access_token;
  };
  const withKeys = (...keys: { id: string; key: string }[]): TestAppOptions => ({
    options: { token: { encryption: { keys } } },
  });

  it('are encrypted, read by other processes with the key, and reported dead all the same', async () => {
    const key = newKey('2026-11');
    const host = await start({ database, ...withKeys(key) });
    const { accessToken } = await host.tokens.getToken(appId);
    expect(await stored(host)).toMatch(/^enc:1:2026-11:/);
    expect(await stored(host)).not.toContain(accessToken);
    const other = await again(host, withKeys(key));
    expect((await other.tokens.getToken(appId)).accessToken).toBe(accessToken);
    host.simulator.killToken(appId);
    expect(await callPlatform(other, appId)).toBe(0);
    expect(await callPlatform(host, appId)).toBe(0);
    expect(mintsOf(host, appId)).toBe(2);
    await other.close();
    await host.close();
  });

  it('survive the rotation of the key without a mint', async () => {
    const [older, newer] = [newKey('a'), newKey('b')];
    const host = await start({ database, ...withKeys(older) });
    const { accessToken } = await host.tokens.getToken(appId);
    const rotated = await again(host, withKeys(newer, older));
    expect((await rotated.tokens.getToken(appId)).accessToken).toBe(accessToken);
    expect(mintsOf(host, appId)).toBe(1);
    pass(115 * MINUTE, [host, rotated]);
    await rotated.tokens.refreshAhead(appId);
    expect(await stored(host)).toMatch(/^enc:1:b:/);
    await rotated.close();
    await host.close();
  });

  it('that no key sealed are not used where there is one: the switch to encryption costs one mint', async () => {
    const logger = new CaptureLogger();
    const key = newKey('first');
    const host = await start({ database });
    const { accessToken } = await host.tokens.getToken(appId);
    const next = await again(host, { ...withKeys(key), logger });
    expect((await next.app.get(TokenHealthIndicator).check())['weixin-token']).toMatchObject({
      status: 'degraded',
      accounts: [{ live: false, unreadable: true }, {}],
    });
    expect((await next.tokens.getToken(appId)).accessToken).not.toBe(accessToken);
    expect(await stored(host)).toMatch(/^enc:1:first:/);
    expect(mintsOf(host, appId)).toBe(2);
    expect(logger.lines.some((line) => line.includes('it is not encrypted'))).toBe(true);
    const third = await again(host, withKeys(key));
    expect(await callPlatform(third, appId)).toBe(0);
    expect(mintsOf(host, appId)).toBe(2);
    for (const app of [third, next, host]) await app.close();
  });

  it('that somebody wrote into the store are not used where there is a key', async () => {
    const key = newKey('k');
    const host = await start({ database, ...withKeys(key) });
    const { accessToken } = await host.tokens.getToken(appId);
    await host.dataSource.query("UPDATE weixin_token SET access_token = 'PLANTED_BY_SOMEBODY'");
    const next = await again(host, withKeys(key));
    expect((await next.tokens.getToken(appId)).accessToken).not.toBe('PLANTED_BY_SOMEBODY');
    // The process that minted it goes on with it.
    expect((await host.tokens.getToken(appId)).accessToken).toBe(accessToken);
    await next.close();
    await host.close();
  });

  it.each(UNUSABLE)('that are no access_token are replaced: %s', async (_what, value) => {
    const host = await start({ database });
    await host.tokens.getToken(appId);
    await host.dataSource.query(
      `UPDATE weixin_token SET access_token = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    );
    const next = await again(host);
    expect(await callPlatform(next, appId)).toBe(0);
    expect(mintsOf(host, appId)).toBe(2);
    await next.close();
    await host.close();
  });

  it('that can not be read are replaced, with a warning that names the key', async () => {
    const logger = new CaptureLogger();
    const host = await start({ database, ...withKeys(newKey('lost')) });
    await host.tokens.getToken(appId);
    const next = await again(host, { ...withKeys(newKey('found')), logger });
    expect((await next.app.get(TokenHealthIndicator).check())['weixin-token']).toMatchObject({
      status: 'degraded',
      accounts: [{ unreadable: true }, {}],
    });
    expect(await callPlatform(next, appId)).toBe(0);
    expect(mintsOf(host, appId)).toBe(2);
    expect(logger.lines.some((line) => line.includes('"lost" is not configured'))).toBe(true);
    await next.close();
    await host.close();
  });

  it('do not open in another row, nor after a change', async () => {
    const logger = new CaptureLogger();
    const key = newKey('k');
    const host = await start({ database, ...withKeys(key) });
    await host.tokens.getToken(appId);
    await host.dataSource.query(
      `UPDATE weixin_token SET access_token = '${(await stored(host)).slice(0, -2)}AA'`,
    );
    const next = await again(host, { ...withKeys(key), logger });
    expect(await callPlatform(next, appId)).toBe(0);
    expect(mintsOf(host, appId)).toBe(2);
    expect(logger.lines.some((line) => line.includes('was not sealed with'))).toBe(true);
    await next.close();
    await host.close();
  });
});

describe('odd lifetimes', () => {
  it.each([
    [300, 300],
    [1, 1],
    [0, 7200],
    [-5, 7200],
    [1e9, 7200],
    ['soon', 7200],
    [null, 7200],
    [true, 7200],
    [[60], 7200],
    [0.5, 7200],
    ['300', 300],
  ])('expires_in %p is taken as %d s', async (expiresIn, seconds) => {
    const platform = await PlatformStub.start();
    platform.answer = (response) =>
      void response.end(JSON.stringify({ access_token: 'TOKEN_OF_ODD_LIFE', expires_in: expiresIn }));
    const host = await start({ options: { apiBaseUrl: platform.url } });
    const { expiresAt } = await host.tokens.getToken(appId);
    expect(expiresAt.getTime() - host.clock.now()).toBe(1000 * seconds);
    await host.close();
    await platform.close();
  });

  it.each([...UNUSABLE, ['nothing', ''] as const])(
    'an access_token with %s is no answer, and is neither stored nor given out',
    async (_what, value) => {
      const platform = await PlatformStub.start();
      platform.answer = (response) =>
        void response.end(JSON.stringify({ access_token: value, expires_in: 7200 }));
      const host = await start({ options: { apiBaseUrl: platform.url } });
      await expect(host.tokens.getToken(appId)).rejects.toMatchObject({
        code: 'WEIXIN_TOKEN_UNAVAILABLE',
        mayHaveMinted: true,
        message: expect.stringContaining('printable ASCII'),
      });
      const rows = await host.dataSource.query(
        'SELECT access_token FROM weixin_token WHERE access_token IS NOT NULL',
      );
      expect(rows).toEqual([]);
      await host.close();
      await platform.close();
    },
  );

  it('512 printable characters are a token, which can be reported', async () => {
    const token = `!~${'x'.repeat(510)}`;
    const platform = await PlatformStub.start();
    platform.answer = (response) => void response.end(JSON.stringify({ access_token: token }));
    const host = await start({ options: { apiBaseUrl: platform.url } });
    expect((await host.tokens.getToken(appId)).accessToken).toBe(token);
    const reported = await request(host.url)
      .post(`/weixin/token/${appId}/refresh`)
      .set('Authorization', `Bearer ${SERVICE_KEY}`)
      .send({ accessToken: token });
    expect(reported.body.code).toBe('WEIXIN_TOKEN_UNAVAILABLE');
    await host.close();
    await platform.close();
  });

  it('a life shorter than the margin does not mint without end', async () => {
    const host = await start();
    host.simulator.updateAccount(appId, { lifetimeSeconds: 300 });
    for (let second = 0; second < 3600; second += 30) {
      await host.tokens.refreshAhead(appId);
      expect(await callPlatform(host, appId)).toBe(0);
      pass(30_000, [host]);
    }
    expect(mintsOf(host, appId)).toBeLessThanOrEqual(3600 / 180 + 2);
    await host.close();
  });
});
