import { libraryAccounts, MOBILE } from '../support/accounts.js';
import { broadcastsOf, SEND_PATH, TEXT, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp, type TestAppOptions } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { countBy, expectExactBatches } from '../support/ledger.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const soon = () => new Promise((resolve) => setImmediate(resolve));

describeEachDatabase('the flow of broadcasts', (kind) => {
  const hosts: TestApp[] = [];
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    for (const host of hosts.splice(0).reverse()) await host.close();
    await database.drop();
  });
  const start = async (options: TestAppOptions['options'] = {}, more: TestAppOptions = {}) => {
    const host = await createTestApp({ shared: database, options, ...more });
    hosts.push(host);
    return host;
  };
  const confirm = (host: TestApp, openids: string[], scene: number) =>
    confirmAll(
      host,
      openids.map((openid) => ({ openid, scene })),
    );

  it('is shared by two broadcasts of an account, and single sends pass it by', async () => {
    const host = await start({ broadcast: { ratePerSecond: 20, concurrency: 4 } });
    const openids = crowd(host, 60);
    for (const scene of [1, 2]) await confirm(host, openids, scene);
    await confirm(host, openids.slice(0, 1), 3);
    const service = broadcastsOf(host);
    const ids = [(await service.start(toScene(1))).id, (await service.start(toScene(2))).id];
    await host.tasks.run('broadcasts');
    const sent = async () =>
      (await Promise.all(ids.map((id) => service.progress(id)))).map((progress) => progress.sent);
    let seconds = 0;
    for (; (await sent()).reduce((a, b) => a + b) < 120; seconds += 0.1) {
      if (seconds > 60) throw new Error(`${await sent()}`);
      host.clock.advance(100);
      for (let turn = 0; turn < 20; turn++) await soon();
      if (Math.round(seconds * 10) === 30) {
        const [one, other] = await sent();
        // Neither waits for the end of the other.
        expect(Math.min(one, other)).toBeGreaterThan(15);
        // A person who is written to now does not wait behind 100 others.
        const { id } = await host.subscribe.send(message(openids[0], 3));
        expect((await host.subscribe.get(id)).status).toBe('sent');
      }
    }
    // 120 messages at 20 in a second, and the first ones at once.
    expect(seconds).toBeGreaterThan(5.5);
  });

  it('stops for quiet hours that begin in the middle, and goes on when they are over', async () => {
    // 12:00 in Shanghai is what the clock shows; its quiet hours begin two minutes later.
    const quietHours = { from: '12:02', to: '13:00', timeZone: 'Asia/Shanghai' };
    const quiet = await start({
      accounts: libraryAccounts().map((account) => ({ ...account, quietHours })),
      broadcast: { ratePerSecond: 1, concurrency: 4 },
    });
    const openids = crowd(quiet, 200);
    await confirm(quiet, openids, 1);
    const service = broadcastsOf(quiet);
    const { id } = await service.start(toScene(1));
    for (let second = 0; second < 150; second++) {
      await quiet.tasks.run('broadcasts');
      for (let turn = 0; turn < 5; turn++) await soon();
      quiet.clock.advance(1000);
    }
    const paused = await workUntil(quiet, id, 'paused');
    expect(paused).toMatchObject({ pauseCause: 'quiet-hours', claimed: paused.sent });
    expect(paused.resumesAt?.toISOString()).toBe('2026-11-20T05:00:00.000Z');
    expect(paused.sent).toBeLessThan(150);
    const before = quiet.simulator.inbox().length;
    quiet.clock.advance(3_600_000);
    await quiet.tasks.run('broadcasts');
    await until(() => quiet.simulator.inbox().length > before, 'it goes on');
    await service.cancel(id);
    await workUntil(quiet, id, 'cancelled');
  });

  it('is taken over by another process when the one at work stands still', async () => {
    const one = await start({
      broadcast: { ratePerSecond: 10, concurrency: 2 },
      delivery: { leaseSeconds: 10 },
      http: { timeoutMs: 2000 },
    });
    const other = await start(
      {
        broadcast: { ratePerSecond: 0, concurrency: 8 },
        delivery: { leaseSeconds: 10 },
        http: { timeoutMs: 2000 },
      },
      { simulator: one.simulator },
    );
    const openids = crowd(one, 60);
    await confirm(one, openids, 1);
    const service = broadcastsOf(one);
    const { id } = await service.start(toScene(1));
    await one.tasks.run('broadcasts');
    await until(() => one.simulator.inbox().length > 0);
    // Its clock stands still, and so does all that it does; the other one's goes on.
    await other.tasks.run('broadcasts');
    expect(one.simulator.inbox().length).toBeLessThan(5);
    other.clock.advance(16_000);
    expect(await workUntil(other, id, 'finished')).toMatchObject({ claimed: 60, refused: 0, failed: 0 });
    // It wakes up with messages in its hands that are not its own any more.
    one.clock.advance(1000);
    for (let turn = 0; turn < 50; turn++) await soon();
    one.clock.advance(60_000);
    for (let turn = 0; turn < 50; turn++) await soon();
    const { sent, unknown } = await service.progress(id);
    expect(sent + unknown).toBe(60);
    const people = one.simulator.inbox().map(({ openid }) => openid);
    expect(new Set(people).size).toBe(people.length);
    await expectExactBatches(one.dataSource);
  });

  it('brings each person one message, also where they have several grants under one scene', async () => {
    const host = await start({
      accounts: libraryAccounts().map((account) => ({ ...account, grantRule: 'count' as const })),
      broadcast: { ratePerSecond: 0, concurrency: 4 },
    });
    const openids = crowd(host, 20);
    for (let round = 0; round < 3; round++)
      for (const openid of openids)
        await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1, source: `count:${openid}:${round}` });
    for (const openid of openids) host.simulator.confirm({ appId: OFFICIAL_KEY.appId, openid, scene: 1 });
    const { id } = await broadcastsOf(host).start(toScene(1));
    expect(await workUntil(host, id, 'finished')).toMatchObject({ claimed: 20, sent: 20 });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 20, available: 40 });
  });

  it('keeps accounts apart: one that may not send does not hold another up', async () => {
    const host = await start({ broadcast: { ratePerSecond: 0, concurrency: 4 } });
    const openids = crowd(host, 10);
    await confirm(host, openids, 1);
    host.simulator.fault({
      kind: 'errcode',
      errcode: 45011,
      path: SEND_PATH,
      appId: MOBILE.appId,
      times: 'forever',
    });
    const mobile = { appId: MOBILE.appId, templateId: MOBILE.templates[0] };
    await host.grants.record({
      ...mobile,
      openid: host.simulator.openid('xiaoming', MOBILE.appId),
      scene: 1,
      source: 'm',
    });
    const service = broadcastsOf(host);
    const held = await service.start({ ...mobile, ...TEXT, scene: 1 });
    const { id } = await service.start(toScene(1));
    expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 10 });
    expect(await service.progress(held.id)).toMatchObject({ status: 'running', sent: 0 });
  });
});
