import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { emptyLedger } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const HOUR = 3_600_000;
const { appId } = OFFICIAL;

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
      const both = Promise.all([host, other].map(({ tokens }) => tokens.getToken(appId)));
      let settled = false;
      void both.finally(() => {
        settled = true;
      });
      // The process that waits for the other's mint sleeps on its clock.
      await until(() => {
        for (const { clock } of [host, other]) clock.advance(100);
        return settled;
      });
      const [mine, theirs] = await both;
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
      pass(family === 'token' ? 7200_000 - 590_000 : 7200_000 - 280_000);
      expect((await host.tokens.getToken(appId)).accessToken).toBe(first.accessToken);
      host.simulator.fault({ kind: 'latency', delayMs: 100, path });
      const refreshing = host.tokens.refreshAhead(appId);
      expect((await host.tokens.getToken(appId)).accessToken).toBe(first.accessToken);
      await refreshing;
      expect((await host.tokens.getToken(appId)).accessToken).not.toBe(first.accessToken);
      await host.tokens.refreshAhead(appId);
      expect(mints()).toBe(2);
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

    it('keeps accounts apart and mints anew after the end', async () => {
      await emptyLedger(host.dataSource);
      const first = await host.tokens.getToken(appId);
      expect((await host.tokens.getToken(MOBILE.appId)).accessToken).not.toBe(first.accessToken);
      pass(2 * HOUR + 1000);
      expect((await host.tokens.getToken(appId)).accessToken).not.toBe(first.accessToken);
    });
  });
});
