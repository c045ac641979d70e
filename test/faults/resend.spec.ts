import { PersonalDataService, type WeixinSubscribeModuleOptions } from 'nestjs-weixin-subscribe';
import type { FaultOptions } from 'weixin-simulator';
import { libraryAccounts, OFFICIAL } from '../support/accounts.js';
import { createTestApp, SHORT_TIMEOUT, type TestApp, testOptions } from '../support/create-test-app.js';
import { calls, defer, dispatch, fresh, give, HOUR, MINUTE, record, SEND } from '../support/deferred.js';
import { message } from '../support/flows.js';
import { countBy } from '../support/ledger.js';
import { LineProcess } from '../support/line-process.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const POLICY: Partial<WeixinSubscribeModuleOptions> = {
  http: SHORT_TIMEOUT,
  delivery: { unknown: 'resend-if-not-renewed' },
};

/** What hides the first answer, and whether the message had arrived. */
const LOST: [name: string, fault: Omit<FaultOptions, 'path'>, arrived: boolean][] = [
  ['a reset after delivery', { kind: 'reset-after' }, true],
  ['no answer after delivery', { kind: 'hang', when: 'after' }, true],
  ['HTTP 502 after delivery', { kind: 'status', status: 502, when: 'after' }, true],
  ['a reset before delivery', { kind: 'reset-before' }, false],
  ['-1', { kind: 'errcode', errcode: -1 }, false],
];

describeEachDatabase('the policy resend-if-not-renewed', (kind) => {
  let database: TestDatabase;
  let host: TestApp;
  let openid: string;
  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database, options: POLICY });
  });
  afterAll(async () => {
    await host?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await fresh(host);
    openid = await give(host, 1);
  });

  const grants = () => countBy(host.dataSource, 'weixin_grant');
  const resend = (at = host) => at.tasks.run('message-resend');
  const arrived = () => host.simulator.inbox(openid).length;
  /** A direct send whose answer is lost. Answers its id. */
  const lose = async (fault: Omit<FaultOptions, 'path'> = { kind: 'reset-after' }): Promise<string> => {
    host.simulator.fault({ path: SEND, ...fault });
    const error = await host.subscribe.send(message(openid, 1)).catch((thrown) => thrown);
    expect(error).toMatchObject({ outcome: 'unknown' });
    return error.messageId;
  };

  it.each(LOST)('finds out what became of a message after %s: one copy', async (_what, fault, before) => {
    const id = await lose(fault);
    expect([arrived(), await grants()]).toEqual([before ? 1 : 0, { unknown: 1 }]);
    host.clock.advance(MINUTE - 1);
    await resend();
    expect(calls(host)).toBe(1);
    host.clock.advance(1);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({
      status: 'sent',
      resends: 1,
      attempts: 2,
      errcode: before ? 43101 : 0,
      reason: before ? expect.stringMatching(/^assumed/) : undefined,
    });
    expect([arrived(), calls(host), await grants()]).toEqual([1, 2, { spent: 1 }]);
    host.clock.advance(HOUR);
    await resend();
    expect(calls(host)).toBe(2);
  });

  it('posts the same body', async () => {
    await lose({ kind: 'reset-before' });
    host.clock.advance(MINUTE);
    await resend();
    const [first, second] = host.simulator.calls().filter(({ path }) => path === SEND);
    expect(second.body).toEqual(first.body);
    expect(first.body).toMatchObject({ touser: openid });
  });

  it('leaves a message alone once the ledger shows a newer confirm', async () => {
    const id = await lose();
    await give(host, 1);
    host.clock.advance(MINUTE);
    await resend();
    host.clock.advance(5 * MINUTE);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 0, dueAt: undefined });
    expect([arrived(), calls(host), await grants()]).toEqual([1, 1, { unknown: 1, available: 1 }]);
  });

  it('and also when that newer one is used already', async () => {
    const id = await lose({ kind: 'reset-before' });
    host.clock.advance(1000);
    await give(host, 1);
    await host.subscribe.send(message(openid, 1));
    host.clock.advance(MINUTE);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 0 });
    expect(arrived()).toBe(1);
  });

  it('is open to the renewal race: a confirm that the ledger does not know yet lets a second copy through', async () => {
    await lose();
    host.simulator.confirm({ appId: OFFICIAL.appId, openid, scene: 1 });
    host.clock.advance(MINUTE);
    await resend();
    expect(arrived()).toBe(2);
  });

  it.each([45009, 45011, 48001, 47001, 40003, 43004, -1, 987654])(
    'learns nothing from errcode %i: it stays unknown and its grant closed',
    async (errcode) => {
      const id = await lose({ kind: 'reset-before' });
      host.clock.advance(MINUTE);
      host.simulator.fault({ path: SEND, kind: 'errcode', errcode });
      await resend();
      expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 1, errcode });
      expect(await grants()).toEqual({ unknown: 1 });
    },
  );

  it('gives up after the second resend', async () => {
    const id = await lose();
    host.simulator.fault({ path: SEND, kind: 'reset-before', times: 'forever' });
    for (const minutes of [1, 5, 5, 60]) {
      host.clock.advance(minutes * MINUTE);
      await resend();
    }
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 2, dueAt: undefined });
    expect(calls(host)).toBe(3);
    expect(await host.subscribe.resolve(id, 'sent')).toMatchObject({ status: 'sent' });
  });

  it('leaves alone what nobody got to within an hour', async () => {
    const id = await lose();
    host.clock.advance(HOUR);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 0, dueAt: undefined });
    expect(calls(host)).toBe(1);
  });

  it('leaves alone what a person resolved, and who was forgotten', async () => {
    await host.subscribe.resolve(await lose({ kind: 'reset-before' }), 'not-sent');
    host.clock.advance(MINUTE);
    await resend();
    const id = await lose({ kind: 'reset-before' });
    await host.app.get(PersonalDataService).forget(OFFICIAL.appId, openid);
    host.clock.advance(MINUTE);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 0 });
    expect([calls(host), arrived()]).toEqual([2, 0]);
  });

  it('does not post a deferred message again after its deadline', async () => {
    const deadline = new Date(host.clock.now() + 2 * MINUTE);
    const { id } = await defer(host, openid, 1, 0, { deadline });
    host.simulator.fault({ path: SEND, kind: 'reset-before' });
    host.clock.advance(MINUTE);
    await dispatch(host);
    host.clock.advance(MINUTE);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown' });
    expect(calls(host)).toBe(1);
  });

  it('waits for a token, and while sends pause', async () => {
    const id = await lose({ kind: 'reset-before' });
    const other = await give(host, 2, 'xiaohong');
    host.simulator.fault({ path: SEND, kind: 'errcode', errcode: 45009, openid: other });
    await expect(host.subscribe.send(message(other, 2))).rejects.toMatchObject({ errcode: 45009 });
    host.clock.advance(MINUTE);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 0 });
    await host.subscribe.resume(OFFICIAL.appId);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent' });
    expect(arrived()).toBe(1);
  });

  it('posts once for three processes that look at the same moment', async () => {
    const others: TestApp[] = [];
    for (const _ of [2, 3])
      others.push(await createTestApp({ shared: database, simulator: host.simulator, options: POLICY }));
    const ids = [await lose()];
    for (let scene = 2; scene <= 20; scene++) {
      host.simulator.fault({ path: SEND, kind: scene % 2 ? 'reset-after' : 'reset-before' });
      await give(host, scene);
      ids.push((await host.subscribe.send(message(openid, scene)).catch((error) => error)).messageId);
    }
    for (const { clock } of [host, ...others])
      clock.advance(host.clock.now() + (clock === host.clock ? MINUTE : 0) - clock.now());
    await Promise.all([host, ...others].map(resend));
    for (const id of ids) expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent', resends: 1 });
    expect([calls(host), arrived()]).toEqual([40, 20]);
    expect(host.simulator.counters().maxDeliveriesPerGrant).toBe(1);
    for (const other of others) await other.close();
  });

  it('leaves a message unknown whose worker is killed in the middle of it, and never makes it two', async () => {
    host.clock.advance(Math.max(0, Date.now() - 2 * MINUTE - host.clock.now()));
    const id = await lose({ kind: 'reset-before' });
    host.simulator.fault({ path: SEND, kind: 'hang', when: 'after' });
    const options = { ...testOptions(host.simulator.url), ...POLICY, http: { timeoutMs: 20_000 } };
    const worker = await LineProcess.spawn('worker-process.ts', { database: database.options, options });
    worker.say('message-resend');
    await until(() => arrived() === 1, 'the message at WeChat');
    await worker.kill();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'sending', resends: 1 });

    host.clock.advance(4 * MINUTE);
    await host.tasks.run('message-recovery');
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 1 });
    expect(await grants()).toEqual({ unknown: 1 });
    host.clock.advance(5 * MINUTE);
    await resend();
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent', resends: 2, errcode: 43101 });
    expect(arrived()).toBe(1);
  });
});

describeEachDatabase('an unknown message', (database) => {
  let host: TestApp;
  afterEach(() => host?.close());

  const unknown = async (options: Partial<WeixinSubscribeModuleOptions>) => {
    host = await createTestApp({ database, options });
    const openid = await give(host, 1);
    await host.tokens.refreshAhead(OFFICIAL.appId);
    host.simulator.fault({ path: SEND, kind: 'reset-before' });
    const { messageId } = await host.subscribe.send(message(openid, 1)).catch((error) => error);
    return messageId;
  };

  it('is kept by default: there is no such task', async () => {
    const id = await unknown({});
    expect(() => host.tasks.run('message-resend')).toThrow('no background task');
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', dueAt: undefined });
  });

  it('is kept where confirms add up: a second post could use another one', async () => {
    const accounts = libraryAccounts().map((account) => ({ ...account, grantRule: 'count' as const }));
    const id = await unknown({ accounts, ...POLICY });
    await record(host, 'oSomebody', 1);
    host.clock.advance(MINUTE);
    await host.tasks.run('message-resend');
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'unknown', resends: 0 });
    expect(calls(host)).toBe(1);
  });
});
