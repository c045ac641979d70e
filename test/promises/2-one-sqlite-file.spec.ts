import type { DataSourceOptions } from 'typeorm';
import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { message } from '../support/flows.js';
import { countBy } from '../support/ledger.js';
import { countEnds, Sender } from '../support/sender.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';

const PROCESSES = 3;
const SCENE = 7;

/** As a host has it that sets nothing, and as we recommend it. */
const FILES: [string, Partial<DataSourceOptions>][] = [
  ['with a rollback journal and the time limit of the driver', { enableWAL: false, timeout: undefined }],
  ['with a write-ahead log', { enableWAL: true }],
];

describe.each(FILES)('promise 2: one SQLite file %s, and several processes', (_what, options) => {
  let host: TestApp;
  let database: TestDatabase;
  let senders: Sender[] = [];
  beforeAll(async () => {
    const own = await createDatabase('sqlite');
    database = { ...own, options: { ...own.options, ...options } as DataSourceOptions };
    host = await createTestApp({ shared: database });
    const job = { database: database.options, options: testOptions(host.simulator.url) };
    senders = await Promise.all(Array.from({ length: PROCESSES }, () => Sender.spawn(job)));
  }, 120_000);
  afterAll(async () => {
    for (const sender of senders) await sender.kill();
    await host?.close();
    await database?.drop();
  });

  it('send one message for each permission, and none of them meets a busy database', async () => {
    const openids = crowd(host, 60);
    await confirmAll(
      host,
      openids.map((openid) => ({ openid, scene: SCENE })),
    );
    await host.tokens.refreshAhead(OFFICIAL.appId);
    // Everybody sends to everybody, at the same moment.
    const ends = await Promise.all(
      senders.map((sender) => sender.send(openids.map((openid) => message(openid, SCENE)))),
    );
    expect(countEnds(ends.flat())).toEqual({
      sent: openids.length,
      WEIXIN_NO_GRANT: (PROCESSES - 1) * openids.length,
    });
    expect(host.simulator.counters().maxDeliveriesPerGrant).toBe(1);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: openids.length });
    expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sent: openids.length });
  }, 120_000);
});
