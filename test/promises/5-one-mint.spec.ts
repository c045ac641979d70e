import { type TokenLease, TokenStore } from '../../libs/weixin-subscribe/src/token/store/token.store.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { emptyLedger } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';
import { whileTimePasses } from '../support/token-hosts.js';
import { until } from '../support/until.js';

const HOUR = 3_600_000;
const { appId } = OFFICIAL;
const KEY = { appId, family: 'token' } as const;

describe.each(['token', 'stable'] as const)('promise 5: one mint per expiry, family %s', (family) => {
  describeEachDatabase('', (database) => {
    let host: TestApp;
    beforeEach(async () => {
      host = await createTestApp({ database, options: { token: { family } } });
      host.simulator.setClock(host.clock.now());
    });
    afterEach(() => host?.close());

    const mints = () => host.simulator.counters().mints[`${appId}:${family}`] ?? 0;
    const path = family === 'token' ? '/cgi-bin/token' : '/cgi-bin/stable_token';
    const pass = (ms: number) => {
      host.clock.advance(ms);
      host.simulator.advance(ms);
    };

    it('mints once for 200 cold callers, and answers from memory afterwards', async () => {
      const tokens = await Promise.all(Array.from({ length: 200 }, () => host.tokens.getToken(appId)));
      expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1);
      expect(mints()).toBe(1);
      await host.tokens.getToken(appId);
      expect(host.simulator.counters().calls[path]).toBe(1);
    });

    it('shares one mint between two processes on one store', async () => {
      const other = await createTestApp({
        simulator: host.simulator,
        shared: { options: host.dataSource.options, drop: async () => undefined },
        options: { token: { family } },
      });
      // The process that waits for the other's mint sleeps on its clock.
      const both = Promise.all([host, other].map(({ tokens }) => tokens.getToken(appId)));
      const [mine, theirs] = (await whileTimePasses([host, other], both)).result;
      expect(theirs.accessToken).toBe(mine.accessToken);
      expect(mints()).toBe(1);
      await other.close();
    });

    it('mints once for a hundred reports of one dead token, late ones included', async () => {
      const dead = await host.tokens.getToken(appId);
      host.simulator.killToken(appId);
      const renewed = await Promise.all(
        Array.from({ length: 100 }, () => host.tokens.refresh(appId, dead.accessToken)),
      );
      expect(new Set(renewed.map(({ accessToken }) => accessToken)).size).toBe(1);
      expect(renewed[0].accessToken).not.toBe(dead.accessToken);
      expect((await host.tokens.refresh(appId, dead.accessToken)).accessToken).toBe(renewed[0].accessToken);
      expect(mints()).toBe(2);
    });

    it('mints ahead of the end, and serves the old token to callers meanwhile', async () => {
      const first = await host.tokens.getToken(appId);
      pass(family === 'token' ? 7200_000 - 530_000 : 7200_000 - 250_000);
      expect((await host.tokens.getToken(appId)).accessToken).toBe(first.accessToken);
      host.simulator.fault({ kind: 'latency', delayMs: 100, path });
      const refreshing = host.tokens.refreshAhead(appId);
      expect((await host.tokens.getToken(appId)).accessToken).toBe(first.accessToken);
      await refreshing;
      expect((await host.tokens.getToken(appId)).accessToken).not.toBe(first.accessToken);
      await host.tokens.refreshAhead(appId);
      expect(mints()).toBe(2);
    });

    it('lets a caller wait for the fetch ahead of its own process, on a clock that stands still', async () => {
      host.simulator.fault({ kind: 'latency', delayMs: 300, path, times: 1 });
      const ahead = host.tokens.refreshAhead(appId);
      await until(() => (host.simulator.counters().calls[path] ?? 0) === 1);
      const { accessToken } = await host.tokens.getToken(appId);
      await ahead;
      expect((await host.tokens.getToken(appId)).accessToken).toBe(accessToken);
      expect(mints()).toBe(1);
    });

    it('keeps the live token when a refresh fails', async () => {
      const first = await host.tokens.getToken(appId);
      pass(7200_000 - 200_000);
      host.simulator.fault({ kind: 'errcode', errcode: -1, path });
      await expect(host.tokens.refreshAhead(appId)).rejects.toMatchObject({
        code: 'WEIXIN_TOKEN_UNAVAILABLE',
      });
      expect((await host.tokens.getToken(appId)).accessToken).toBe(first.accessToken);
    });

    it('asks the platform once for many callers while the secret is wrong, and says which errcode and what to do', async () => {
      host.simulator.updateAccount(appId, { appSecret: '0123456789abcdef0123456789abcdef' });
      const errors = await Promise.all(
        Array.from({ length: 50 }, () => host.tokens.getToken(appId).catch((error) => error)),
      );
      expect(errors[0]).toMatchObject({
        code: 'WEIXIN_TOKEN_UNAVAILABLE',
        errclass: 'account-misconfigured',
      });
      expect(errors[0].remedy).toMatch(/\w/);
      await host.tokens.getToken(appId).catch(() => undefined);
      expect(host.simulator.counters().calls[path]).toBe(1);
    });

    it('finds its token again after a restart, without a mint', async () => {
      const { accessToken } = await host.tokens.getToken(appId);
      const next = await createTestApp({
        simulator: host.simulator,
        shared: { options: host.dataSource.options, drop: async () => undefined },
        options: { token: { family } },
      });
      expect((await next.tokens.getToken(appId)).accessToken).toBe(accessToken);
      await next.close();
      expect(mints()).toBe(1);
    });

    it('takes the lease over from a process that died while minting, for callers who were waiting', async () => {
      await host.app.get(TokenStore).acquireLease({ appId, family }, 'somebody who died');
      const waiting = await whileTimePasses([host], host.tokens.getToken(appId));
      expect(waiting.result).toMatchObject({ accessToken: expect.any(String) });
      expect(mints()).toBe(1);
    });

    it('renews a token that is reported dead to a process that still holds the one before', async () => {
      const other = await createTestApp({
        simulator: host.simulator,
        shared: { options: host.dataSource.options, drop: async () => undefined },
        options: { token: { family } },
      });
      const first = await host.tokens.getToken(appId);
      await other.tokens.getToken(appId);
      const second = await host.tokens.refresh(appId, first.accessToken);
      // stable_token may be forced every 30 s.
      pass(30_000);
      other.clock.advance(30_000);
      const third = await other.tokens.refresh(appId, second.accessToken);
      expect([first.accessToken, second.accessToken]).not.toContain(third.accessToken);
      expect((await host.tokens.refresh(appId, second.accessToken)).accessToken).toBe(third.accessToken);
      expect((await other.tokens.refresh(appId, first.accessToken)).accessToken).toBe(third.accessToken);
      expect(mints()).toBe(3);
      await other.close();
    });

    it('keeps accounts apart and mints anew after the end', async () => {
      await emptyLedger(host.dataSource);
      const first = await host.tokens.getToken(appId);
      expect((await host.tokens.getToken(MOBILE.appId)).accessToken).not.toBe(first.accessToken);
      pass(2 * HOUR + 1000);
      expect((await host.tokens.getToken(appId)).accessToken).not.toBe(first.accessToken);
    });
  });
});

describeEachDatabase('promise 5: a client that reports every token as dead', (database) => {
  let host: TestApp;
  beforeEach(async () => {
    host = await createTestApp({ database, options });
    host.simulator.setClock(host.clock.now());
  });
  afterEach(() => host?.close());

  // Ten mints an hour, so that a client which waits more than a minute between its reports meets this limit,
  // not the circuit.
  const options = { token: { mintsPerHour: 10, mintsPerDay: 25 } };

  const mints = () => host.simulator.counters().mints[`${appId}:token`];
  const pass = (ms: number) => {
    host.clock.advance(ms);
    host.simulator.advance(ms);
  };
  /** Every two minutes. */
  const reportAll = async (times: number, hosts = [host]) => {
    let { accessToken } = await host.tokens.getToken(appId);
    const refusals: Error[] = [];
    for (let report = 0; report < times; report++) {
      pass(120_000);
      for (const other of hosts.slice(1)) other.clock.advance(120_000);
      try {
        accessToken = (await hosts[report % hosts.length].tokens.refresh(appId, accessToken)).accessToken;
      } catch (error) {
        refusals.push(error as Error);
      }
    }
    return { accessToken, refusals };
  };

  it('costs as many mints an hour as are configured and no more; the last token stays in use', async () => {
    pass(60_000);
    const { accessToken, refusals } = await reportAll(20);
    expect(mints()).toBe(10);
    expect(refusals).toHaveLength(11);
    expect(refusals[0]).toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
      message: expect.stringContaining('10'),
      remedy: expect.stringMatching(/reports live tokens as dead.*stable/),
      retryAfterSeconds: 3600 - 60 - 10 * 120,
    });
    expect((await host.tokens.getToken(appId)).accessToken).toBe(accessToken);

    pass(1200_000);
    await reportAll(20);
    expect(mints()).toBe(20);
  });

  it('costs as many a day as are configured, and says until when', async () => {
    for (let hour = 0; hour < 4; hour++) {
      const { refusals } = await reportAll(30);
      // The first two hours are the hour's limit, the third is the day's.
      if (hour === 3) expect(refusals[0]).toMatchObject({ retryAfterSeconds: expect.any(Number) });
    }
    expect(mints()).toBe(25);
    const { accessToken } = await host.tokens.getToken(appId);
    // 04:00 UTC is noon in Beijing: the platform's day ends after twelve hours.
    await expect(host.tokens.refresh(appId, accessToken)).rejects.toMatchObject({
      retryAfterSeconds: (12 - 4) * 3600,
    });
    pass(8 * HOUR);
    await host.tokens.getToken(appId);
    expect(mints()).toBe(26);
  });

  it('costs no more by way of two processes', async () => {
    const other = await createTestApp({
      simulator: host.simulator,
      shared: { options: host.dataSource.options, drop: async () => undefined },
      options,
    });
    await reportAll(20, [host, other]);
    expect(mints()).toBe(10);
    await other.close();
  });

  it('gets no mint for a token that has ended either, and WeChat is not asked', async () => {
    host.simulator.updateAccount(appId, { lifetimeSeconds: 1800 });
    await reportAll(12);
    expect(mints()).toBe(10);
    pass(1800_000);
    const calls = host.simulator.calls().length;
    for (const ask of [() => host.tokens.getToken(appId), () => host.tokens.refreshAhead(appId)])
      await ask().catch((error) => expect(error).toMatchObject({ code: 'WEIXIN_TOKEN_UNAVAILABLE' }));
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
      retryAfterSeconds: 3600 - 12 * 120 - 1800,
    });
    expect(host.simulator.calls()).toHaveLength(calls);
    pass(HOUR);
    await host.tokens.getToken(appId);
    expect(mints()).toBe(11);
  });

  it('leaves the mints to others that WeChat refused or never received', async () => {
    const store = host.app.get(TokenStore);
    const windowMints = async () => (await store.read(KEY))?.usage.windowMints;
    for (let mint = 0; mint < 9; mint++) {
      const lease = (await store.acquireLease(KEY, 'test')) as TokenLease;
      await store.countMint(lease, { perHour: 10, perDay: 25 });
      await store.releaseLease(lease);
    }
    for (const errcode of [-1, 40125, 45011]) {
      host.simulator.fault({ kind: 'errcode', errcode, path: '/cgi-bin/token' });
      await expect(host.tokens.getToken(appId)).rejects.toMatchObject({ errcode });
      pass(120_000);
    }
    expect(await windowMints()).toBe(9);
    await host.tokens.getToken(appId);
    expect(await windowMints()).toBe(10);
  });

  it('is counted where no answer came: there may be a token', async () => {
    host.simulator.fault({ kind: 'reset-after', path: '/cgi-bin/token' });
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({ code: 'WEIXIN_TOKEN_UNAVAILABLE' });
    expect((await host.app.get(TokenStore).read(KEY))?.usage).toMatchObject({ windowMints: 1, dayMints: 1 });
  });
});
