import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { emptyLedger } from '../support/ledger.js';
import { Sender } from '../support/spawn-sender.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const PROCESSES = 4;
const SENDS_EACH = 25;

/** Real processes, the real clock, and a platform on which every mint kills the older token at once. */
describeEachDatabase('promise 5: one mint for four processes', (kind) => {
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

  async function race(): Promise<Record<string, number>> {
    const options = testOptions(host.simulator.url);
    const senders = await Promise.all(
      Array.from({ length: PROCESSES }, async (_, n) => {
        const messages = [];
        for (let scene = n * SENDS_EACH; scene < (n + 1) * SENDS_EACH; scene++) {
          const { openid } = host.simulator.confirm({ appId: OFFICIAL.appId, person: 'xiaoming', scene });
          await host.grants.record({
            ...OFFICIAL_KEY,
            openid: String(openid),
            scene,
            source: `race:${scene}`,
          });
          messages.push(message(String(openid), scene));
        }
        return Sender.spawn({ database: database.options, options, messages, concurrency: SENDS_EACH });
      }),
    );
    for (const sender of senders) sender.start();
    const ends = await Promise.all(senders.map((sender) => sender.ends()));
    const total: Record<string, number> = {};
    for (const [end, n] of ends.flatMap((one) => Object.entries(one))) total[end] = (total[end] ?? 0) + n;
    return total;
  }

  it('from cold, and with a token that was killed upstream, every send arrives', async () => {
    host.simulator.updateAccount(OFFICIAL.appId, { strict: true });
    expect(await race()).toEqual({ sent: PROCESSES * SENDS_EACH });
    expect(host.simulator.counters().mints).toEqual({ [`${OFFICIAL.appId}:token`]: 1 });

    host.simulator.killToken(OFFICIAL.appId);
    await host.dataSource.query('DELETE FROM weixin_grant');
    await host.dataSource.query('DELETE FROM weixin_message');
    expect(await race()).toEqual({ sent: PROCESSES * SENDS_EACH });
    expect(host.simulator.counters().mints).toEqual({ [`${OFFICIAL.appId}:token`]: 2 });
    expect(host.simulator.counters().maxDeliveriesPerGrant).toBe(1);
    await emptyLedger(host.dataSource);
  });
});
