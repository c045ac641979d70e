import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { confirmAll, crowd, everybodysScenes } from '../support/crowd.js';
import { message } from '../support/flows.js';
import { countBy } from '../support/ledger.js';
import { countEnds, Sender } from '../support/sender.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const SEND = '/cgi-bin/message/template/subscribe';
/**
 * `LEDGER_RACE=full` runs it at the size the promise was made for; by default an eighth of it, in half of the
 * processes.
 */
const FULL = process.env.LEDGER_RACE === 'full';
const {
  processes: PROCESSES,
  people,
  grants,
  wanted,
  sends,
} = FULL
  ? { processes: 8, people: 2000, grants: 5000, wanted: 1000, sends: 8000 }
  : { processes: 4, people: 250, grants: 625, wanted: 125, sends: 1000 };

describeEachDatabase('promise 2: the race', (kind) => {
  let host: TestApp;
  let database: TestDatabase;
  let senders: Sender[] = [];
  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database });
    // More processes than cores: an answer that is late is no answer that is missing.
    const options = { ...testOptions(host.simulator.url), http: { timeoutMs: 20_000 } };
    const job = { database: database.options, options };
    senders = await Promise.all(Array.from({ length: PROCESSES }, () => Sender.spawn(job)));
  }, 120_000);
  afterAll(async () => {
    for (const sender of senders) await sender.kill();
    await host?.close();
    await database?.drop();
  });

  it(`${PROCESSES} processes with ${sends} sends for ${grants} grants of ${people} people: exactly ${grants} messages`, async () => {
    const pairs = everybodysScenes(crowd(host, people), grants);
    await confirmAll(host, pairs);
    await host.tokens.refreshAhead(OFFICIAL.appId);
    // Some grants are wanted by four processes, at about the same moment: the deal below gives neighbours to
    // different ones.
    const orders = pairs.flatMap((pair, index) => Array(index < wanted ? 4 : 1).fill(pair));
    expect(orders).toHaveLength(sends);
    const deal = senders.map((_, at) => orders.filter((_order, index) => index % PROCESSES === at));

    const ends = await Promise.all(
      senders.map((sender, at) => sender.send(deal[at].map(({ openid, scene }) => message(openid, scene)))),
    );

    expect(countEnds(ends.flat())).toEqual({ sent: grants, WEIXIN_NO_GRANT: sends - grants });
    const { calls, errcodes, maxDeliveriesPerGrant } = host.simulator.counters();
    expect(calls[SEND]).toBe(grants);
    expect(errcodes[SEND]).toEqual({ 0: grants });
    expect(maxDeliveriesPerGrant).toBe(1);
    const received = host.simulator.inbox().map(({ openid, scene }) => `${openid} ${scene}`);
    expect(received.sort()).toEqual(pairs.map(({ openid, scene }) => `${openid} ${scene}`).sort());
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: grants });
    expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sent: grants });
  }, 600_000);
});
