import { TokenHealthIndicator } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { TokenStore } from '../../libs/weixin-subscribe/src/token/store/token.store.js';
import { libraryAccounts, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { Cli } from '../support/cli.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { callPlatform, mintsOf, pass, startHosts, whileTimePasses } from '../support/token-hosts.js';
import { describeEachSharedStore, type OpenStore, openStore } from '../support/token-stores.js';

const { appId } = OFFICIAL;
const TOKEN_PATH = '/cgi-bin/token';

const retry = (host: TestApp, key = SERVICE_KEY, of: string = appId) =>
  request(host.url).post(`/weixin/token/${of}/retry`).set('Authorization', `Bearer ${key}`);
const asked = ({ simulator }: TestApp) => simulator.calls().filter(({ path }) => path === TOKEN_PATH).length;

/** WeChat refuses the address for an hour or a day; an administrator mends that earlier. */
describeEachSharedStore('a wait that WeChat named', (kind) => {
  let store: OpenStore;
  let hosts: TestApp[];
  let host: TestApp;
  let other: TestApp;
  const logger = new CaptureLogger();
  beforeEach(async () => {
    store = await openStore(kind);
    hosts = await startHosts(store, 2, { logger, options: { token: { mintsPerHour: 5 } } });
    [host, other] = hosts;
  });
  afterEach(async () => {
    for (const app of [...hosts].reverse()) await app.close();
    await store?.database.drop();
  });

  /** Each call is refused until it is mended. */
  const refuse = (errcode: number) =>
    host.simulator.fault({ kind: 'errcode', errcode, path: TOKEN_PATH, times: 'forever' });
  const mend = () => host.simulator.clearFaults();
  const refused = (errcode: number) =>
    expect(host.tokens.getToken(appId)).rejects.toMatchObject({
      errcode,
      remedy: expect.stringContaining('/retry'),
    });

  it.each([
    [89506, 24 * 3600],
    [89507, 3600],
  ])(
    'after %i ends for every process as soon as one of them retries with success',
    async (errcode, seconds) => {
      refuse(errcode);
      await refused(errcode);
      mend();
      await expect(other.tokens.getToken(appId)).rejects.toMatchObject({
        errcode,
        retryAfterSeconds: seconds,
      });
      expect(asked(host)).toBe(1);
      const answer = await retry(host);
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
      expect(answer.body).toEqual({
        accessToken: (await other.tokens.getToken(appId)).accessToken,
        expiresIn: 7200,
        expiresAt: expect.any(String),
      });
      expect(asked(host)).toBe(2);
      expect(await callPlatform(other, appId)).toBe(0);
      expect((await other.app.get(TokenHealthIndicator).check())['weixin-token'].status).toBe('up');
      expect(
        logger.lines.some((line) => line.includes('client "courses" (rest) had WeChat asked again')),
      ).toBe(true);
    },
  );

  it('is asked once by twenty retries of two processes at once, with success or without', async () => {
    refuse(89506);
    await refused(89506);
    const all = () =>
      whileTimePasses(
        hosts,
        Promise.allSettled(Array.from({ length: 20 }, (_, n) => hosts[n % 2].tokens.retry(appId))),
        10,
      ).then(({ result }) => result);
    const failures = await all();
    expect(failures.map((one) => one.status === 'rejected' && one.reason.errcode)).toEqual(
      Array(20).fill(89506),
    );
    expect(asked(host)).toBe(2);
    mend();
    pass(2000, hosts);
    const tokens = await all();
    expect(
      new Set(tokens.map((one) => (one.status === 'fulfilled' ? one.value.accessToken : ''))),
    ).toHaveProperty('size', 1);
    expect(tokens.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(asked(host)).toBe(3);
    expect(mintsOf(host, appId)).toBe(1);
  });

  it('begins anew when WeChat refuses still, and whoever retries in a loop asks once a minute at most', async () => {
    refuse(89507);
    await refused(89507);
    const answer = await retry(host);
    expect([answer.status, answer.headers['retry-after'], answer.body.errcode]).toEqual([503, '3600', 89507]);
    await expect(other.tokens.getToken(appId)).rejects.toMatchObject({
      errcode: 89507,
      retryAfterSeconds: 3600,
    });
    expect(asked(host)).toBe(2);
    const again = await retry(other);
    expect([again.status, again.headers['retry-after'], again.body.remedy]).toEqual([
      503,
      '2',
      expect.any(String),
    ]);
    expect(asked(host)).toBe(2);
    for (let second = 0; second < 1800; second++) {
      await hosts[second % 2].tokens.retry(appId).catch(() => undefined);
      pass(1000, hosts);
    }
    // 2, 4, 8, 16, 32 and then 60 s apart.
    expect(asked(host)).toBeLessThanOrEqual(2 + 5 + 30);
    expect(asked(host)).toBeGreaterThan(30);
    mend();
    pass(60_000, hosts);
    expect((await retry(other)).status).toBe(200);
  });

  it('is not asked at all when the mints of the hour are used up', async () => {
    await host.tokens.getToken(appId);
    for (let n = 0; n < 4; n++) {
      pass(61_000, hosts);
      await host.tokens.refresh(appId, (await host.tokens.getToken(appId)).accessToken);
    }
    const store = host.app.get(TokenStore);
    const lease = await store.acquireLease({ appId, family: 'token' }, 'test');
    if ('heldBy' in lease) throw new Error('somebody else has the lease');
    const now = host.clock.now();
    const failure = { at: now, until: now + 86_400_000, pauseMs: 1000, message: 'refused', errcode: 89506 };
    await store.releaseLease(lease, { failure });
    const before = asked(host);
    await expect(host.tokens.retry(appId)).rejects.toMatchObject({
      message: expect.stringContaining('at most 5 are minted within an hour'),
    });
    expect(asked(host)).toBe(before);
  });

  it('leaves a live token in use, and replaces it', async () => {
    const first = await host.tokens.getToken(appId);
    pass(115 * 60_000, hosts);
    refuse(89507);
    await expect(host.tokens.refreshAhead(appId)).rejects.toMatchObject({ errcode: 89507 });
    await expect(other.tokens.retry(appId)).rejects.toMatchObject({ errcode: 89507 });
    expect((await host.tokens.getToken(appId)).accessToken).toBe(first.accessToken);
    mend();
    pass(2000, hosts);
    const second = await other.tokens.retry(appId);
    expect(second.accessToken).not.toBe(first.accessToken);
    await host.tokens.refreshAhead(appId);
    expect((await host.tokens.getToken(appId)).accessToken).toBe(second.accessToken);
  });

  it('where there is none, costs no mint: the live token is answered', async () => {
    const { accessToken } = await host.tokens.getToken(appId);
    for (const app of hosts) expect((await app.tokens.retry(appId)).accessToken).toBe(accessToken);
    expect(mintsOf(host, appId)).toBe(1);
    await expect(host.tokens.retry('wx-nobody')).rejects.toMatchObject({ code: 'WEIXIN_UNKNOWN_ACCOUNT' });
  });
});

describe('a retry from outside', () => {
  const REPORTER = 'key-of-the-reporter-5512';
  const READER = 'key-of-the-reader-99a1';
  const logger = new CaptureLogger();
  let central: TestApp;
  beforeEach(async () => {
    logger.lines.length = 0;
    central = await createTestApp({
      logger,
      options: {
        serviceKeys: {
          reporter: { keys: REPORTER, scopes: ['token:report', 'token:read'], accounts: [appId] },
          reader: { keys: READER, scopes: ['token:read'] },
        },
      },
    });
    central.simulator.setClock(central.clock.now());
    central.simulator.fault({ kind: 'errcode', errcode: 89506, path: TOKEN_PATH, times: 'forever' });
    await expect(central.tokens.getToken(appId)).rejects.toMatchObject({ errcode: 89506 });
  });
  afterEach(() => central?.close());

  it('wants the scope token:report, and an account of the client', async () => {
    const calls = asked(central);
    expect((await retry(central, 'nobody-knows-this-key')).status).toBe(401);
    const forbidden = await retry(central, READER);
    expect([forbidden.status, forbidden.body.code]).toEqual([403, 'WEIXIN_SERVICE_FORBIDDEN']);
    expect((await retry(central, REPORTER, libraryAccounts()[1].appId)).status).toBe(403);
    expect(asked(central)).toBe(calls);
  });

  it('by a remote is made by the central, and ends the wait of both', async () => {
    const remote = await createTestApp({
      simulator: central.simulator,
      options: {
        accounts: libraryAccounts().map(({ appSecret: _secret, ...account }) => account),
        token: { role: 'remote', central: { url: `${central.url}/weixin`, key: REPORTER } },
      },
    });
    await expect(remote.tokens.getToken(appId)).rejects.toMatchObject({ errcode: 89506 });
    central.simulator.clearFaults();
    const { accessToken } = await remote.tokens.retry(appId);
    expect((await remote.tokens.getToken(appId)).accessToken).toBe(accessToken);
    expect((await central.tokens.getToken(appId)).accessToken).toBe(accessToken);
    expect((await remote.tokens.status(appId)).lastError).toBeUndefined();
    await remote.close();
  });

  it('is made at a terminal, which shows no token', async () => {
    const run = async (...args: string[]) => {
      const env = { WEIXIN_SUBSCRIBE_URL: `${central.url}/weixin`, WEIXIN_SUBSCRIBE_KEY: REPORTER };
      const cli = new Cli(['token', 'retry', ...args], { env });
      cli.close();
      return { code: await cli.exit(), out: cli.stdout.trim(), err: cli.stderr.trim() };
    };
    const refused = await run(appId);
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('errcode 89506') });
    expect(refused.err).toContain('administrator');
    central.simulator.clearFaults();
    central.clock.advance(2000);
    const mended = await run(appId, '--json');
    expect(mended).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(mended.out)).toEqual({ appId, expiresIn: 7200, expiresAt: expect.any(String) });
    const { accessToken } = await central.tokens.getToken(appId);
    const shown = await run(appId);
    expect(shown).toEqual({
      code: 0,
      out: `account ${appId}: there is an access_token, for 7200 s more`,
      err: '',
    });
    for (const text of [refused.err, mended.out, shown.out, ...logger.lines]) {
      expect(text).not.toContain(accessToken);
      expect(text).not.toContain(REPORTER);
    }
    expect(await run('../../weixin/token')).toMatchObject({
      code: 1,
      err: expect.stringContaining('not an appId'),
    });
  });
});
