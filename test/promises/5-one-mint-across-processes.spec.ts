import { randomInt } from 'node:crypto';
import { migrate } from 'nestjs-weixin-subscribe';
import { DataSource } from 'typeorm';
import { WeixinSimulator } from 'weixin-simulator';
import { testOptions } from '../support/create-test-app.js';
import { LineProcess } from '../support/line-process.js';
import { manyAppIds, manyLibraryAccounts, manySimulatorAccounts } from '../support/many-accounts.js';
import { withLibrary } from '../support/test-databases.js';
import { describeEachSharedStore, type OpenStore, openStore } from '../support/token-stores.js';

/**
 * `TOKEN_REPETITIONS=20 npx jest test/promises/5-one-mint-across` for the long run, which is the one with
 * eight processes: to start them takes most of the time of a short one.
 */
const REPETITIONS = Number(process.env.TOKEN_REPETITIONS ?? 1);
const MOST_PROCESSES = REPETITIONS > 1 ? 8 : 4;
const RULES = {
  strict: 'every mint kills the older token at once',
  overlap: 'the older token works for five minutes more',
} as const;
const SHAPES = [
  { processes: 1, callers: 200 },
  { processes: 4, callers: 50 },
  { processes: 8, callers: 25 },
].filter(({ processes }) => processes <= MOST_PROCESSES);
const CASES = Object.keys(RULES)
  .flatMap((rule) => SHAPES.map((shape) => ({ ...shape, rule: rule as keyof typeof RULES })))
  .map((one, index) => ({ ...one, index }));
const PATH = '/cgi-bin/get_api_domain_ip';
const APP_IDS = manyAppIds(CASES.length * REPETITIONS);
const TICKET_APP_IDS = manyAppIds(APP_IDS.length + REPETITIONS).slice(APP_IDS.length);
const ALL = [...APP_IDS, ...TICKET_APP_IDS];

/** Real processes and the real clock. Each trial has an account of its own. */
describeEachSharedStore('promise 5: one mint for all processes', (kind) => {
  let store: OpenStore;
  let simulator: WeixinSimulator;
  let processes: LineProcess[] = [];
  beforeAll(async () => {
    store = await openStore(kind);
    const dataSource = await new DataSource(withLibrary(store.database.options)).initialize();
    await migrate(dataSource);
    await dataSource.destroy();
    simulator = await WeixinSimulator.start({ port: 0, accounts: manySimulatorAccounts(ALL) });
    const options = {
      ...testOptions(simulator.url),
      ...store.options,
      accounts: manyLibraryAccounts(ALL),
    };
    const job = { database: { ...store.database.options, poolSize: 4 }, options };
    processes = await Promise.all(
      Array.from({ length: MOST_PROCESSES }, () => LineProcess.spawn('token-caller-process.ts', job)),
    );
  }, 120_000);
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.kill()));
    await simulator?.close();
    await store?.database.drop();
  });

  /** How all calls ended, and how often the platform was asked for what. */
  async function trial(appId: string, shape: { processes: number; callers: number }) {
    const callsBefore = simulator.counters().calls[PATH] ?? 0;
    const mintsBefore = simulator.counters().mints[`${appId}:token`] ?? 0;
    // Not always the same ones.
    const first = randomInt(processes.length);
    const chosen = Array.from(
      { length: shape.processes },
      (_, n) => processes[(first + n) % processes.length],
    );
    for (const one of chosen) one.say({ appId, callers: shape.callers });
    const ends: Record<string, number> = {};
    for (const one of chosen) {
      for (const [end, n] of Object.entries(await one.hear<Record<string, number>>()))
        ends[end] = (ends[end] ?? 0) + n;
    }
    return {
      ends,
      mints: (simulator.counters().mints[`${appId}:token`] ?? 0) - mintsBefore,
      calls: (simulator.counters().calls[PATH] ?? 0) - callsBefore,
    };
  }

  it.each(CASES)(
    `$processes processes × $callers callers on a platform that is $rule, cold and with a token killed upstream, ${REPETITIONS} times: one mint, every call succeeds`,
    async ({ index, rule, ...shape }) => {
      for (const appId of APP_IDS.slice(index * REPETITIONS, (index + 1) * REPETITIONS)) {
        simulator.updateAccount(appId, { strict: rule === 'strict' });
        const cold = await trial(appId, shape);
        expect(cold).toEqual({ ends: { 0: 200 }, mints: 1, calls: 200 });
        simulator.killToken(appId);
        const dead = await trial(appId, shape);
        expect(dead).toMatchObject({ ends: { 0: 200 }, mints: 1 });
        // The first call of each, and at most one more.
        expect(dead.calls).toBeLessThanOrEqual(400);
        expect(dead.calls).toBeGreaterThan(200);
      }
    },
    120_000,
  );

  it(`three processes × 50 callers who want one ticket, ${REPETITIONS} times: one mint, one ticket, one token`, async () => {
    for (const appId of TICKET_APP_IDS) {
      const chosen = processes.slice(0, 3);
      for (const one of chosen) one.say({ appId, callers: 50, ticket: true });
      const heard = await Promise.all(chosen.map((one) => one.hear<Record<string, number>>()));
      const [ticket] = Object.keys(heard[0]);
      expect(heard).toEqual(chosen.map(() => ({ [ticket]: 50 })));
      expect(ticket).toMatch(/^[0-9a-f]{86}$/);
      const { mints, calls } = simulator.counters();
      expect(mints[`${appId}:jsapi-ticket`]).toBe(1);
      expect(mints[`${appId}:token`]).toBe(1);
      expect(calls['/cgi-bin/ticket/getticket']).toBe(TICKET_APP_IDS.indexOf(appId) + 1);
    }
  }, 120_000);
});
