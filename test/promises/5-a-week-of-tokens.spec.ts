import type { FaultOptions } from 'weixin-simulator';
import { OFFICIAL } from '../support/accounts.js';
import type { TestApp } from '../support/create-test-app.js';
import { callPlatform, mintsOf, pass, startHosts } from '../support/token-hosts.js';
import { describeEachSharedStore, type OpenStore, openStore } from '../support/token-stores.js';

const { appId } = OFFICIAL;
const MINUTE = 60_000;
/** `TOKEN_DAYS=7` is the week that the promise was made for. */
const DAYS = Number(process.env.TOKEN_DAYS ?? 2);
const ALL_MINUTES = DAYS * 24 * 60;
const TOKEN_PATH = '/cgi-bin/token';

/** What goes wrong with the platform's token endpoint for the next calls. */
const TROUBLES: FaultOptions[] = [
  { kind: 'errcode', errcode: -1 },
  { kind: 'status', status: 502 },
  { kind: 'html' },
  { kind: 'empty' },
  { kind: 'truncated' },
  { kind: 'reset-before' },
];

/** The same week each time: xorshift32 of a fixed seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}

describeEachSharedStore(
  `promise 5: ${DAYS} days of two processes with hourly traffic and random faults`,
  (kind) => {
    let store: OpenStore;
    let hosts: TestApp[];
    beforeAll(async () => {
      store = await openStore(kind);
      hosts = await startHosts(store, 2);
      hosts[0].simulator.updateAccount(appId, { strict: true });
    });
    afterAll(async () => {
      for (const host of hosts.toReversed()) await host.close();
      await store.database.drop();
    });

    it('mints at most 1.1 times what was necessary, and no call fails', async () => {
      const roll = dice(20_261_121);
      const [{ simulator }] = hosts;
      let killed = 0;
      let troubles = 0;
      const ends: Record<string, number> = {};
      for (let minute = 0; minute < ALL_MINUTES; minute++) {
        if (roll(300) === 0) {
          const trouble = TROUBLES[roll(TROUBLES.length)];
          simulator.fault({ ...trouble, path: TOKEN_PATH, times: 1 + roll(3) });
          troubles++;
        }
        // Each process looks after its tokens on its own beat; what fails is tried again.
        for (const { tokens } of hosts) await tokens.refreshAhead(appId).catch(() => undefined);
        if (minute % 60 === 0) {
          if (roll(24) === 0) {
            simulator.clearFaults();
            simulator.killToken(appId);
            killed++;
          }
          for (const host of hosts) {
            const end = await callPlatform(host, appId);
            ends[end] = (ends[end] ?? 0) + 1;
          }
        }
        pass(MINUTE, hosts);
      }
      const necessary = Math.ceil(ALL_MINUTES / ((7200 - 600) / 60)) + killed;
      expect(ends).toEqual({ 0: 2 * (ALL_MINUTES / 60) });
      expect(mintsOf(hosts[0], appId)).toBeLessThanOrEqual(Math.floor(1.1 * necessary));
      // They were days with weather.
      expect(troubles).toBeGreaterThan(2 * DAYS);
      if (DAYS >= 7) expect(killed).toBeGreaterThan(3);
    }, 120_000);
  },
);
