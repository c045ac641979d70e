import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { BroadcastProgress } from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';
import {
  channelAccounts,
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  OFFICIAL,
  simulatorAccounts,
} from '../support/accounts.js';
import { broadcastsOf, SEND_PATH, toScene } from '../support/broadcasts.js';
import { createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { crowd } from '../support/crowd.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { countBy, expectExactBatches } from '../support/ledger.js';
import { LineProcess } from '../support/line-process.js';
import { confirmMany } from '../support/many-grants.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const MINI_PATH = '/cgi-bin/message/subscribe/send';

/** `BROADCAST=full` runs it at the size the promise was made for. */
const DATA = { thing1: { value: '高等数学' }, time2: { value: '2026年11月21日 08:50' } };
const FULL = process.env.BROADCAST === 'full';
const { people: PEOPLE, kills: KILLS } = FULL ? { people: 100_000, kills: 3 } : { people: 2000, kills: 1 };
const AT_ONCE = FULL ? 32 : 4;
/**
 * Of one process: two batches, of each a part that is posted and one that may be; and what is posted and not
 * recorded yet.
 */
const MOST_UNCLEAR = 2 * 2 * Math.max(10, 2 * AT_ONCE) + 5 * AT_ONCE;
/** So many looks in a row, half a second apart, that see nothing move: it is paused. */
const STILL_LOOKS = 3;
/** Far enough from what the others use. */
const REDIS = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL.replace(/\/\d*$/, '')}/5`;

/**
 * Two processes that work on two broadcasts, one-time messages and those of a mini-program. One of them is
 * killed -9 and started again three times, while it is paused and resumed twice, and Redis is emptied under
 * it.
 */
describeEachDatabase('a broadcast whose workers are killed -9', (kind) => {
  // SQLite has one process at a time at work; the other takes over.
  const isSpread = kind !== 'sqlite' && REDIS !== undefined;
  let host: TestApp;
  let simulator: WeixinSimulator;
  let database: TestDatabase;
  let redis: Redis | undefined;
  const accounts = [...libraryAccounts(), channelAccounts()[0]];
  const half = PEOPLE / 2;
  const lesson = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.templates[0] };
  const channel = 'mini-subscribe' as const;
  const workers: LineProcess[] = [];

  beforeAll(async () => {
    database = await createDatabase(kind);
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: [...simulatorAccounts(), channelSimulatorAccounts()[0]],
    });
    host = await createTestApp({ simulator, shared: database, options: { accounts } });
    // The processes go by real time.
    host.clock.advance(Date.now() - host.clock.now());
    const openids = crowd(host, half);
    for (const openid of openids) simulator.confirm({ appId: OFFICIAL.appId, openid, scene: 7 });
    const now = host.clock.now();
    await confirmMany(host.dataSource, { ...OFFICIAL_KEY, scene: 7 }, openids, now);
    // In the mini-program everybody accepts twice: one permission of each is left.
    const people = Array.from({ length: half }, (_, index) => `person-${index}`);
    for (let times = 1; times <= 2; times++) {
      for (const person of people)
        simulator.requestSubscribeMessage({
          appId: lesson.appId,
          person,
          answers: { [lesson.templateId]: 'accept' },
        });
      const inMiniProgram = people.map((person) => simulator.openid(person, lesson.appId));
      await confirmMany(host.dataSource, { ...lesson, scene: 0, channel }, inMiniProgram, now + times);
    }
    if (isSpread) redis = new Redis(String(REDIS));
    await redis?.flushdb();
    // Slow enough that a kill finds messages on their way, and that it is not over before it is paused.
    const delayMs = FULL ? 5 : 20;
    for (const path of [SEND_PATH, MINI_PATH])
      simulator.fault({ kind: 'latency', path, delayMs, times: 'forever' });
  }, 300_000);
  afterAll(async () => {
    for (const worker of workers) await worker.kill();
    redis?.disconnect();
    await host?.close();
    await simulator?.close();
    await database?.drop();
  });

  const spawn = async () => {
    const options = {
      ...testOptions(simulator.url),
      accounts,
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
  const delivered = () => simulator.inbox().length;
  const until = async (share: number) => {
    for (let tries = 0; delivered() < PEOPLE * share; tries++) {
      if (tries > (FULL ? 60_000 : 12_000)) throw new Error(`${delivered()} of ${PEOPLE} arrived`);
      await wait(10);
    }
  };

  it(`reaches everybody once, with an exact account${isSpread ? ', over BullMQ' : ''}`, async () => {
    const service = broadcastsOf(host);
    const ids = [
      (await service.start(toScene(7))).id,
      (await service.start({ ...lesson, channel, data: DATA })).id,
    ];
    const all = () => Promise.all(ids.map((id) => service.progress(id)));
    const sum = (progress: BroadcastProgress[], what: 'inFlight' | 'sent' | 'unknown') =>
      progress.reduce((total, each) => total + each[what], 0);
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
        for (const id of ids) await service.pause(id);
        // The other process hears of it at its next part, and hands the rest back.
        const still = (progress: BroadcastProgress[]) => [sum(progress, 'inFlight'), sum(progress, 'sent')];
        let before = still(await all());
        // On a busy machine a process may stand still for a while before it hears of it.
        for (let looks = 0; looks < STILL_LOOKS; looks++) {
          await wait(500);
          const now = still(await all());
          if (`${now}` !== `${before}`) looks = -1;
          before = now;
        }
        const arrived = delivered();
        await wait(300);
        // What the dead process held is in flight until its lease is over.
        const paused = await all();
        expect(paused.map(({ status }) => status)).toEqual(['paused', 'paused']);
        expect([delivered(), sum(paused, 'sent')]).toEqual([arrived, before[1]]);
      }
      victim = await spawn();
      if (isPaused) for (const id of ids) await service.resume(id);
    }
    let ended = await all();
    for (let tries = 0; ended.some(({ status }) => status !== 'finished'); tries++) {
      if (tries > 3000) throw new Error(JSON.stringify(ended));
      await wait(100);
      ended = await all();
    }
    for (const { claimed, inFlight, sent, refused, failed, unknown } of ended)
      expect({ claimed, inFlight, refused, failed, sum: sent + unknown }).toEqual({
        ...{ claimed: half, inFlight: 0, refused: 0, failed: 0, sum: half },
      });
    const [sent, unknown] = [sum(ended, 'sent'), sum(ended, 'unknown')];
    // A killed process can not say what became of what it had posted, or was allowed to.
    expect(unknown).toBeLessThanOrEqual(ids.length * KILLS * MOST_UNCLEAR);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({
      spent: sent,
      ...(unknown > 0 && { unknown }),
      available: half,
    });
    const people = simulator.inbox().map(({ appId, openid }) => `${appId} ${openid}`);
    expect(new Set(people).size).toBe(people.length);
    expect(people.length).toBeGreaterThanOrEqual(sent);
    await expectExactBatches(host.dataSource);
    console.info(`${kind}: ${PEOPLE} people, ${sent} sent, ${unknown} unknown, ${people.length} arrived`);
  }, 1_200_000);
});
