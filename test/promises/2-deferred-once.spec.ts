import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { calls, defer, dispatch, fresh, give, SEND } from '../support/deferred.js';
import { message } from '../support/flows.js';
import { countBy } from '../support/ledger.js';
import { LineProcess } from '../support/line-process.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const MESSAGES = 200;

describeEachDatabase('promise 2: a deferred message is sent once', (kind) => {
  let database: TestDatabase;
  let hosts: TestApp[];
  beforeAll(async () => {
    database = await createDatabase(kind);
    // Three hosts and the platform share one process: on a slow machine an answer may take longer than the
    // usual limit.
    const options = { http: { timeoutMs: 25_000 } };
    hosts = [await createTestApp({ shared: database, options })];
    for (const _ of [2, 3])
      hosts.push(await createTestApp({ shared: database, options, simulator: hosts[0].simulator }));
  });
  afterAll(async () => {
    for (const host of [...hosts].reverse()) await host.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await fresh(hosts[0]);
    for (const host of hosts) await host.tokens.refreshAhead(OFFICIAL.appId);
  });

  it('by three instances that look at the same moment, and by one that comes later', async () => {
    const [host] = hosts;
    const openids: string[] = [];
    for (let scene = 0; scene < MESSAGES; scene++) openids.push(await give(host, scene));
    for (const [scene, openid] of openids.entries()) await defer(host, openid, scene, 0);

    await Promise.all(hosts.map(dispatch));
    await dispatch(host);

    expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sent: MESSAGES });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: MESSAGES });
    const { errcodes, maxDeliveriesPerGrant } = host.simulator.counters();
    expect([errcodes[SEND], maxDeliveriesPerGrant]).toEqual([{ 0: MESSAGES }, 1]);
    const attempts = await countBy(host.dataSource, 'weixin_message', 'attempts');
    expect(attempts).toEqual({ 1: MESSAGES });
  });

  it('or its direct rival is: twenty of each for twenty permissions', async () => {
    const [host] = hosts;
    for (let scene = 0; scene < 20; scene++) await defer(host, await give(host, scene), scene, 0);
    const openid = host.simulator.openid('xiaoming', OFFICIAL.appId);
    const direct = Array.from({ length: 20 }, (_, scene) =>
      hosts[scene % 3].subscribe.send(message(openid, scene)).then(
        () => 'sent',
        (error) => error.code,
      ),
    );
    await Promise.all([...direct, ...hosts.map(dispatch)]);
    const sent = (await Promise.all(direct)).filter((end) => end === 'sent').length;
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 20 });
    const { sent: all, failed = 0 } = await countBy(host.dataSource, 'weixin_message');
    expect([all, failed]).toEqual([20, sent]);
    expect(host.simulator.counters().maxDeliveriesPerGrant).toBe(1);
  });

  it('never twice when its worker is killed in the middle: it becomes unknown', async () => {
    const [host] = hosts;
    const openid = await give(host, 1);
    const waiting = await defer(host, openid, 1, -60_000);
    host.simulator.fault({ path: SEND, kind: 'hang', when: 'after' });
    const options = { ...testOptions(host.simulator.url), http: { timeoutMs: 20_000 } };
    const worker = await LineProcess.spawn('worker-process.ts', { database: database.options, options });
    worker.say('message-dispatch');
    await until(() => host.simulator.inbox(openid).length === 1, 'the message at WeChat');
    await worker.kill();

    for (const { clock } of hosts) clock.advance(Math.max(0, Date.now() - clock.now()));
    await Promise.all(hosts.map(dispatch));
    expect(await host.subscribe.get(waiting.id)).toMatchObject({ status: 'sending', attempts: 1 });
    for (const { clock } of hosts) clock.advance(61_000);
    await Promise.all(hosts.map(({ tasks }) => tasks.run('message-recovery')));
    await Promise.all(hosts.map(dispatch));

    expect(await host.subscribe.get(waiting.id)).toMatchObject({ status: 'unknown', attempts: 1 });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ unknown: 1 });
    expect(host.simulator.inbox(openid)).toHaveLength(1);
    expect(calls(host)).toBe(1);
  });
});
