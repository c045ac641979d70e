import { WeixinTransport } from 'nestjs-weixin-subscribe';
import { DatabaseError } from '../../libs/weixin-subscribe/src/sql/database.error.js';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { countBy, countRows } from '../support/ledger.js';
import { createDatabase, describeEachDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const SEND = '/cgi-bin/message/template/subscribe';

describeEachDatabase('a send at the edges', (database) => {
  let host: TestApp;
  let openid: string;
  beforeEach(async () => {
    host = await createTestApp({ database });
    ({ openid } = host.simulator.confirm({ appId: OFFICIAL.appId, person: 'xiaoming', scene: 1 }) as {
      openid: string;
    });
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1, source: 'test:1' });
    await host.tokens.refreshAhead(OFFICIAL.appId);
  });
  afterEach(() => host?.close());

  it('is recorded before the application closes its database', async () => {
    const shared = await createDatabase(database);
    const own = await createTestApp({
      shared,
      simulator: host.simulator,
      options: { database: shared.options },
      extras: { dataSource: 'own' },
    });
    await own.grants.record({ ...OFFICIAL_KEY, openid, scene: 1, source: 'test:1' });
    await own.tokens.refreshAhead(OFFICIAL.appId);
    host.simulator.fault({ path: SEND, kind: 'latency', delayMs: 300, when: 'after' });
    const sending = own.subscribe.send(message(openid, 1));
    await until(() => host.simulator.inbox(openid).length === 1, 'the message at WeChat');
    await own.app.close();
    expect(await sending).toMatchObject({ status: 'sent' });
    await shared.drop();
  });

  it('goes on when the answer to the COMMIT that accepted it is lost', async () => {
    const sql = host.app.get(SqlExecutor, { strict: false });
    const atomically = sql.atomically.bind(sql);
    jest.spyOn(sql, 'atomically').mockImplementationOnce(async (steps) => {
      await atomically(steps);
      throw new DatabaseError('the database is not available (ECONNRESET)', true);
    });
    expect(await host.subscribe.send(message(openid, 1))).toMatchObject({ status: 'sent' });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 1 });
    expect(await countRows(host.dataSource, 'weixin_message')).toBe(1);
  });

  it('tells "sent" when the answer to the COMMIT that settled it is lost', async () => {
    const sql = host.app.get(SqlExecutor, { strict: false });
    const atomically = sql.atomically.bind(sql);
    jest
      .spyOn(sql, 'atomically')
      .mockImplementationOnce(atomically)
      .mockImplementationOnce(async (steps) => {
        await atomically(steps);
        throw new DatabaseError('the database is not available (ECONNRESET)', true);
      });
    expect(await host.subscribe.send(message(openid, 1))).toMatchObject({ status: 'sent' });
    expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sent: 1 });
  });

  it('is unknown when a transport of the host fails in a way of its own, whatever was posted', async () => {
    const transport = host.app.get(WeixinTransport, { strict: false });
    const send = transport.send.bind(transport);
    jest.spyOn(transport, 'send').mockImplementationOnce(async (request) => {
      await send(request);
      throw new Error('an interceptor of the host');
    });
    await expect(host.subscribe.send(message(openid, 1))).rejects.toMatchObject({ outcome: 'unknown' });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ unknown: 1 });
  });

  it('does not leave when its lease could end before the answer comes', async () => {
    const transport = host.app.get(WeixinTransport, { strict: false });
    const sql = host.app.get(SqlExecutor, { strict: false });
    const atomically = sql.atomically.bind(sql);
    jest.spyOn(sql, 'atomically').mockImplementationOnce(async (steps) => {
      const result = await atomically(steps);
      host.clock.advance(56_000); // the process sleeps right after the claim
      return result;
    });
    const send = jest.spyOn(transport, 'send');
    await expect(host.subscribe.send(message(openid, 1))).rejects.toMatchObject({ outcome: 'failed' });
    expect(send).not.toHaveBeenCalled();
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 1 });
  });

  it('gives no permission back that a newer confirm has replaced, although that one is spent already', async () => {
    host.simulator.fault({ path: SEND, kind: 'reset-before' });
    const { messageId } = await host.subscribe.send(message(openid, 1)).catch((error) => error);
    host.clock.advance(1000);
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1, source: 'test:2' });
    expect(await host.subscribe.send(message(openid, 1))).toMatchObject({ status: 'sent' });
    await host.subscribe.resolve(messageId, 'not-sent');
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ renewed: 1, spent: 1 });
  });
});
