import { jest } from '@jest/globals';
import { DatabaseError } from 'nestjs-weixin-subscribe';
import { TokenStore } from '../../libs/weixin-subscribe/src/token/store/token.store.js';
import { OFFICIAL } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp, type TestAppOptions } from '../support/create-test-app.js';
import { describeEachDatabase } from '../support/test-databases.js';

const { appId } = OFFICIAL;
const HOUR = 3_600_000;

const start = async (given: TestAppOptions = {}) => {
  const host = await createTestApp(given);
  host.simulator.setClock(host.clock.now());
  return host;
};
const pass = (ms: number, host: TestApp, ...others: TestApp[]) => {
  host.simulator.advance(ms);
  for (const { clock } of [host, ...others]) clock.advance(ms);
};
const onSameStore = (host: TestApp, options: TestAppOptions['options'] = {}) =>
  createTestApp({
    simulator: host.simulator,
    shared: { options: host.dataSource.options, drop: async () => undefined },
    options,
  });
const textOf = async (token: Promise<{ accessToken: string }>) => (await token).accessToken;

describeEachDatabase('a stable token that is reported dead', (database) => {
  const options = { token: { family: 'stable' } } as const;
  const UNAVAILABLE = { code: 'WEIXIN_TOKEN_UNAVAILABLE', remedy: expect.any(String) };
  let host: TestApp;
  let other: TestApp;
  beforeEach(async () => {
    host = await start({ database, options });
    other = await onSameStore(host, options);
  });
  afterEach(async () => {
    await other?.close();
    await host?.close();
  });

  const forces = () =>
    host.simulator.calls().filter(({ body }) => JSON.stringify(body ?? '').includes('force_refresh":true'))
      .length;

  it('is not given out again within 30 s of the last force, here or in another process', async () => {
    const first = await textOf(host.tokens.getToken(appId));
    const second = await textOf(host.tokens.refresh(appId, first));
    expect(forces()).toBe(1);
    pass(10_000, host, other);
    await expect(other.tokens.refresh(appId, second)).rejects.toMatchObject({
      ...UNAVAILABLE,
      retryAfterSeconds: 20,
    });
    await expect(other.tokens.getToken(appId)).rejects.toMatchObject(UNAVAILABLE);
    await expect(host.tokens.refresh(appId, second)).rejects.toMatchObject(UNAVAILABLE);
    expect(forces()).toBe(1);
    pass(20_000, host, other);
    const third = await textOf(host.tokens.getToken(appId));
    expect([first, second]).not.toContain(third);
    expect(await textOf(other.tokens.getToken(appId))).toBe(third);
    expect(forces()).toBe(2);
  });

  it('is not given out when the forced answer is the same', async () => {
    host.simulator.updateAccount(appId, { forceRefreshIntervalSeconds: 3600 });
    const first = await textOf(host.tokens.getToken(appId));
    const second = await textOf(host.tokens.refresh(appId, first));
    pass(30_000, host, other);
    await expect(host.tokens.refresh(appId, second)).rejects.toMatchObject({
      ...UNAVAILABLE,
      retryAfterSeconds: 30,
    });
    for (const { tokens } of [host, other])
      await expect(tokens.getToken(appId)).rejects.toMatchObject(UNAVAILABLE);
    const [{ n }] = await host.dataSource.query(
      `SELECT COUNT(*) AS n FROM weixin_token WHERE expires_at > ${host.clock.now()}`,
    );
    expect(Number(n)).toBe(0);
  });
});

describeEachDatabase(
  "a stable token that is reported after the day's force_refresh are used up",
  (database) => {
    const options = { token: { family: 'stable' } } as const;
    let host: TestApp;
    let last: string;
    beforeEach(async () => {
      host = await start({ database, options });
      last = await textOf(host.tokens.getToken(appId));
      for (let force = 0; force < 20; force++) {
        pass(120_000, host);
        last = await textOf(host.tokens.refresh(appId, last));
      }
      pass(120_000, host);
    });
    afterEach(() => host?.close());

    it('stays in use when the platform still answers it: it may well be alive', async () => {
      for (let report = 0; report < 3; report++) {
        await expect(host.tokens.refresh(appId, last)).rejects.toMatchObject({
          code: 'WEIXIN_TOKEN_UNAVAILABLE',
          message: expect.stringContaining('force_refresh'),
          remedy: expect.any(String),
          retryAfterSeconds: expect.any(Number),
        });
        expect(await textOf(host.tokens.getToken(appId))).toBe(last);
        const other = await onSameStore(host, options);
        expect(await textOf(other.tokens.getToken(appId))).toBe(last);
        await other.close();
        pass(120_000, host);
      }
    });

    it('is replaced when the platform has another', async () => {
      host.simulator.killToken(appId, 'stable');
      expect(await textOf(host.tokens.refresh(appId, last))).not.toBe(last);
    });
  },
);

describe('a minted token that can not be stored', () => {
  let host: TestApp;
  let logger: CaptureLogger;
  beforeEach(async () => {
    logger = new CaptureLogger();
    host = await start({ logger });
  });
  afterEach(() => host?.close());
  const mints = () => host.simulator.counters().mints[`${appId}:token`];
  const says = (text: string) => logger.lines.some((line) => line.includes(text));

  it('is stored at the next try when the database was away for a moment', async () => {
    const store = host.app.get(TokenStore);
    jest.spyOn(store, 'write').mockRejectedValueOnce(new DatabaseError('the database is away', true));
    const accessToken = await textOf(host.tokens.getToken(appId));
    expect(says('could not be stored')).toBe(true);
    const other = await onSameStore(host);
    expect(await textOf(other.tokens.getToken(appId))).toBe(accessToken);
    expect(mints()).toBe(1);
    await other.close();
  });

  it('serves this process all the same when the database refuses it', async () => {
    await host.dataSource.query(
      "CREATE TRIGGER full BEFORE UPDATE OF access_token ON weixin_token BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    const accessToken = await textOf(host.tokens.getToken(appId));
    await host.tokens.refreshAhead(appId);
    expect(await textOf(host.tokens.getToken(appId))).toBe(accessToken);
    expect(mints()).toBe(1);
    expect(says('could not be stored')).toBe(true);
    expect(says(accessToken)).toBe(false);
  });

  it('is not given out again when it is reported dead while it is being stored', async () => {
    const store = host.app.get(TokenStore);
    let tried = () => {};
    const trying = new Promise<void>((resolve) => {
      tried = resolve;
    });
    jest.spyOn(store, 'write').mockImplementationOnce(async () => {
      tried();
      throw new DatabaseError('the database is away', true);
    });
    const first = host.tokens.getToken(appId);
    await trying;
    const accessToken = await textOf(host.tokens.getToken(appId));
    expect(await textOf(host.tokens.refresh(appId, accessToken))).not.toBe(accessToken);
    await first;
    expect(await textOf(host.tokens.getToken(appId))).not.toBe(accessToken);
    const other = await onSameStore(host);
    expect(await textOf(other.tokens.getToken(appId))).not.toBe(accessToken);
    await other.close();
  });
});

describe('a token row that an operator deleted, or that came back from a backup', () => {
  let host: TestApp;
  beforeEach(async () => {
    host = await start();
  });
  afterEach(() => host?.close());
  const mints = () => host.simulator.counters().mints[`${appId}:token`];

  it.each([
    ['deleted', 'DELETE FROM weixin_token'],
    ['set back', 'UPDATE weixin_token SET fence = 1, generation = 1, expires_at = 1'],
  ])('%s: the next token takes the place of the one in memory, and costs one mint', async (_what, sql) => {
    // Some leases ago, so that the fence of the lost row is ahead.
    let first = await textOf(host.tokens.getToken(appId));
    for (let n = 0; n < 3; n++) first = await textOf(host.tokens.refresh(appId, first));
    expect(mints()).toBe(4);
    await host.dataSource.query(sql);
    pass(2 * HOUR - 300_000, host);
    for (let run = 0; run < 3; run++) await host.tokens.refreshAhead(appId);
    expect(mints()).toBe(5);
    const second = await textOf(host.tokens.getToken(appId));
    expect(second).not.toBe(first);
    const other = await onSameStore(host);
    other.clock.advance(2 * HOUR - 300_000);
    expect(await textOf(other.tokens.getToken(appId))).toBe(second);
    expect(mints()).toBe(5);
    await other.close();
  });
});

describe('after a mint that failed', () => {
  let host: TestApp;
  beforeEach(async () => {
    host = await start();
  });
  afterEach(() => host?.close());
  const path = '/cgi-bin/token';
  const asked = () => host.simulator.counters().calls[path];

  it('asks again when WeChat said to, not before', async () => {
    host.simulator.fault({ kind: 'errcode', errcode: 89506, path });
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({ retryAfterSeconds: 86_400 });
    pass(23 * HOUR, host);
    await host.tokens.refreshAhead(appId);
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({
      errcode: 89506,
      retryAfterSeconds: 3600,
    });
    expect(asked()).toBe(1);
    pass(HOUR, host);
    await host.tokens.getToken(appId);
    expect(asked()).toBe(2);
  });

  it.each([2000, 120_000])(
    'is not asked for by processes in turn whose clocks are %d ms apart',
    async (skewMs) => {
      host.simulator.fault({ kind: 'errcode', errcode: -1, path, times: 10_000 });
      const ahead = await onSameStore(host);
      ahead.clock.advance(skewMs);
      const askedFor = async (seconds: number) => {
        const before = asked() ?? 0;
        for (let second = 0; second < seconds; second++) {
          for (const { tokens } of [ahead, host, ahead, host])
            await expect(tokens.getToken(appId)).rejects.toMatchObject({ errcode: -1 });
          pass(1000, host, ahead);
        }
        return asked() - before;
      };
      // Pauses of 1 s, 2 s … 60 s; each process keeps them by its own clock, so that there are two tries
      // where one would do.
      expect(await askedFor(120)).toBeLessThanOrEqual(14);
      expect(await askedFor(600)).toBeLessThanOrEqual(20);
      await ahead.close();
    },
  );

  it('asks again at once when the clock was set back', async () => {
    host.simulator.fault({ kind: 'errcode', errcode: -1, path });
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({ errcode: -1 });
    host.clock.advance(-HOUR);
    await host.tokens.getToken(appId);
    expect(asked()).toBe(2);
  });
});
