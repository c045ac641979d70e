import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { emptyLedger } from '../support/ledger.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const SEND = '/cgi-bin/message/template/subscribe';

describeEachDatabase('promise 2: one grant, at most one message', (kind) => {
  let host: TestApp;
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database });
  });
  afterAll(async () => {
    await host?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    host.simulator.reset();
    await emptyLedger(host.dataSource);
    await host.tokens.refreshAhead(OFFICIAL.appId);
  });

  /** The person confirms: at WeChat, and in our ledger. */
  async function give(person: string, scene: number): Promise<string> {
    const { openid } = host.simulator.confirm({ appId: OFFICIAL.appId, person, scene });
    await host.grants.record({
      ...OFFICIAL_KEY,
      openid: String(openid),
      scene,
      source: `test:${person}:${scene}`,
    });
    return String(openid);
  }

  it('sends once for 50 callers at once, and tells the others that there is no grant', async () => {
    const openid = await give('xiaoming', 1);
    const ends = await Promise.allSettled(
      Array.from({ length: 50 }, () => host.subscribe.send(message(openid, 1))),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const codes = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
    expect(new Set(codes)).toEqual(new Set(['WEIXIN_NO_GRANT']));
    expect(host.simulator.counters().errcodes[SEND]).toEqual({ 0: 1 });
  });

  it('gives one idempotency key one message, for callers at once and later', async () => {
    const openid = await give('xiaohong', 1);
    const keyed = { ...message(openid, 1), idempotencyKey: 'class-1' };
    const ends = await Promise.allSettled(Array.from({ length: 20 }, () => host.subscribe.send(keyed)));
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason.code).toBe('WEIXIN_MESSAGE_IN_FLIGHT');
    }
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1, source: 'test:again' });
    const first = await host.subscribe.send(keyed);
    expect((await host.subscribe.send(keyed)).id).toBe(first.id);
    await expect(host.subscribe.send({ ...keyed, title: '换了标题' })).rejects.toMatchObject({
      code: 'WEIXIN_IDEMPOTENCY_KEY_REUSED',
    });
    expect(host.simulator.inbox(openid)).toHaveLength(1);
  });
});
