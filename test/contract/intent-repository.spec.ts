import { DataSource } from 'typeorm';
import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { UniqueViolation } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { MINI_PROGRAM, MOBILE, OFFICIAL } from '../support/accounts.js';
import { countBy, emptyLedger, grantsWhere } from '../support/ledger.js';
import { atOnce, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';
import { expireIntents, purgeIntents } from '../support/upkeep.js';

const OPENID = 'oABC-1234_xyzabcdefghijklmno';
const TTL = 600_000;

describeEachDatabase('IntentRepository', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  let clock: ManualClock;
  /** Two processes, as far as the database can tell. */
  let processes: LibraryParts[];
  let parts: LibraryParts;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    second = await new DataSource(withLibrary(opened.database.options)).initialize();
    clock = new ManualClock();
    processes = [opened.dataSource, second].map((dataSource) => libraryParts(dataSource, { clock }));
    [parts] = processes;
  });
  afterAll(async () => {
    await second?.destroy();
    await opened?.close();
  });
  beforeEach(() => emptyLedger(opened.dataSource));

  const either = (index: number) => processes[index % processes.length];
  const ask = async (state: string, more: Partial<Intent> = {}): Promise<Intent> => {
    const intent: Intent = {
      id: parts.random.id(clock.now()),
      appId: OFFICIAL.appId,
      templateId: OFFICIAL.templates[0],
      scene: 1000,
      flow: 'web',
      bindingDigest: digest('cookie'),
      status: 'pending',
      createdAt: new Date(clock.now()),
      expiresAt: new Date(clock.now() + TTL),
      ...more,
    };
    await parts.intents.create(intent, digest(state));
    return intent;
  };
  const stored = (state: string) => parts.intents.findByState(digest(state));
  const intents = () => countBy(opened.dataSource, 'weixin_intent');
  const grants = () => countBy(opened.dataSource, 'weixin_grant');

  describe('create and find', () => {
    it('give back the intent as it was asked', async () => {
      const intent = await ask('state1', {
        subject: '用户-1',
        expectedOpenid: OPENID,
        returnTo: `https://example.com/${'课程'.repeat(500)}?a=1&b='"`,
      });
      expect(await stored('state1')).toEqual({ ...intent, openid: undefined, answeredAt: undefined });
    });

    it('find nothing for another state, also one that differs in case only', async () => {
      await ask('stateA');
      expect(await stored('statea')).toBeUndefined();
      expect(await parts.intents.findByState(digest('stateA').toLowerCase())).toBeUndefined();
    });

    it('refuse a state that exists, and keep the intent it belongs to', async () => {
      const first = await ask('state1');
      await expect(ask('state1', { scene: 7 })).rejects.toThrow(UniqueViolation);
      expect(await stored('state1')).toMatchObject({ id: first.id, scene: 1000 });
    });
  });

  describe('intents that are asked together', () => {
    const together = (states: string[]) =>
      parts.intents.createAll(
        states.map((state, index) => ({
          intent: {
            id: parts.random.id(clock.now()),
            appId: OFFICIAL.appId,
            templateId: `T${index}`,
            scene: 0,
            flow: 'report',
            bindingDigest: digest('user'),
            subject: 'user-1',
            expectedOpenid: OPENID,
            status: 'pending',
            createdAt: new Date(clock.now()),
            expiresAt: new Date(clock.now() + TTL),
          },
          stateDigest: digest(state),
        })),
      );

    it('are found in the order of their states, those that exist', async () => {
      await together(['b', 'a', 'c']);
      const found = await parts.intents.findByStates(['a', 'x', 'b', 'c'].map(digest));
      expect(found.map(({ templateId }) => templateId)).toEqual(['T1', 'T0', 'T2']);
      expect(found[0]).toMatchObject({ flow: 'report', subject: 'user-1', expectedOpenid: OPENID });
    });

    it('are written all, or none', async () => {
      await ask('taken');
      await expect(together(['new', 'taken', 'newer'])).rejects.toThrow(UniqueViolation);
      expect(await intents()).toEqual({ pending: 1 });
    });
  });

  describe('confirm of what a front end reports', () => {
    const key = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.templates[0] };
    const question = { ...key, scene: 0, flow: 'report' } as const;
    const push = (by = parts) =>
      by.grants.record({ ...key, openid: OPENID, source: 'push:e1:0', grantedAt: new Date(clock.now()) });

    it('writes the answer once, in time, and marks the grant that WeChat has pushed', async () => {
      const intent = await ask('state1', question);
      expect(await push()).toBe('recorded');
      const won = await atOnce(6, (index) => either(index).intents.confirm(intent, OPENID));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await stored('state1')).toMatchObject({ status: 'confirmed', openid: OPENID });
      expect(await parts.grants.list(key)).toMatchObject([
        { source: 'push:e1:0', pairedSource: `intent:${intent.id}`, status: 'available' },
      ]);
      const late = await ask('late', question);
      clock.advance(TTL);
      expect(await parts.intents.confirm(late, OPENID)).toBe(false);
      expect(await grants()).toEqual({ available: 1 });
    });

    it('and the push of the same accept are one grant, at the same moment in two processes', async () => {
      for (let n = 0; n < 10; n++) {
        await emptyLedger(opened.dataSource);
        const intent = await ask('state1', question);
        const both = [() => parts.intents.confirm(intent, OPENID), () => push(either(1))];
        const [confirmed, pushed] = await Promise.all((n % 2 ? both.reverse() : both).map((call) => call()));
        expect([confirmed, pushed]).toContain(true);
        expect(await grants()).toEqual({ available: 1 });
        const [{ pairedSource }] = await parts.grants.list(key);
        expect(pairedSource).toBeDefined();
      }
    });
  });

  describe('confirm', () => {
    it('writes the answer and one grant', async () => {
      const intent = await ask('state1', { subject: 'user-1' });
      clock.advance(1000);
      expect(await parts.intents.confirm(intent, OPENID)).toBe(true);
      expect(await stored('state1')).toMatchObject({
        status: 'confirmed',
        openid: OPENID,
        answeredAt: new Date(clock.now()),
      });
      expect(await grantsWhere(parts, { app_id: OFFICIAL.appId })).toMatchObject([
        {
          openid: OPENID,
          templateId: intent.templateId,
          scene: 1000,
          status: 'available',
          source: `intent:${intent.id}`,
          subject: 'user-1',
        },
      ]);
    });

    it('answers false and writes nothing the second time, by the same or by another openid', async () => {
      const intent = await ask('state1');
      await parts.intents.confirm(intent, OPENID);
      clock.advance(1000);
      expect(await parts.intents.confirm(intent, OPENID)).toBe(false);
      expect(await parts.intents.confirm(intent, 'another')).toBe(false);
      expect(await stored('state1')).toMatchObject({
        openid: OPENID,
        answeredAt: new Date(clock.now() - 1000),
      });
      expect(await grants()).toEqual({ available: 1 });
    });

    it('adds no grant by a second confirm after the first grant was used or forgotten', async () => {
      const intent = await ask('state1');
      await parts.intents.confirm(intent, OPENID);
      await opened.dataSource.query('DELETE FROM weixin_grant');
      await opened.dataSource.query('DELETE FROM weixin_live_grant');
      expect(await parts.intents.confirm(intent, OPENID)).toBe(false);
      expect(await grants()).toEqual({});
    });

    it('gives one grant when 50 confirms of one state arrive at once', async () => {
      const intent = await ask('state1');
      const won = await atOnce(50, (index) => either(index).intents.confirm(intent, OPENID));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await grants()).toEqual({ available: 1 });
    });

    it('gives the grant to one person when two openids arrive at once', async () => {
      for (let round = 0; round < 5; round++) {
        const intent = await ask(`state${round}`, { scene: round });
        const people = ['first', 'second'];
        const won = await atOnce(2, (index) => either(index).intents.confirm(intent, people[index]));
        expect(won.filter(Boolean)).toHaveLength(1);
        const openid = people[won.indexOf(true)];
        expect(await stored(`state${round}`)).toMatchObject({ openid });
        expect(await grantsWhere(parts, { scene: round })).toMatchObject([{ openid }]);
      }
    });

    it('leaves the intent open when the grant can not be written', async () => {
      const intent = await ask('state1', { templateId: 'removed-from-the-options' });
      await expect(parts.intents.confirm(intent, OPENID)).rejects.toThrow('removed-from-the-options');
      expect(await stored('state1')).toMatchObject({ status: 'pending', openid: undefined });
    });

    it('ends with one available grant when 20 intents of one scene are confirmed at once', async () => {
      const asked: Intent[] = [];
      for (let question = 0; question < 20; question++) asked.push(await ask(`state${question}`));
      const won = await atOnce(20, (index) => either(index).intents.confirm(asked[index], OPENID));
      expect(won.filter(Boolean)).toHaveLength(20);
      expect(await grants()).toEqual({ available: 1, renewed: 19 });
      expect(await intents()).toEqual({ confirmed: 20 });
    });
  });

  describe('cancel', () => {
    it('writes the answer and no grant, and nothing can follow', async () => {
      const intent = await ask('state1');
      expect(await parts.intents.cancel(intent)).toBe(true);
      expect(await parts.intents.cancel(intent)).toBe(false);
      expect(await parts.intents.confirm(intent, OPENID)).toBe(false);
      expect(await stored('state1')).toMatchObject({ status: 'cancelled', openid: undefined });
      expect(await grants()).toEqual({});
    });

    it('leaves one answer when it meets confirms', async () => {
      for (let round = 0; round < 10; round++) {
        await emptyLedger(opened.dataSource);
        const intent = await ask('state1');
        const won = await atOnce(6, (index) =>
          index % 2 ? either(index).intents.cancel(intent) : either(index).intents.confirm(intent, OPENID),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
        const confirmed = won.indexOf(true) % 2 === 0;
        expect(await intents()).toEqual(confirmed ? { confirmed: 1 } : { cancelled: 1 });
        expect(await grants()).toEqual(confirmed ? { available: 1 } : {});
      }
    });
  });

  describe('an intent whose time ran out', () => {
    it('takes an answer until the last millisecond', async () => {
      const intent = await ask('state1');
      clock.advance(TTL - 1);
      expect(await parts.intents.confirm(intent, OPENID)).toBe(true);
    });

    it('takes none from then on, and writes nothing', async () => {
      const intent = await ask('state1');
      clock.advance(TTL);
      expect(await parts.intents.confirm(intent, OPENID)).toBe(false);
      expect(await parts.intents.cancel(intent)).toBe(false);
      expect(await stored('state1')).toMatchObject({ status: 'pending', answeredAt: undefined });
      expect(await grants()).toEqual({});
    });

    it('is closed by expire, and no other', async () => {
      await ask('old');
      const answered = await ask('answered');
      await parts.intents.cancel(answered);
      clock.advance(TTL);
      await ask('new');
      expect(await expireIntents(parts)).toBe(1);
      expect(await expireIntents(parts)).toBe(0);
      expect(await intents()).toEqual({ cancelled: 1, expired: 1, pending: 1 });
      expect(await stored('old')).toMatchObject({ status: 'expired' });
    });
  });

  it('purgeEndedBefore deletes ended intents of before the moment, never pending ones', async () => {
    await parts.intents.confirm(await ask('confirmed'), OPENID);
    await parts.intents.cancel(await ask('cancelled'));
    await ask('pending', { expiresAt: new Date(clock.now() + 2 * TTL) });
    await ask('expired');
    clock.advance(TTL);
    await expireIntents(parts);
    const moment = clock.now();
    expect(await purgeIntents(parts, new Date(moment))).toBe(0);
    expect(await purgeIntents(parts, new Date(moment + 1))).toBe(3);
    expect(await intents()).toEqual({ pending: 1 });
  });

  it('forget deletes the intents one person answered or was expected to answer, and nothing of others', async () => {
    await parts.intents.confirm(await ask('answered'), OPENID);
    await ask('expected', { expectedOpenid: OPENID });
    await ask('another account', { appId: MOBILE.appId, expectedOpenid: OPENID });
    await ask('another case', { expectedOpenid: OPENID.toLowerCase() });
    await ask('nobody');
    expect(await parts.personalData.forget(OFFICIAL.appId, OPENID)).toMatchObject({
      intents: 2,
      inFlight: 0,
    });
    expect(await stored('answered')).toBeUndefined();
    expect(await intents()).toEqual({ pending: 3 });
  });
});
