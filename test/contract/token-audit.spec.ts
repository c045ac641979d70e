import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { BackgroundTask, BackgroundTasks } from 'nestjs-weixin-subscribe';
import type { DataSource } from 'typeorm';
import { Accounts } from '../../libs/weixin-subscribe/src/account/accounts.js';
import { CryptoRandomSource } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import { createExecutor } from '../../libs/weixin-subscribe/src/sql/create-executor.js';
import { tokenIdOf } from '../../libs/weixin-subscribe/src/token/token-id.js';
import { TokenAudit } from '../../libs/weixin-subscribe/src/token-audit/token-audit.js';
import { TokenAuditRepository } from '../../libs/weixin-subscribe/src/token-audit/token-audit.repository.js';
import type { TokenCaller } from '../../libs/weixin-subscribe/src/token-audit/token-audit.types.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { atOnce, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const { appId } = OFFICIAL;
const TOKEN = '97_the-token-of-this-test';
const courses = { client: 'courses', appId, endpoint: 'rest' } as const;
const billing = { ...courses, client: 'billing' } as const;

describeEachDatabase('the audit of tokens', (kind) => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let dataSource: DataSource;
  let clock: ManualClock;
  let audit: TokenAudit;
  let rows: TokenAuditRepository;
  let tasks: Map<string, BackgroundTask>;

  /** A process of its own, as far as memory goes. */
  const process = () => {
    const { config } = libraryParts(dataSource, { clock });
    const repository = new TokenAuditRepository(createExecutor(dataSource, new CryptoRandomSource()));
    const registered = new Map<string, BackgroundTask>();
    const started = new TokenAudit(
      { register: (task: BackgroundTask) => registered.set(task.name, task) } as unknown as BackgroundTasks,
      repository,
      new Accounts(config.accounts),
      clock,
    );
    return { audit: started, rows: repository, tasks: registered };
  };

  beforeAll(async () => {
    database = await openDatabase(kind);
    dataSource = database.dataSource;
  });
  afterAll(() => database?.close());
  beforeEach(async () => {
    await dataSource.query('DELETE FROM weixin_token_audit');
    clock = new ManualClock();
    ({ audit, rows, tasks } = process());
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('has the row of a first take before it answers, and nothing of the token in it', async () => {
    await audit.took(courses, TOKEN);
    const row = {
      client: 'courses',
      appId,
      family: 'token',
      action: 'read',
      tokenId: tokenIdOf(TOKEN),
      endpoint: 'rest',
      times: 1,
      firstAt: new Date(clock.now()),
      lastAt: new Date(clock.now()),
    };
    expect(await rows.list({})).toEqual([row]);
    expect(row.tokenId).toMatch(/^[\w-]{16}$/);
    expect(JSON.stringify(await dataSource.query('SELECT * FROM weixin_token_audit'))).not.toContain(TOKEN);
  });

  it('counts what is repeated in memory, and writes it in one statement for each row', async () => {
    await audit.took(courses, TOKEN);
    const added = jest.spyOn(rows, 'add');
    const firstAt = new Date(clock.now());
    for (let poll = 1; poll <= 99; poll++) {
      clock.advance(1000);
      await audit.took(courses, TOKEN);
    }
    expect(added).not.toHaveBeenCalled();
    expect((await rows.list({}))[0].times).toBe(1);
    await tasks.get('token-audit')?.run();
    expect(added).toHaveBeenCalledTimes(1);
    expect(await rows.list({})).toMatchObject([{ times: 100, firstAt, lastAt: new Date(clock.now()) }]);
    await audit.flush();
    expect(added).toHaveBeenCalledTimes(1);
  });

  it('keeps apart clients, accounts, tokens, endpoints, and what they did', async () => {
    await audit.took(courses, TOKEN);
    await audit.took(billing, TOKEN);
    await audit.took({ ...courses, appId: MOBILE.appId }, TOKEN);
    await audit.took(courses, `${TOKEN}2`);
    await audit.took({ ...courses, endpoint: 'drop-in' }, TOKEN);
    await audit.reported(courses, TOKEN);
    const all = await audit.list();
    expect(all).toHaveLength(6);
    expect(new Set(all.map(({ times }) => times))).toEqual(new Set([1]));
    expect(all.find(({ action }) => action === 'report')).not.toHaveProperty('family');
  });

  it('loses no count when several processes write one row at once', async () => {
    const processes = Array.from({ length: 5 }, () => process());
    for (let round = 1; round <= 4; round++) {
      await Promise.all(processes.map((one) => atOnce(10, () => one.audit.took(courses, TOKEN))));
      await Promise.all(processes.map((one) => one.audit.flush()));
    }
    expect(await audit.list()).toMatchObject([{ times: 200 }]);
  });

  it('keeps the first and the last moment, in whatever order they are written', async () => {
    const late = process();
    await late.audit.took(courses, TOKEN);
    const firstAt = new Date(clock.now() - 5000);
    clock.advance(-5000);
    await audit.took(courses, TOKEN);
    expect(await audit.list()).toMatchObject([
      { times: 2, firstAt, lastAt: new Date(firstAt.getTime() + 5000) },
    ]);
  });

  it('makes nobody who takes at the same time overtake the row', async () => {
    let written = 0;
    const add = rows.add.bind(rows);
    jest.spyOn(rows, 'add').mockImplementation(async (...row) => {
      await add(...row);
      written++;
    });
    await atOnce(20, async () => {
      await audit.took(courses, TOKEN);
      expect(written).toBe(1);
    });
    await audit.flush();
    expect(await audit.list()).toMatchObject([{ times: 20 }]);
  });

  it('knows what a client took before, here or from another process', async () => {
    expect(await audit.hasTaken(courses, TOKEN)).toBe(false);
    await audit.took(courses, TOKEN);
    for (const one of [audit, process().audit]) {
      expect(await one.hasTaken(courses, TOKEN)).toBe(true);
      expect(await one.hasTaken(billing, TOKEN)).toBe(false);
      expect(await one.hasTaken(courses, `${TOKEN}2`)).toBe(false);
      expect(await one.hasTaken({ ...courses, endpoint: 'drop-in' }, TOKEN)).toBe(false);
    }
  });

  it('lists by account, client and time, the latest first, as many as asked for', async () => {
    await audit.took(courses, TOKEN);
    clock.advance(1000);
    const since = new Date(clock.now());
    await audit.took(billing, TOKEN);
    await audit.took({ ...billing, appId: MOBILE.appId }, TOKEN);
    const clientsOf = async (filter: object) => (await audit.list(filter)).map(({ client }) => client);
    expect(await clientsOf({})).toEqual(['billing', 'billing', 'courses']);
    expect(await clientsOf({ appId })).toEqual(['billing', 'courses']);
    expect(await clientsOf({ client: 'courses' })).toEqual(['courses']);
    expect(await clientsOf({ since })).toEqual(['billing', 'billing']);
    expect(await clientsOf({ since, appId, client: 'billing' })).toEqual(['billing']);
    expect(await clientsOf({ since: new Date(since.getTime() + 1) })).toEqual([]);
    expect(await clientsOf({ limit: 2 })).toHaveLength(2);
    expect(await clientsOf({ limit: 0 })).toHaveLength(1);
  });

  it('writes at the end what was counted, and from then on every call', async () => {
    await audit.took(courses, TOKEN);
    await audit.took(courses, TOKEN);
    await audit.onModuleDestroy();
    expect(await rows.list({})).toMatchObject([{ times: 2 }]);
    await audit.took(courses, TOKEN);
    expect(await rows.list({})).toMatchObject([{ times: 3 }]);
  });

  it('remembers ten thousand at most, and writes what it had counted of those it forgets', async () => {
    const added = jest.spyOn(rows, 'add').mockResolvedValue();
    await audit.took(courses, 'token-0');
    await audit.took(courses, 'token-0');
    for (let token = 1; token <= 10_000; token++) await audit.took(courses, `token-${token}`);
    expect(added.mock.calls.filter(([{ tokenId }]) => tokenId === tokenIdOf('token-0'))).toHaveLength(2);
    added.mockClear();
    await audit.took(courses, 'token-10000');
    expect(added).not.toHaveBeenCalled();
    await audit.took(courses, 'token-0');
    expect(added).toHaveBeenCalledTimes(1);
  });

  describe('of reports that are no tokens', () => {
    const report = async (texts: number, caller: TokenCaller = courses) => {
      for (let text = 0; text < texts; text++) await audit.reported(caller, `${caller.client}-${text}`);
      await audit.flush();
    };
    const reports = async (client: string) =>
      (await audit.list({ client, limit: 1000 })).filter(({ action }) => action === 'report');

    it('has a row for each of twenty texts a day, and one that counts all others', async () => {
      await report(500);
      const rows = await reports('courses');
      expect(rows).toHaveLength(21);
      expect(rows.find(({ tokenId }) => tokenId === 'others')).toMatchObject({ times: 480 });
      // What has a row goes on being counted there.
      await audit.reported(courses, 'courses-3');
      await audit.flush();
      const again = (await reports('courses')).find(({ tokenId }) => tokenId === tokenIdOf('courses-3'));
      expect(again?.times).toBe(2);
    });

    it('tells texts apart again the day after, and those of each client, account and endpoint', async () => {
      await report(30);
      await report(5, billing);
      await report(5, { ...courses, endpoint: 'drop-in' });
      await report(5, { ...courses, appId: MOBILE.appId });
      expect(await reports('courses')).toHaveLength(21 + 5 + 5);
      expect(await reports('billing')).toHaveLength(5);
      clock.advance(86_400_000);
      await audit.reported(courses, 'a text of the next day');
      expect((await reports('courses')).map(({ tokenId }) => tokenId)).toContain(
        tokenIdOf('a text of the next day'),
      );
    });

    it('names a token that the client was given, however many texts it reported before', async () => {
      await report(500);
      await audit.took(courses, TOKEN);
      await audit.reported(courses, TOKEN);
      expect((await reports('courses')).map(({ tokenId }) => tokenId)).toContain(tokenIdOf(TOKEN));
    });
  });

  it('is without the token’s value when it is printed', async () => {
    await audit.took(courses, TOKEN);
    const { inspect } = await import('node:util');
    expect(inspect(audit, { depth: 9, showHidden: true })).not.toContain(TOKEN);
  });

  describe('while the database is away', () => {
    let warned: jest.SpiedFunction<Logger['warn']>;
    beforeEach(() => {
      warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    });
    const away = async () => {
      const { DatabaseError } = await import('nestjs-weixin-subscribe');
      return jest.spyOn(rows, 'add').mockRejectedValue(new DatabaseError('the database is away', true));
    };

    it('does not stand in the way, warns once, and catches up', async () => {
      const added = await away();
      for (let time = 0; time < 3; time++) await audit.took(courses, TOKEN);
      expect(warned.mock.calls.flat().filter((said) => /is away/.test(String(said)))).toHaveLength(1);
      await expect(audit.flush()).rejects.toThrow('the database is away');
      added.mockRestore();
      expect(await audit.list()).toEqual([]);
      await audit.flush();
      expect(await audit.list()).toMatchObject([{ times: 3 }]);
    });

    it('asks it once, not once for each row, when it comes to writing', async () => {
      const added = await away();
      for (let token = 0; token < 5; token++) await audit.took(courses, `${TOKEN}${token}`);
      added.mockClear();
      await expect(audit.flush()).rejects.toThrow();
      expect(added).toHaveBeenCalledTimes(1);
    });

    it('waits no more than a second for an answer, and writes when it comes', async () => {
      jest.useFakeTimers();
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const add = rows.add.bind(rows);
      const adding = jest.spyOn(rows, 'add').mockImplementationOnce((...row) => held.then(() => add(...row)));
      let answered = false;
      const taking = audit.took(courses, TOKEN).then(() => {
        answered = true;
      });
      await jest.advanceTimersByTimeAsync(999);
      expect(answered).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      await taking;
      jest.useRealTimers();
      expect(warned.mock.calls.flat().join()).toContain('the database takes long');
      release();
      await audit.took(courses, TOKEN);
      await adding.mock.results[0].value;
      await audit.flush();
      expect(await audit.list()).toMatchObject([{ times: 2 }]);
    });

    it('takes nobody for one who asked before', async () => {
      jest.spyOn(rows, 'has').mockRejectedValue(new Error('away'));
      expect(await audit.hasTaken(courses, TOKEN)).toBe(false);
    });
  });
});
