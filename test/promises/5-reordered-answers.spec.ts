import { WeixinSimulator } from 'weixin-simulator';
import type { TestApp } from '../support/create-test-app.js';
import { manyAppIds, manyLibraryAccounts, manySimulatorAccounts } from '../support/many-accounts.js';
import { callPlatform, mintsOf, pass, startHosts, whileTimePasses } from '../support/token-hosts.js';
import { describeEachSharedStore, type OpenStore, openStore } from '../support/token-stores.js';

const TRIALS = 50;
const APP_IDS = manyAppIds(TRIALS);
const PATH = '/cgi-bin/token';

/**
 * Two processes that fetch at once, the first answer coming last: elsewhere this leaves the older token in
 * the store.
 */
describeEachSharedStore('promise 5: an older mint never replaces a newer one', (kind) => {
  let store: OpenStore;
  let simulator: WeixinSimulator;
  let hosts: TestApp[];
  beforeAll(async () => {
    store = await openStore(kind);
    simulator = await WeixinSimulator.start({ port: 0, accounts: manySimulatorAccounts(APP_IDS) });
    hosts = await startHosts(store, 2, { simulator, options: { accounts: manyLibraryAccounts(APP_IDS) } });
    simulator.setClock(hosts[0].clock.now());
  });
  afterAll(async () => {
    for (const host of hosts.toReversed()) await host.close();
    await simulator.close();
    await store.database.drop();
  });

  it(`two callers with reordered answers leave no dead token in ${TRIALS} trials, seen after the overlap`, async () => {
    for (const appId of APP_IDS) {
      simulator.fault({ kind: 'latency', delayMs: 20, when: 'after', path: PATH, appId, times: 1 });
      await whileTimePasses(hosts, Promise.all(hosts.map(({ tokens }) => tokens.getToken(appId))));
    }
    pass(330_000, hosts);
    const live = new Set(
      simulator
        .tokens()
        .filter(({ state }) => state === 'live')
        .map(({ appId }) => appId),
    );
    expect(live.size).toBe(TRIALS);
    for (const appId of APP_IDS) {
      const [mine, theirs] = await Promise.all(hosts.map(({ tokens }) => tokens.getToken(appId)));
      expect(theirs.accessToken).toBe(mine.accessToken);
      for (const host of hosts) expect(await callPlatform(host, appId)).toBe(0);
      expect(mintsOf(hosts[0], appId)).toBe(1);
    }
  });
});
