import { jest } from '@jest/globals';
import { TokenStore } from '../../libs/weixin-subscribe/src/token/store/token.store.js';
import { OFFICIAL } from '../support/accounts.js';
import { type TestApp, testOptions } from '../support/create-test-app.js';
import { LineProcess } from '../support/line-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { callPlatform, mintsOf, pass, startHosts, whileTimePasses } from '../support/token-hosts.js';
import { describeEachSharedStore, type OpenStore, openStore } from '../support/token-stores.js';
import { until } from '../support/until.js';

const { appId } = OFFICIAL;
const TOKEN_PATH = '/cgi-bin/token';
/** A lease and the 5 s beyond it (docs: failure table). */
const BOUND_MS = 35_000;

describeEachSharedStore('the process that fetches a token', (kind) => {
  let store: OpenStore;
  let hosts: TestApp[];
  let victim: LineProcess | undefined;
  beforeEach(async () => {
    store = await openStore(kind);
    hosts = await startHosts(store, 2);
    hosts[0].simulator.updateAccount(appId, { strict: true });
  });
  afterEach(async () => {
    await victim?.kill();
    for (const host of hosts.toReversed()) await host.close();
    await store.database.drop();
  });

  const asked = () => hosts[0].simulator.counters().calls[TOKEN_PATH] ?? 0;
  const spawn = (pauseBefore?: 'mint' | 'store') =>
    LineProcess.spawn('token-caller-process.ts', {
      database: store.database.options,
      options: { ...testOptions(hosts[0].simulator.url), ...store.options },
      pauseBefore,
    });

  it.each([
    { when: 'before the mint', pauseBefore: 'mint', mints: 1 },
    { when: 'during the mint', pauseBefore: undefined, mints: 2 },
    { when: 'after the mint, before it is stored', pauseBefore: 'store', mints: 2 },
  ] as const)('killed -9 $when: the others go on within the bound', async ({ pauseBefore, mints }) => {
    victim = await spawn(pauseBefore);
    if (!pauseBefore)
      hosts[0].simulator.fault({
        kind: 'latency',
        delayMs: 600_000,
        when: 'after',
        path: TOKEN_PATH,
        times: 1,
      });
    victim.say({ appId, callers: 1 });
    if (pauseBefore) expect(await victim.hear()).toBe('paused');
    else await until(() => mintsOf(hosts[0], appId) === 1);
    await victim.kill();
    expect(asked()).toBe(pauseBefore === 'mint' ? 0 : 1);

    const calls = hosts.flatMap((host) => Array.from({ length: 10 }, () => callPlatform(host, appId)));
    const { result, passedMs } = await whileTimePasses(hosts, Promise.all(calls));
    expect(new Set(result)).toEqual(new Set([0]));
    expect(passedMs).toBeLessThanOrEqual(BOUND_MS);
    expect(mintsOf(hosts[0], appId)).toBe(mints);

    // Nothing dead is left behind: a quarter of an hour later everybody still calls with what is there.
    pass(900_000, hosts);
    for (const host of hosts) expect(await callPlatform(host, appId)).toBe(0);
    expect(mintsOf(hosts[0], appId)).toBe(mints);
  });

  it.each(['client', 'server'] as const)(
    'stands still for longer than its lease, with its call held up on the side of the %s, and goes on: no dead token stays',
    async (side) => {
      const [{ simulator }, other] = hosts;
      const { proxy, url } = await TcpProxy.before(simulator.url);
      const [slow] = await startHosts(store, 1, {
        simulator,
        options: { apiBaseUrl: url, http: { timeoutMs: 20_000 } },
      });
      proxy.hold(side);
      const late = callPlatform(slow, appId);
      // It holds the lease, and its mint is on its way or made.
      await until(async () => (await slow.tokens.status(appId)).mintsLeft?.hour === 59);
      await until(() => side === 'client' || mintsOf(slow, appId) === 1);
      // The other waits the lease out by its own clock and takes over.
      const early = await whileTimePasses([other], callPlatform(other, appId), 500);
      expect(early.result).toBe(0);
      expect(mintsOf(slow, appId)).toBe(side === 'client' ? 1 : 2);
      slow.clock.advance(Math.max(early.passedMs, 45_000));
      proxy.release();
      expect((await whileTimePasses([slow, ...hosts], late)).result).toBe(0);

      // Nobody could tell which of the two tokens was the living one, so a third was fetched, and no call
      // since met a dead one.
      expect(mintsOf(slow, appId)).toBe(3);
      const refused = () => simulator.calls().filter(({ errcode }) => errcode === 40001).length;
      const before = refused();
      for (const host of [slow, ...hosts]) {
        await host.tokens.refreshAhead(appId);
        expect(await callPlatform(host, appId)).toBe(0);
      }
      expect(refused()).toBe(before);
      expect(mintsOf(slow, appId)).toBe(3);
      await slow.close();
      await proxy.close();
    },
  );

  it.each(['before it counted its mint', 'after it counted its mint'] as const)(
    'stands still for longer than its lease, %s: its callers get the token that another one fetched',
    async (when) => {
      const [slow, other] = hosts;
      const countMint = slow.app.get(TokenStore).countMint;
      jest.spyOn(slow.app.get(TokenStore), 'countMint').mockImplementationOnce(async (...args) => {
        const count = () => countMint.apply(slow.app.get(TokenStore), args);
        if (when === 'after it counted its mint') expect(await count()).toBe(true);
        const early = await whileTimePasses([other], callPlatform(other, appId), 500);
        expect(early.result).toBe(0);
        slow.clock.advance(Math.max(early.passedMs, 45_000));
        return when === 'after it counted its mint' ? true : count();
      });
      expect((await whileTimePasses([slow], callPlatform(slow, appId))).result).toBe(0);
      expect(mintsOf(slow, appId)).toBe(1);
    },
  );

  it.each([-120_000, 120_000])('has a clock that is %d ms off: its lease is respected', async (skewMs) => {
    const [holder, other] = hosts;
    other.clock.advance(skewMs);
    holder.simulator.fault({ kind: 'latency', delayMs: 1500, when: 'after', path: TOKEN_PATH, times: 1 });
    const first = callPlatform(holder, appId);
    await until(() => asked() === 1);
    const second = callPlatform(other, appId);
    // Twenty seconds of waiting: less than a lease, whatever the clocks say.
    for (let waited = 0; waited < 20_000; waited += 200) {
      other.clock.advance(200);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(asked()).toBe(1);
    const { result } = await whileTimePasses([other], Promise.all([first, second]), 10);
    expect(result).toEqual([0, 0]);
    expect(mintsOf(holder, appId)).toBe(1);
    // And the token is served by both to its end, and replaced once.
    for (let minute = 0; minute < 125; minute += 5) {
      pass(300_000, hosts);
      for (const { tokens } of hosts) await tokens.refreshAhead(appId);
      for (const host of hosts) expect(await callPlatform(host, appId)).toBe(0);
    }
    expect(mintsOf(holder, appId)).toBe(2);
  });
});
