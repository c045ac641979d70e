import type { FaultOptions } from 'weixin-simulator';
import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, SHORT_TIMEOUT, type TestApp, testOptions } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { countBy, countRows, emptyLedger } from '../support/ledger.js';
import { Sender } from '../support/sender.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const SEND = '/cgi-bin/message/template/subscribe';

/** What happens at the send call, and where it must take message and grant. */
const FAULTS: [name: string, fault: Omit<FaultOptions, 'path'>, outcome: string, grant: string][] = [
  ['-1', { kind: 'errcode', errcode: -1 }, 'unknown', 'unknown'],
  ['the connection reset before processing', { kind: 'reset-before' }, 'unknown', 'unknown'],
  ['the connection reset after processing', { kind: 'reset-after' }, 'unknown', 'unknown'],
  ['no answer at all', { kind: 'hang' }, 'unknown', 'unknown'],
  ['HTTP 502', { kind: 'status', status: 502 }, 'unknown', 'unknown'],
  ['an HTML page', { kind: 'html' }, 'unknown', 'unknown'],
  ['an empty body', { kind: 'empty' }, 'unknown', 'unknown'],
  ['a truncated body', { kind: 'truncated' }, 'unknown', 'unknown'],
  ['an errcode nobody knows', { kind: 'errcode', errcode: 987654 }, 'unknown', 'unknown'],
  ['45011 minute quota', { kind: 'errcode', errcode: 45011 }, 'failed', 'available'],
  ['45009 daily quota', { kind: 'errcode', errcode: 45009 }, 'failed', 'available'],
  ['48001 unauthorized', { kind: 'errcode', errcode: 48001 }, 'failed', 'available'],
  ['47001 data format', { kind: 'errcode', errcode: 47001 }, 'failed', 'available'],
  ['40003 invalid openid', { kind: 'errcode', errcode: 40003 }, 'failed', 'void'],
  ['43101 refused', { kind: 'errcode', errcode: 43101 }, 'refused', 'void'],
  ['40001 once', { kind: 'errcode', errcode: 40001 }, 'sent', 'spent'],
  ['40001 for ever', { kind: 'errcode', errcode: 40001, times: 'forever' }, 'failed', 'available'],
];

describeEachDatabase('promise 3: nothing lost in silence', (kind) => {
  let host: TestApp;
  let database: TestDatabase;
  let openid: string;
  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database, options: { http: SHORT_TIMEOUT } });
  });
  afterAll(async () => {
    await host?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    host.simulator.reset();
    // 45009 pauses the account.
    await host.subscribe.resume(OFFICIAL.appId);
    await emptyLedger(host.dataSource);
    ({ openid } = host.simulator.confirm({ appId: OFFICIAL.appId, person: 'xiaoming', scene: 1 }) as {
      openid: string;
    });
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1, source: 'test:1' });
  });

  it.each(FAULTS)(
    '%s ends the message where it belongs and leaves nothing in flight',
    async (_name, fault, outcome, grant) => {
      await host.tokens.refreshAhead(OFFICIAL.appId);
      host.simulator.fault({ path: SEND, ...fault });

      const end = await host.subscribe.send(message(openid, 1)).catch((error) => error);

      expect(end.outcome ?? end.status).toBe(outcome);
      if (outcome !== 'sent')
        expect(await host.subscribe.get(end.messageId)).toMatchObject({ status: outcome });
      expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ [outcome]: 1 });
      expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ [grant]: 1 });
      const calls = host.simulator.counters().calls[SEND];
      expect(calls).toBe(fault.errcode === 40001 ? 2 : 1);
    },
  );

  it('accepts nothing when there is no token to send with', async () => {
    host.simulator.updateAccount(OFFICIAL.appId, { appSecret: 'rotated-in-the-console-1234567890' });
    host.clock.advance(3 * 3_600_000);
    await expect(host.subscribe.send(message(openid, 1))).rejects.toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
    });
    expect(await countRows(host.dataSource, 'weixin_message')).toBe(0);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 1 });
    host.clock.advance(120_000);
  });

  it('turns what a killed process left in flight into "unknown", once, and lets a person resolve it', async () => {
    host.simulator.fault({ path: SEND, kind: 'hang', when: 'after' });
    const options = { ...testOptions(host.simulator.url), http: { timeoutMs: 20_000 } };
    const sender = await Sender.spawn({ database: database.options, options });
    const dying = sender.send([message(openid, 1)]).catch((error) => error);
    await until(() => host.simulator.inbox(openid).length === 1, 'the message at WeChat');
    await sender.kill();
    expect(await dying).toMatchObject({ message: expect.stringContaining('died') });
    expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sending: 1 });

    await host.tasks.run('message-recovery');
    expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sending: 1 });
    host.clock.advance(Date.now() - host.clock.now() + 61_000);
    await Promise.all([host.tasks.run('message-recovery'), host.tasks.run('message-recovery')]);

    expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ unknown: 1 });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ unknown: 1 });
    await expect(host.subscribe.send(message(openid, 1))).rejects.toMatchObject({ code: 'WEIXIN_NO_GRANT' });
    const [{ id }] = await host.dataSource.query('SELECT id FROM weixin_message');
    expect(await host.subscribe.resolve(id, 'sent')).toMatchObject({ status: 'sent' });
    await expect(host.subscribe.resolve(id, 'not-sent')).rejects.toMatchObject({
      code: 'WEIXIN_MESSAGE_NOT_UNKNOWN',
    });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 1 });
  });

  it('gives the grant back when a person says that an unknown message did not arrive', async () => {
    host.simulator.fault({ path: SEND, kind: 'reset-before' });
    const { messageId } = await host.subscribe.send(message(openid, 1)).catch((error) => error);
    expect(await host.subscribe.resolve(messageId, 'not-sent')).toMatchObject({ status: 'failed' });
    expect(await host.subscribe.send(message(openid, 1))).toMatchObject({ status: 'sent' });
  });

  it('has an exact account after a storm of random faults', async () => {
    for (let scene = 2; scene < 62; scene++) {
      host.simulator.confirm({ appId: OFFICIAL.appId, openid, scene });
      await host.grants.record({ ...OFFICIAL_KEY, openid, scene, source: `storm:${scene}` });
    }
    for (const [, fault] of FAULTS) {
      host.simulator.fault({ path: SEND, ...fault, times: 'forever', probability: 0.06 });
    }
    const ends = await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) => host.subscribe.send(message(openid, index + 2))),
    );
    const counts = await countBy(host.dataSource, 'weixin_message');
    const accepted = await countRows(host.dataSource, 'weixin_message');
    expect(
      Object.keys(counts).every((status) => ['sent', 'refused', 'failed', 'unknown'].includes(status)),
    ).toBe(true);
    expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(accepted);
    const told = ends.filter((end) => end.status === 'fulfilled' || end.reason.messageId).length;
    expect(told).toBe(accepted);
    expect((await countBy(host.dataSource, 'weixin_grant')).claimed).toBeUndefined();
    expect(host.simulator.counters().maxDeliveriesPerGrant).toBeLessThanOrEqual(1);
  });
});
