import type { QuietHoursOptions } from 'nestjs-weixin-subscribe';
import { libraryAccounts, OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { calls, dispatch, dispatchWhenDue, fresh, give } from '../support/deferred.js';
import { message } from '../support/flows.js';
import { countBy } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';

const at = (text: string) => new Date(text);

describeEachDatabase('quiet hours', (database) => {
  let host: TestApp;
  afterEach(() => host?.close());

  const start = async (quietHours: QuietHoursOptions | null, now: string) => {
    const accounts = libraryAccounts().map((account) =>
      account.appId === OFFICIAL.appId ? { ...account, quietHours } : account,
    );
    host = await createTestApp({ database, options: { accounts } });
    host.clock.advance(at(now).getTime() - host.clock.now());
    await fresh(host);
    return give(host, 1);
  };
  const defer = async (openid: string, notBefore: string, deadline?: string) => {
    const times = { notBefore, ...(deadline && { deadline }) };
    return (await host.subscribe.send({ ...message(openid, 1), ...times })).id;
  };
  const night = { from: '22:00', to: '07:00', timeZone: 'Asia/Shanghai' };

  it('hold a deferred message over midnight, and let it go when they are over', async () => {
    const openid = await start(night, '2026-11-20T12:00:00+08:00');
    const id = await defer(openid, '2026-11-20T23:30:00+08:00');
    expect(await dispatchWhenDue(host, id)).toMatchObject({
      status: 'waiting',
      dueAt: at('2026-11-21T07:00:00+08:00'),
      reason: 'quiet hours',
      attempts: 0,
    });
    host.clock.advance(7.5 * 3_600_000 - 1);
    await dispatch(host);
    expect(calls(host)).toBe(0);
    expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'sent', reason: undefined });
    expect(host.clock.now()).toBe(at('2026-11-21T07:00:00+08:00').getTime());
  });

  it('do not touch a message outside of them, nor a direct send within them', async () => {
    const openid = await start(night, '2026-11-20T21:59:59+08:00');
    const id = await defer(openid, '2026-11-20T21:59:59+08:00');
    expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'sent' });
    host.clock.advance(3_600_000);
    await give(host, 1);
    expect(await host.subscribe.send(message(openid, 1))).toMatchObject({ status: 'sent' });
  });

  it('are off when they are null', async () => {
    const openid = await start(null, '2026-11-20T12:00:00+08:00');
    const id = await defer(openid, '2026-11-20T23:30:00+08:00');
    expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'sent' });
  });

  it('end a message at its deadline, when that comes first, with its permission kept', async () => {
    const openid = await start(night, '2026-11-20T12:00:00+08:00');
    const id = await defer(openid, '2026-11-20T23:30:00+08:00', '2026-11-21T06:59:59+08:00');
    expect(await dispatchWhenDue(host, id)).toMatchObject({ dueAt: at('2026-11-21T06:59:59+08:00') });
    expect(await dispatchWhenDue(host, id)).toMatchObject({
      status: 'failed',
      reason: 'its deadline passed',
    });
    expect([calls(host), await countBy(host.dataSource, 'weixin_grant')]).toEqual([0, { available: 1 }]);
  });

  it.each([
    ['loses an hour', '2026-03-07T12:00:00-05:00', '2026-03-07T23:00:00-05:00', '2026-03-08T07:00:00-04:00'],
    ['has one more', '2026-10-31T12:00:00-04:00', '2026-10-31T23:00:00-04:00', '2026-11-01T07:00:00-05:00'],
  ])(
    'are of their own time zone, whatever that of the process, in a night that %s',
    async (_what, now, notBefore, end) => {
      const openid = await start({ ...night, timeZone: 'America/New_York' }, now);
      const id = await defer(openid, notBefore);
      expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'waiting', dueAt: at(end) });
      expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'sent' });
      expect(new Date(host.clock.now())).toEqual(at(end));
    },
  );

  it('hold what is tried again, too', async () => {
    const openid = await start(night, '2026-11-20T21:59:30+08:00');
    const id = await defer(openid, '2026-11-20T21:59:30+08:00');
    host.simulator.fault({ kind: 'errcode', errcode: 45011, path: '/cgi-bin/message/template/subscribe' });
    await dispatch(host);
    expect(await dispatchWhenDue(host, id)).toMatchObject({
      status: 'waiting',
      errcode: 45011,
      dueAt: at('2026-11-21T07:00:00+08:00'),
    });
    expect(await dispatchWhenDue(host, id)).toMatchObject({ status: 'sent' });
    expect(calls(host)).toBe(2);
  });
});
