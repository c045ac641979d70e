import { WeixinTransport } from 'nestjs-weixin-subscribe';
import type { FaultOptions } from 'weixin-simulator';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, SHORT_TIMEOUT, startSimulator, type TestApp } from '../support/create-test-app.js';
import {
  calls,
  defer,
  dispatch,
  dispatchWhenDue,
  fresh,
  from,
  give,
  HOUR,
  MINUTE,
  SEND,
} from '../support/deferred.js';
import { message } from '../support/flows.js';
import { countBy } from '../support/ledger.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { describeEachDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

/** Noon in Beijing of some day. */
const NOON = Date.UTC(2026, 10, 20, 4);

type Fault = Omit<FaultOptions, 'path'>;
const errcode = (code: number, times: FaultOptions['times'] = 1): Fault => ({
  kind: 'errcode',
  errcode: code,
  times,
});

/** What happens at the first send call, how a direct send ends, and how many calls it costs. */
const DIRECT: [fault: string, fault: Fault, outcome: string, grant: string, calls: number][] = [
  ['45011 minute quota', errcode(45011), 'failed', 'available', 1],
  ['43108 concurrent sends', errcode(43108), 'failed', 'available', 1],
  ['45009 daily quota', errcode(45009), 'failed', 'available', 1],
  ['48001 unauthorized', errcode(48001), 'failed', 'available', 1],
  ['40001 once', errcode(40001), 'sent', 'spent', 2],
  ['40001 twice', errcode(40001, 2), 'failed', 'available', 2],
  ['47001 data format', errcode(47001), 'failed', 'available', 1],
  ['40003 invalid openid', errcode(40003), 'failed', 'void', 1],
  ['43101 refused', errcode(43101), 'refused', 'void', 1],
  ['-1 system error', errcode(-1), 'unknown', 'unknown', 1],
  ['an errcode nobody knows', errcode(987654), 'unknown', 'unknown', 1],
  ['a reset before processing', { kind: 'reset-before' }, 'unknown', 'unknown', 1],
  ['a reset after processing', { kind: 'reset-after' }, 'unknown', 'unknown', 1],
  ['no answer', { kind: 'hang' }, 'unknown', 'unknown', 1],
  ['HTTP 502', { kind: 'status', status: 502 }, 'unknown', 'unknown', 1],
  ['an HTML page', { kind: 'html' }, 'unknown', 'unknown', 1],
];

/**
 * The same of a deferred message: when it is tried again (from and to, in seconds after the first try), and
 * the calls in the end.
 */
const AGAIN: [fault: string, fault: Fault, earliest: number, latest: number, calls: number][] = [
  ['45011 minute quota', errcode(45011), 60, 75, 2],
  ['43108 concurrent sends', errcode(43108), 3.75, 6.25, 2],
  ['48001 unauthorized', errcode(48001), 600, 615, 2],
  ['50002 account frozen', errcode(50002), 600, 615, 2],
  ['40001 twice', errcode(40001, 2), 600, 615, 3],
  ['45009 daily quota', errcode(45009), 12 * 3600, 12 * 3600, 2],
];

describeEachDatabase('retries', (database) => {
  let host: TestApp;
  let openid: string;
  beforeAll(async () => {
    host = await createTestApp({ database, options: { http: SHORT_TIMEOUT } });
  });
  afterAll(() => host?.close());
  beforeEach(async () => {
    // The next noon: time goes one way only.
    host.clock.advance(24 * HOUR - ((host.clock.now() - NOON) % (24 * HOUR)));
    await fresh(host);
    openid = await give(host, 1);
  });

  const messages = () => countBy(host.dataSource, 'weixin_message');
  const grants = () => countBy(host.dataSource, 'weixin_grant');

  it.each(DIRECT)('of a direct send: %s', async (_what, fault, outcome, grant, called) => {
    host.simulator.fault({ path: SEND, ...fault });
    const end = await host.subscribe.send(message(openid, 1)).catch((error) => error);
    expect(end.outcome ?? end.status).toBe(outcome);
    expect([await messages(), await grants(), calls(host)]).toEqual([
      { [outcome]: 1 },
      { [grant]: 1 },
      called,
    ]);
  });

  it('of a direct send tell how long to wait after 45011', async () => {
    host.simulator.fault({ path: SEND, ...errcode(45011) });
    await expect(host.subscribe.send(message(openid, 1))).rejects.toMatchObject({ retryAfterSeconds: 60 });
  });

  it.each(AGAIN)('of a deferred message: %s waits, and goes', async (_what, fault, least, most, called) => {
    const { id } = await defer(host, openid, 1, 0);
    host.simulator.fault({ path: SEND, ...fault });
    await dispatch(host);
    const waiting = await host.subscribe.get(id);
    expect(waiting).toMatchObject({ status: 'waiting', attempts: 1, errcode: fault.errcode });
    const seconds = (Number(waiting.dueAt) - host.clock.now()) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
    expect(await grants()).toEqual({ available: 1 });
    await dispatch(host);
    host.clock.advance(1000 * seconds - 1);
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'waiting' });
    expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'sent', attempts: 2, errcode: 0 });
    expect([calls(host), host.simulator.inbox(openid).length]).toEqual([called, 1]);
    expect(await grants()).toEqual({ spent: 1 });
  });

  const FINAL = DIRECT.filter(([name]) => name !== '40001 once' && !AGAIN.some(([again]) => again === name));
  it.each(FINAL)('of a deferred message: %s is final', async (_what, fault, outcome, grant, called) => {
    const { id } = await defer(host, openid, 1, 0);
    host.simulator.fault({ path: SEND, ...fault });
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: outcome, dueAt: undefined });
    host.clock.advance(24 * HOUR);
    await dispatch(host);
    expect([await messages(), await grants(), calls(host)]).toEqual([
      { [outcome]: 1 },
      { [grant]: 1 },
      called,
    ]);
  });

  it('end with the deadline, and what WeChat said last is kept', async () => {
    const { id } = await defer(host, openid, 1, 0, { deadline: from(host, 150_000) });
    host.simulator.fault({ path: SEND, ...errcode(45011, 'forever') });
    await dispatch(host);
    let record = await dispatchWhenDue(host, id);
    while (record.status === 'waiting') record = await dispatchWhenDue(host, id);
    expect(record).toMatchObject({ status: 'failed', reason: 'its deadline passed', errcode: 45011 });
    expect(record.settledAt).toEqual(record.deadline);
    expect(calls(host)).toBeGreaterThanOrEqual(2);
    expect(calls(host)).toBeLessThanOrEqual(3);
    expect(await grants()).toEqual({ available: 1 });
  });

  it('end a day after its time without a deadline, as failed with the last errcode', async () => {
    const { id, notBefore } = await defer(host, openid, 1, HOUR);
    host.simulator.fault({ path: SEND, ...errcode(48001, 'forever') });
    let record = await dispatchWhenDue(host, id);
    while (record.status === 'waiting') record = await dispatchWhenDue(host, id);
    expect(record).toMatchObject({ status: 'failed', errcode: 48001 });
    const hours = (Number(record.settledAt) - Number(notBefore)) / HOUR;
    expect(hours).toBeGreaterThan(23.8);
    expect(hours).toBeLessThanOrEqual(24);
    expect(await grants()).toEqual({ available: 1 });
  });

  it('wait for a token without claiming anything', async () => {
    const { id } = await defer(host, openid, 1, 3 * HOUR);
    host.clock.advance(3 * HOUR);
    host.simulator.updateAccount(OFFICIAL.appId, { appSecret: 'rotated-in-the-console-1234567890' });
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({
      status: 'waiting',
      attempts: 1,
      reason: expect.stringContaining('access_token'),
    });
    expect([calls(host), await grants()]).toEqual([0, { available: 1 }]);
    host.simulator.updateAccount(OFFICIAL.appId, { appSecret: OFFICIAL.appSecret });
    host.clock.advance(2 * MINUTE);
    expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'sent', attempts: 2 });
  });

  it('do not count against a person who was refused a minute: others of the account wait, too', async () => {
    for (let scene = 2; scene <= 40; scene++) await give(host, scene);
    for (let scene = 1; scene <= 40; scene++) await defer(host, openid, scene, 0);
    host.simulator.updateAccount(OFFICIAL.appId, { minuteQuota: 10 });
    host.simulator.setClock(host.clock.now());
    await dispatch(host);
    const { errcodes } = host.simulator.counters();
    expect(errcodes[SEND][0]).toBe(10);
    // At most those that were under way at once.
    expect(errcodes[SEND][45011]).toBeLessThanOrEqual(16);
    host.simulator.updateAccount(OFFICIAL.appId, { minuteQuota: null });
    for (let minutes = 0; minutes < 2; minutes++) {
      host.clock.advance(75_000);
      await dispatch(host);
    }
    expect(await messages()).toEqual({ sent: 40 });
    expect(host.simulator.counters().maxDeliveriesPerGrant).toBe(1);
  });

  it('never come after the deadline: it is asked once more right before the post', async () => {
    const { id } = await defer(host, openid, 1, 0, { deadline: from(host, 10_000) });
    const sql = host.app.get(SqlExecutor, { strict: false });
    const atomically = sql.atomically.bind(sql);
    jest.spyOn(sql, 'atomically').mockImplementationOnce(async (steps) => {
      const result = await atomically(steps);
      host.clock.advance(10_000); // the process sleeps right after the claim
      return result;
    });
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'failed', reason: 'its deadline passed' });
    expect([calls(host), await grants()]).toEqual([0, { available: 1 }]);
  });
});

describeEachDatabase('a platform that can not be reached', (database) => {
  let host: TestApp;
  let proxy: TcpProxy;
  let openid: string;
  let posts: jest.SpyInstance;
  beforeEach(async () => {
    const simulator = await startSimulator();
    const between = await TcpProxy.before(simulator.url);
    ({ proxy } = between);
    host = await createTestApp({ database, simulator, options: { apiBaseUrl: between.url } });
    openid = await give(host, 1);
    await host.tokens.getToken(OFFICIAL.appId);
    posts = jest.spyOn(host.app.get(WeixinTransport, { strict: false }), 'send');
    await proxy.close();
  });
  afterEach(async () => {
    await host?.close();
    await proxy?.close();
    await host?.simulator.close();
  });

  const pause = async (ms: number) => {
    await until(() => host.clock.sleeping === 1, 'the pause');
    host.clock.advance(ms);
  };

  it('is tried twice more by a direct send, after about 200 ms and a second', async () => {
    const sending = host.subscribe.send(message(openid, 1)).catch((error) => error);
    await until(() => host.clock.sleeping === 1, 'the first pause');
    host.clock.advance(149);
    expect(host.clock.sleeping).toBe(1);
    await pause(101);
    await pause(1250);
    expect(await sending).toMatchObject({ outcome: 'failed', code: 'WEIXIN_MESSAGE_FAILED' });
    expect(posts).toHaveBeenCalledTimes(3);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 1 });
  });

  it('gets the message at the second try, once', async () => {
    const sending = host.subscribe.send(message(openid, 1));
    await until(() => host.clock.sleeping === 1, 'the first pause');
    await proxy.open();
    host.clock.advance(250);
    expect(await sending).toMatchObject({ status: 'sent', attempts: 1 });
    expect([posts.mock.calls.length, host.simulator.inbox(openid).length]).toEqual([2, 1]);
  });

  it('is not tried again when the lease could end meanwhile', async () => {
    const sql = host.app.get(SqlExecutor, { strict: false });
    const atomically = sql.atomically.bind(sql);
    jest.spyOn(sql, 'atomically').mockImplementationOnce(async (steps) => {
      const result = await atomically(steps);
      host.clock.advance(54_900); // of 60 s, of which the answer may take 5
      return result;
    });
    await expect(host.subscribe.send(message(openid, 1))).rejects.toMatchObject({ outcome: 'failed' });
    expect(posts).toHaveBeenCalledTimes(1);
  });

  it('is tried by a deferred message after 5 s, doubling to 5 min', async () => {
    const { id } = await defer(host, openid, 1, 0);
    await dispatch(host);
    for (const [index, seconds] of [5, 10, 20, 40, 80, 160, 300, 300].entries()) {
      const { dueAt, attempts, status } = await host.subscribe.get(id);
      expect([status, attempts, posts.mock.calls.length]).toEqual(['waiting', index + 1, index + 1]);
      const waits = (Number(dueAt) - host.clock.now()) / 1000;
      expect(waits).toBeGreaterThanOrEqual(0.75 * seconds);
      expect(waits).toBeLessThanOrEqual(1.25 * seconds);
      await dispatchWhenDue(host, id);
    }
    await proxy.open();
    expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'sent' });
    expect(host.simulator.inbox(openid)).toHaveLength(1);
  });
});
