import request from 'supertest';
import { BroadcastProgressService } from '../../libs/weixin-subscribe/src/broadcast/progress.service.js';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { broadcastsOf, TEXT, toScene, workUntil } from '../support/broadcasts.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { type SlowExecutor, slowExecutor } from '../support/slow-executor.js';
import { EventReader } from '../support/sse.js';
import { describeEachDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const OTHER_KEY = 'the-service-key-of-another';
const bearer = (key = SERVICE_KEY) => ({ Authorization: `Bearer ${key}` });
const SLOW = /weixin_broadcast\b|weixin_message_batch/;

const start = (adapter: (typeof ADAPTERS)[number], database: 'sqlite' | 'postgres' | 'mysql' = 'sqlite') =>
  createTestApp({
    ...{ adapter, database },
    options: {
      broadcast: { ratePerSecond: 0, streamsPerClient: 10 },
      serviceKeys: { courses: SERVICE_KEY, other: OTHER_KEY },
    },
  });

const watchers = (host: TestApp, id: string, n: number, key = SERVICE_KEY) =>
  Array.from({ length: n }, () =>
    EventReader.open(`${host.url}/weixin/broadcasts/${id}/events`, bearer(key)),
  );
/** What is watched in a host. */
const watchesOf = (host: TestApp): Map<string, unknown> =>
  Reflect.get(host.app.get(BroadcastProgressService, { strict: false }), 'watches');
const draft = async (host: TestApp) =>
  (
    await broadcastsOf(host).draft({
      ...TEXT,
      appId: OFFICIAL.appId,
      templateId: OFFICIAL.templates[0],
    })
  ).id;

describeEachDatabase('watching a broadcast on a slow database', (kind) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await start('express', kind);
  });
  afterAll(() => host?.close());
  let slow: SlowExecutor | undefined;
  afterEach(() => slow?.end());

  /** Answers one query after the other until something is done. */
  async function releasing<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const ended = work.finally(() => {
      isDone = true;
    });
    await until(() => {
      slow?.release();
      return isDone;
    });
    return ended;
  }

  it('takes one query at a time for ten watchers, and tells all of them as soon as it knows', async () => {
    const openids = crowd(host, 12);
    await confirmAll(
      host,
      openids.map((openid) => ({ openid, scene: 7 })),
    );
    const { id } = await broadcastsOf(host).start(toScene(7));
    slow = slowExecutor(host, SLOW);
    const opening = Promise.all(watchers(host, id, 10));
    const readers = await releasing(opening);
    // No query is answered any more: what they were told came with the look that let them in.
    await until(() => readers.every(({ progress }) => progress.length === 1));
    for (const { progress } of readers)
      expect(progress[0]).toMatchObject({ id, status: 'running', total: 12 });
    for (let look = 0; look < 6; look++) {
      await until(() => slow?.waiting === 1);
      slow?.release();
    }
    expect(slow?.most).toBe(1);
    slow.end();
    await workUntil(host, id, 'finished');
    await until(() => readers.every(({ ended }) => ended));
    for (const { progress } of readers)
      expect(progress.at(-1)).toMatchObject({ status: 'finished', sent: 12 });
  });

  it('takes two connections at the most, whatever is watched, and none when everybody has left', async () => {
    const ids = [await draft(host), await draft(host), await draft(host), await draft(host)];
    const readers = await Promise.all(ids.flatMap((id) => watchers(host, id, 2)));
    await until(() => readers.every(({ progress }) => progress.length === 1));
    slow = slowExecutor(host, SLOW);
    for (let query = 0; query < 20; query++) {
      await until(() => Number(slow?.waiting) > 0);
      slow?.release();
    }
    expect(slow?.most).toBeLessThanOrEqual(2);
    for (const reader of readers) reader.goAway();
    await until(() => {
      slow?.release();
      return slow?.waiting === 0 && watchesOf(host).size === 0;
    });
    expect(watchesOf(host).size).toBe(0);
  });
});

describe.each(ADAPTERS)('the streams of events on %s', (adapter) => {
  let host: TestApp;
  let slow: SlowExecutor | undefined;
  afterEach(() => slow?.end());
  beforeAll(async () => {
    host = await start(adapter);
  });
  afterAll(() => host?.close());

  it('are as many for a client as it may have, whoever else watches', async () => {
    const id = await draft(host);
    const readers = await Promise.all(watchers(host, id, 10));
    const refused = await request(host.url).get(`/weixin/broadcasts/${id}/events`).set(bearer());
    expect([refused.status, refused.body]).toMatchObject([
      429,
      {
        code: 'WEIXIN_RATE_LIMITED',
        detail:
          'client "courses" has 10 streams of events open here, which is the most it may have; try again in 5 s',
        retryAfterSeconds: 5,
      },
    ]);
    const [other] = await Promise.all(watchers(host, id, 1, OTHER_KEY));
    await until(() => other.progress.length === 1);
    readers[0].goAway();
    await until(async () => {
      const [reader] = await Promise.all(watchers(host, id, 1));
      if (reader.response.statusCode === 200) readers.push(reader);
      return reader.response.statusCode === 200;
    });
    for (const reader of [...readers, other]) reader.goAway();
  });

  it('count no longer when a client goes away before the first event, or is refused', async () => {
    const id = await draft(host);
    slow = slowExecutor(host, SLOW);
    const aborts = Array.from({ length: 10 }, () => {
      const abort = new AbortController();
      const gone = fetch(`${host.url}/weixin/broadcasts/${id}/events`, {
        headers: bearer(),
        signal: abort.signal,
      });
      return {
        abort,
        gone: gone.then(
          () => 'answered',
          () => 'gone',
        ),
      };
    });
    await until(() => slow?.waiting === 1);
    const full = async () =>
      (await request(host.url).get(`/weixin/broadcasts/${id}/events`).set(bearer())).status === 429;
    await until(full);
    for (const { abort } of aborts) abort.abort();
    expect(await Promise.all(aborts.map(({ gone }) => gone))).toEqual(Array(10).fill('gone'));
    slow.end();
    const none = '01900000-0000-7000-8000-000000000000';
    for (let n = 0; n < 12; n++)
      expect((await request(host.url).get(`/weixin/broadcasts/${none}/events`).set(bearer())).status).toBe(
        404,
      );
    const readers: EventReader[] = [];
    await until(async () => {
      const [reader] = await Promise.all(watchers(host, id, 1));
      if (reader.response.statusCode === 200) readers.push(reader);
      return readers.length === 10;
    });
    for (const reader of readers) reader.goAway();
  });
});
