import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { OFFICIAL } from '../support/accounts.js';
import { broadcastsOf, SEND_PATH, toScene } from '../support/broadcasts.js';
import { createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { crowd } from '../support/crowd.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { countBy, expectExactBatches } from '../support/ledger.js';
import { LineProcess } from '../support/line-process.js';
import { confirmMany } from '../support/many-grants.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

/** `BROADCAST=full` runs it at the size the promise was made for. */
const FULL = process.env.BROADCAST === 'full';
const { people: PEOPLE, kills: KILLS } = FULL ? { people: 100_000, kills: 3 } : { people: 2000, kills: 1 };
const AT_ONCE = FULL ? 32 : 4;
/**
 * Of one process: two batches, of each a part that is posted and one that may be; and what is posted and not
 * recorded yet.
 */
const MOST_UNCLEAR = 2 * 2 * Math.max(10, 2 * AT_ONCE) + 5 * AT_ONCE;
/** Far enough from what the others use. */
const REDIS = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL.replace(/\/\d*$/, '')}/5`;

/**
 * Two processes that work on a broadcast, one of which is killed -9 and started again three times, while it
 * is paused and resumed twice, and Redis is emptied under it.
 */
describeEachDatabase('a broadcast whose workers are killed -9', (kind) => {
  // SQLite has one process at a time at work; the other takes over.
  const isSpread = kind !== 'sqlite' && REDIS !== undefined;
  let host: TestApp;
  let database: TestDatabase;
  let redis: Redis | undefined;
  let openids: string[];
  const workers: LineProcess[] = [];

  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database });
    // The processes go by real time.
    host.clock.advance(Date.now() - host.clock.now());
    openids = crowd(host, PEOPLE);
    for (const openid of openids) host.simulator.confirm({ appId: OFFICIAL.appId, openid, scene: 7 });
    await confirmMany(host.dataSource, { ...OFFICIAL_KEY, scene: 7 }, openids, host.clock.now());
    if (isSpread) redis = new Redis(String(REDIS));
    await redis?.flushdb();
    // Slow enough that a kill finds messages on their way, and that it is not over before it is paused.
    const delayMs = FULL ? 5 : 20;
    host.simulator.fault({ kind: 'latency', path: SEND_PATH, delayMs, times: 'forever' });
  }, 300_000);
  afterAll(async () => {
    for (const worker of workers) await worker.kill();
    redis?.disconnect();
    await host?.close();
    await database?.drop();
  });

  const spawn = async () => {
    const options = {
      ...testOptions(host.simulator.url),
      http: { timeoutMs: 2000 },
      delivery: { leaseSeconds: 10 },
      ...(isSpread && { redis: REDIS }),
      broadcast: {
        ...{ concurrency: AT_ONCE, ratePerSecond: 0 },
        ...(isSpread && { distribution: 'bullmq' as const }),
      },
    };
    const worker = await LineProcess.spawn('broadcast-worker-process.ts', {
      database: database.options,
      options,
    });
    workers.push(worker);
    return worker;
  };
  const delivered = () => host.simulator.inbox().length;
  const until = async (share: number) => {
    for (let tries = 0; delivered() < PEOPLE * share; tries++) {
      if (tries > (FULL ? 60_000 : 12_000)) throw new Error(`${delivered()} of ${PEOPLE} arrived`);
      await wait(10);
    }
  };

  it(`reaches everybody once, with an exact account${isSpread ? ', over BullMQ' : ''}`, async () => {
    const service = broadcastsOf(host);
    const { id } = await service.start(toScene(7));
    let victim = await spawn();
    await spawn();
    for (let kill = 1; kill <= KILLS; kill++) {
      await until((0.7 * kill) / (KILLS + 1));
      await victim.kill();
      if (kill === 1) await redis?.flushdb();
      // Not the last time: then it goes on without a break. While it is paused a new process has time to
      // start.
      const isPaused = kill < 3;
      if (isPaused) {
        await service.pause(id);
        // The other process hears of it at its next part, and hands the rest back.
        let before = await service.progress(id);
        for (let isStill = false; !isStill; ) {
          await wait(500);
          const now = await service.progress(id);
          isStill = now.inFlight === before.inFlight && now.sent === before.sent;
          before = now;
        }
        const arrived = delivered();
        await wait(300);
        // What the dead process held is in flight until its lease is over.
        expect(before.status).toBe('paused');
        expect([delivered(), (await service.progress(id)).sent]).toEqual([arrived, before.sent]);
      }
      victim = await spawn();
      if (isPaused) await service.resume(id);
    }
    for (let tries = 0; (await service.progress(id)).status !== 'finished'; tries++) {
      if (tries > 3000) throw new Error(JSON.stringify(await service.progress(id)));
      await wait(100);
    }
    const { claimed, inFlight, sent, refused, failed, unknown } = await service.progress(id);
    expect({ claimed, inFlight, refused, failed, sum: sent + unknown }).toEqual({
      ...{ claimed: PEOPLE, inFlight: 0, refused: 0, failed: 0, sum: PEOPLE },
    });
    // A killed process can not say what became of what it had posted, or was allowed to.
    expect(unknown).toBeLessThanOrEqual(KILLS * MOST_UNCLEAR);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({
      spent: sent,
      ...(unknown > 0 && { unknown }),
    });
    const people = host.simulator.inbox().map(({ openid }) => openid);
    expect(new Set(people).size).toBe(people.length);
    expect(people.length).toBeGreaterThanOrEqual(sent);
    await expectExactBatches(host.dataSource);
    console.info(`${kind}: ${PEOPLE} people, ${sent} sent, ${unknown} unknown, ${people.length} arrived`);
  }, 1_200_000);
});
