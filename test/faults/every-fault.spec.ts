import type { FaultOptions } from 'weixin-simulator';
import { FAULT_KINDS } from '../../libs/weixin-simulator/src/fault/fault.js';
import { DatabaseError } from '../../libs/weixin-subscribe/src/sql/database.error.js';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { allMessages, grantStates } from '../support/ledger.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';
import {
  ANSWERS,
  AT_THE_MINT,
  AT_THE_POST,
  type End,
  IMPATIENT_MS,
  needsPatience,
} from './every-fault.table.js';

const { appId } = OFFICIAL;
const SEND = '/cgi-bin/message/template/subscribe';
const TOKEN = '/cgi-bin/token';
/** The scene that is sent for, and the one that looks on. */
const SCENE = 1;
const OTHER = 2;
const A_DAY_AND_MORE_MS = 25 * 3_600_000;

const UNKNOWN: Pick<End, 'outcome' | 'grant'> = { outcome: 'unknown', grant: 'unknown' };

it.each([
  ['the post', AT_THE_POST.map(({ fault }) => fault.kind)],
  ['the mint', AT_THE_MINT.map(([, fault]) => fault.kind)],
])('the table of %s has every fault of the simulator', (_, kinds) => {
  // Those of the way back are the browser's; that of secured calls is tried in `api-security.spec.ts`.
  const isElsewhere = (kind: string) => kind.startsWith('redirect-') || kind === 'bad-security';
  expect([...new Set(kinds)].sort()).toEqual(FAULT_KINDS.filter((kind) => !isElsewhere(kind)).sort());
});

describeEachDatabase('every fault at every step of a send', (kind) => {
  let host: TestApp;
  /**
   * Of the same database, for faults that only a time limit ends: the others must not meet it on a slow
   * machine.
   */
  let impatient: TestApp;
  let database: TestDatabase;
  let sql: SqlExecutor;
  let openid: string;
  let people = 0;
  let postsBefore = 0;
  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database });
    const options = { http: { timeoutMs: IMPATIENT_MS } };
    impatient = await createTestApp({ shared: database, simulator: host.simulator, options });
    sql = host.app.get(SqlExecutor, { strict: false });
  });
  afterAll(async () => {
    await impatient?.close();
    await host?.close();
    await database?.drop();
  });

  beforeEach(async () => {
    nextDay();
    host.simulator.addPerson(`person-${++people}`);
    openid = host.simulator.openid(`person-${people}`, appId);
    await confirm(SCENE);
    await confirm(OTHER);
    postsBefore = posts();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    host.simulator.clearFaults();
    host.simulator.updateAccount(appId, { strict: false });
  });

  const posts = () => host.simulator.counters().calls[SEND] ?? 0;
  const received = () => host.simulator.inbox(openid).filter(({ scene }) => scene === SCENE).length;
  const fault = (path: string, given: Omit<FaultOptions, 'path'>) => host.simulator.fault({ path, ...given });
  const hostFor = (given: Omit<FaultOptions, 'path'>) => (needsPatience(given) ? impatient : host);
  const send = (by = host): Promise<{ outcome: string; messageId?: string; code?: string }> =>
    by.subscribe.send(message(openid, SCENE)).then(
      ({ status, id }) => ({ outcome: status, messageId: id }),
      ({ outcome, messageId, code }) => ({ outcome: outcome ?? code, messageId, code }),
    );

  async function confirm(scene: number): Promise<void> {
    host.simulator.confirm({ appId, openid, scene });
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene, source: `fault:${openid}:${scene}` });
  }

  /** Every token is too old then, every quota is new, and no failure is remembered. */
  function nextDay(): void {
    host.simulator.advance(A_DAY_AND_MORE_MS);
    for (const { clock } of [host, impatient]) clock.advance(A_DAY_AND_MORE_MS);
  }

  /** Adds the fault as soon as the refused token was replaced: the second post meets it. */
  function atTheSecondPost(given: Omit<FaultOptions, 'path'>): void {
    const { tokens } = hostFor(given);
    const refresh = tokens.refresh.bind(tokens);
    jest.spyOn(tokens, 'refresh').mockImplementationOnce(async (...reported) => {
      const token = await refresh(...reported);
      fault(SEND, given);
      return token;
    });
  }

  async function grant(scene: number): Promise<string> {
    const grants = await host.grants.list({ ...OFFICIAL_KEY, openid, scene });
    expect(grants).toHaveLength(1);
    return grants[0].status;
  }

  async function messages(): Promise<string[]> {
    const rows = await host.dataSource.query(`SELECT status FROM weixin_message WHERE openid = '${openid}'`);
    return rows.map(({ status }: { status: string }) => status);
  }

  async function expectEnd(told: { outcome: string; messageId?: string }, end: End): Promise<void> {
    expect(told.outcome).toBe(end.outcome);
    expect(await messages()).toEqual([end.outcome]);
    expect(await grant(SCENE)).toBe(end.grant);
    expect(await grant(OTHER)).toBe(end.other ?? 'available');
    // The platform may still be at it.
    if (end.received) await until(received, 'the message at WeChat');
    expect(received()).toBe(end.received);
  }

  /** Whatever comes after, also on a wrong word of a person: one message at most. */
  async function expectNoSecondMessage(told: { messageId?: string }, end: End): Promise<void> {
    jest.restoreAllMocks();
    host.simulator.clearFaults();
    nextDay();
    if (end.outcome === 'unknown') await host.subscribe.resolve(String(told.messageId), 'not-sent');
    const again = await send();
    const open = end.grant === 'available' || end.grant === 'unknown';
    expect(again.outcome).toBe(open ? (end.received ? 'refused' : 'sent') : 'WEIXIN_NO_GRANT');
    expect(received()).toBe(end.received || open ? 1 : 0);
  }

  describe('the first post:', () => {
    beforeEach(() => host.tokens.refreshAhead(appId));

    it.each(AT_THE_POST)('$what', async ({ fault: given, first: [end, expectedPosts], strict = false }) => {
      host.simulator.updateAccount(appId, { strict });
      fault(SEND, given);
      const told = await send(hostFor(given));
      await expectEnd(told, end);
      expect(posts() - postsBefore).toBe(expectedPosts);
      await expectNoSecondMessage(told, end);
    });
  });

  describe('the post after the token was refused and replaced:', () => {
    beforeEach(() => host.tokens.refreshAhead(appId));

    it.each(AT_THE_POST)(
      '$what',
      async ({ fault: given, first: [firstEnd], second: end = firstEnd, strict = false }) => {
        host.simulator.updateAccount(appId, { strict });
        fault(SEND, { kind: 'errcode', errcode: 40001 });
        atTheSecondPost(given);
        const told = await send(hostFor(given));
        await expectEnd(told, end);
        expect(posts() - postsBefore).toBe(2);
        await expectNoSecondMessage(told, end);
      },
    );
  });

  describe('the mint before a send:', () => {
    it.each(AT_THE_MINT)('%s', async (_, given, minted) => {
      fault(TOKEN, given);
      const told = await send(hostFor(given));
      if (minted) {
        await expectEnd(told, { outcome: 'sent', grant: 'spent', received: 1 });
        return expect(posts() - postsBefore).toBe(1);
      }
      expect(told).toEqual({ outcome: 'WEIXIN_TOKEN_UNAVAILABLE', code: 'WEIXIN_TOKEN_UNAVAILABLE' });
      expect(await messages()).toEqual([]);
      expect([await grant(SCENE), await grant(OTHER)]).toEqual(['available', 'available']);
      expect(posts() - postsBefore).toBe(0);
      host.simulator.clearFaults();
      nextDay();
      expect((await send()).outcome).toBe('sent');
      expect(received()).toBe(1);
    });
  });

  describe('the mint after the token was refused:', () => {
    beforeEach(() => host.tokens.refreshAhead(appId));

    it.each(AT_THE_MINT)('%s', async (_, given, minted) => {
      fault(SEND, { kind: 'errcode', errcode: 40001 });
      fault(TOKEN, given);
      const told = await send(hostFor(given));
      const end: End = minted
        ? { outcome: 'sent', grant: 'spent', received: 1 }
        : { outcome: 'failed', grant: 'available', received: 0 };
      await expectEnd(told, end);
      expect(posts() - postsBefore).toBe(minted ? 2 : 1);
      await expectNoSecondMessage(told, end);
    });
  });

  describe('the settle after', () => {
    beforeEach(() => host.tokens.refreshAhead(appId));

    /** `trouble` takes the place of the first attempt to settle. */
    function atTheSettle(trouble: (settle: () => Promise<unknown>) => Promise<never>): void {
      const atomically = sql.atomically.bind(sql);
      jest
        .spyOn(sql, 'atomically')
        .mockImplementationOnce(atomically) // the claim
        .mockImplementationOnce((steps) => trouble(() => atomically(steps)));
    }
    const away = (temporary: boolean) =>
      new DatabaseError('the database is not available (57P01)', temporary);

    it.each(ANSWERS)('%s: the database refuses once', async (_, given, end) => {
      if (given) fault(SEND, given);
      atTheSettle(async () => {
        throw away(true);
      });
      const told = await send();
      await expectEnd(told, end);
      await expectNoSecondMessage(told, end);
    });

    it.each(ANSWERS)('%s: the answer to its COMMIT is lost', async (_, given, end) => {
      if (given) fault(SEND, given);
      atTheSettle(async (settle) => {
        await settle();
        throw away(true);
      });
      const told = await send();
      await expectEnd(told, end);
      await expectNoSecondMessage(told, end);
    });

    it.each(ANSWERS)('%s: it can not be recorded, and recovery comes', async (_, given, answered) => {
      if (given) fault(SEND, given);
      // However often it is tried, together with others or alone.
      const atomically = sql.atomically.bind(sql);
      const refused = jest
        .spyOn(sql, 'atomically')
        .mockImplementationOnce(atomically) // the claim
        .mockImplementation(() => Promise.reject(away(false)));
      const told = await send();
      refused.mockRestore();
      expect(told.outcome).toBe('unknown');
      expect([await messages(), await grant(SCENE)]).toEqual([['sending'], 'claimed']);
      host.clock.advance(61_000);
      await host.tasks.run('message-recovery');
      // Nobody could write down that the openid is unusable, either.
      const end: End = { ...answered, ...UNKNOWN, other: undefined };
      await expectEnd(told, end);
      await expectNoSecondMessage(told, end);
    });

    it.each(ANSWERS)('%s: recovery was faster, and the late answer still counts', async (_, given, end) => {
      if (given) fault(SEND, given);
      const atomically = sql.atomically.bind(sql);
      jest
        .spyOn(sql, 'atomically')
        .mockImplementationOnce(atomically)
        .mockImplementationOnce(async (steps) => {
          host.clock.advance(61_000);
          await host.tasks.run('message-recovery');
          expect([await messages(), await grant(SCENE)]).toEqual([['unknown'], 'unknown']);
          return atomically(steps);
        });
      const told = await send();
      await expectEnd(told, end);
      await expectNoSecondMessage(told, end);
    });
  });

  it('left nothing claimed and nothing in flight', async () => {
    const open = `SELECT COUNT(*) AS n FROM ${grantStates(host.dataSource)} WHERE status = 'claimed'`;
    const flying = `SELECT COUNT(*) AS n FROM ${allMessages(host.dataSource, 'status')} WHERE status = 'sending'`;
    for (const query of [open, flying]) expect(Number((await host.dataSource.query(query))[0].n)).toBe(0);
    expect(host.simulator.counters().maxDeliveriesPerGrant).toBe(1);
  });
});
