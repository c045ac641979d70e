import {
  GrantEntity,
  type HistoryService,
  InvalidInputError,
  UnknownAccountError,
} from 'nestjs-weixin-subscribe';
import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import type {
  MessageRecord,
  OutgoingMessage,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import { resolutionReason } from '../../libs/weixin-subscribe/src/delivery/ledger/resolution.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import type { HistoryEvent, HistoryPage } from '../../libs/weixin-subscribe/src/history/history.types.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { costsOf } from '../support/cost.js';
import { emptyLedger } from '../support/ledger.js';
import { type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { fillGrants } from '../support/plans.js';
import { type DatabaseKind, describeEachDatabase, openDatabase } from '../support/test-databases.js';
import { expireIntents } from '../support/upkeep.js';

const OPENID = 'oABC-1234_xyzabcdefghijklmno';
const KEY = { appId: OFFICIAL.appId, openid: OPENID, templateId: OFFICIAL.templates[0], scene: 1000 };
const TTL = 600_000;
const SECOND = 1000;

const SENT: Settlement = { outcome: 'sent', grant: 'spent', errcode: 0 };
const BUSY: Settlement = { outcome: 'failed', grant: 'available', errcode: 45011, errmsg: 'slow', rid: 'r1' };
const REFUSED: Settlement = {
  outcome: 'refused',
  grant: 'void',
  errcode: 43101,
  errmsg: 'user refuse',
  rid: 'r2',
};
const UNCLEAR: Settlement = { outcome: 'unknown', grant: 'unknown', reason: 'no answer' };

/** On PostgreSQL with a VACUUM, which comes by itself at any time and decides between plans. */
const ANALYZE: Record<DatabaseKind, (table: string) => string> = {
  sqlite: () => 'ANALYZE',
  postgres: (table) => `VACUUM ANALYZE ${table}`,
  mysql: (table) => `ANALYZE TABLE ${table} /*M! PERSISTENT FOR ALL */`,
};

describeEachDatabase('HistoryService', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let clock: ManualClock;
  let parts: LibraryParts;
  let history: HistoryService;
  let states = 0;

  beforeAll(async () => {
    opened = await openDatabase(kind);
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    await emptyLedger(opened.dataSource);
    clock = new ManualClock();
    parts = libraryParts(opened.dataSource, { clock });
    ({ history } = parts);
  });

  /** Each step a second after the last, so that what happened when is plain. */
  const later = <T>(step: T): T => {
    clock.advance(SECOND);
    return step;
  };
  const ask = async (more: Partial<Intent> = {}): Promise<Intent> => {
    later(undefined);
    const { openid: _, ...key } = KEY;
    const intent: Intent = {
      id: parts.random.id(clock.now()),
      ...key,
      flow: 'web',
      bindingDigest: digest('cookie'),
      status: 'pending',
      createdAt: new Date(clock.now()),
      expiresAt: new Date(clock.now() + TTL),
      ...more,
    };
    await parts.intents.create(intent, digest(`state:${++states}`));
    return intent;
  };
  const confirm = async (more: Partial<Intent> = {}, openid = OPENID) => {
    const intent = await ask(more);
    later(undefined);
    await parts.intents.confirm(intent, openid);
    return intent;
  };
  const accept = async (more: Partial<OutgoingMessage> = {}): Promise<MessageRecord> => {
    later(undefined);
    const outgoing: OutgoingMessage = {
      ...KEY,
      channel: 'one-time',
      content: { title: '提醒', content: { value: '上课' } },
      requestedBy: 'courses',
      ...more,
    };
    const record = await parts.messages.accept(outgoing);
    if (typeof record === 'string') throw new Error(record);
    return record;
  };
  const send = async (settlement: Settlement, more: Partial<OutgoingMessage> = {}) => {
    const record = await accept(more);
    later(undefined);
    await parts.messages.settle(record, settlement);
    return record;
  };
  /** Many spent grants at once, a millisecond apart, scene by scene from 0. */
  const fill = async (start: number, scenes: number) => {
    const rows = Array.from({ length: scenes }, (_, scene) => ({
      ...KEY,
      id: parts.random.id(start + scene),
      scene,
      channel: 'one-time' as const,
      status: 'spent' as const,
      sceneKey: '1',
      source: `import:${start}:${scene}`,
      proof: 'bound' as const,
      grantedAt: new Date(start + scene),
    }));
    while (rows.length > 0) await opened.dataSource.getRepository(GrantEntity).insert(rows.splice(0, 1000));
  };
  const ofPerson = (more: object = {}) => history.ofPerson({ appId: KEY.appId, openid: OPENID, ...more });
  /** In the order of time. */
  const story = ({ events }: HistoryPage) => events.map(({ type }) => type).reverse();
  const onlyGrant = async () => (await parts.grants.list(KEY))[0];

  describe('of the messages that are open', () => {
    const page = (more: object = {}) => history.messages({ appId: KEY.appId, status: 'unknown', ...more });
    const all = async (limit: number) => {
      const ids: string[] = [];
      for (let cursor: string | undefined, pages = 1; ; pages++) {
        const found = await page({ limit, cursor });
        ids.push(...found.messages.map(({ id }) => id));
        cursor = found.cursor;
        if (cursor === undefined || pages === 20) return { ids, pages };
      }
    };
    const unclear = async (more: Partial<OutgoingMessage> = {}) => {
      const scene = ++states % 10_000;
      const key = { ...KEY, scene, ...more };
      await parts.grants.record({ ...key, source: `import:${scene}` });
      return (await send(UNCLEAR, key)).id;
    };

    it('lists each once, the oldest first, those that are posted again last, whatever the page', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 7; n++) ids.push(await unclear());
      // As the policy of resends leaves them; two at one moment.
      const due = (id: string, at: number) =>
        parts.sql.run('UPDATE weixin_message SET due_at = ? WHERE id = ?', [at, id]);
      await due(ids[0], clock.now() + 9);
      await due(ids[1], clock.now() + 5);
      await due(ids[2], clock.now() + 5);
      await confirm();
      await send(SENT);
      await unclear({ appId: MOBILE.appId, templateId: MOBILE.templates[0] });
      const expected = [...ids.slice(3), ids[1], ids[2], ids[0]];
      for (const limit of [1, 2, 3, 4, 5, 6, 7, 100]) {
        expect(await all(limit)).toEqual({ ids: expected, pages: Math.ceil(7 / Math.min(limit, 7)) });
      }
    });

    it('lists what waits apart, by its time', async () => {
      const waiting = async (inMs: number) => {
        const scene = ++states % 10_000;
        const notBefore = new Date(clock.now() + inMs);
        const record = await parts.waiting.accept(
          { ...KEY, scene, channel: 'one-time', content: { title: '提醒', content: { value: '上课' } } },
          { notBefore },
        );
        if (typeof record === 'string') throw new Error(record);
        return record.id;
      };
      const [late, soon] = [await waiting(9000), await waiting(5000)];
      await unclear();
      const { messages, cursor } = await page({ status: 'waiting' });
      expect([messages.map(({ id }) => id), cursor]).toEqual([[soon, late], undefined]);
      expect(messages[0].dueAt).toEqual(new Date(messages[0].dueAt as Date));
    });

    it('reads what is open, of 4,100 messages', async () => {
      const OPEN = 100;
      const { openid: _, ...key } = KEY;
      await fillGrants(opened.dataSource, kind, key, clock.now());
      await parts.sql.run("UPDATE weixin_message SET status = 'unknown' WHERE scene < 9999 AND id < ?", [
        `0193a000-0000-7000-8000-${String(2000 + OPEN).padStart(12, '0')}`,
      ]);
      await parts.sql.run('UPDATE weixin_message SET errcode = 7 WHERE id = ?', [
        '0193a000-0000-7000-8000-000000002500',
      ]);
      await opened.dataSource.query(ANALYZE[kind]('weixin_message'));
      const reads = jest.spyOn(parts.sql, 'all');
      const { messages } = await page({ limit: 20 });
      const statements = reads.mock.calls.splice(0);
      expect([messages.length, statements.length]).toEqual([20, 1]);
      const rare = { status: undefined, errcode: 1, limit: 20 };
      for (const more of [{}, { status: 'sent' }, { openid: 'person-1' }])
        expect((await page({ ...rare, ...more })).messages).toEqual([]);
      expect((await page({ ...rare, errcode: 7 })).messages).toHaveLength(1);
      const filtered = reads.mock.calls.splice(0);
      reads.mockRestore();
      const costs = async (of: typeof statements) =>
        Promise.all(
          of.map(([sql, params]) => costsOf(opened.dataSource, kind, { name: 'list', sql, params })),
        );
      for (const cost of (await costs(statements)).flat()) {
        expect(cost.indexes.join()).toMatch(/^ix_weixin_message_(due|in_flight)$/);
        // MySQL counts the twenty of the page once more.
        expect(cost.examined ?? 0).toBeLessThanOrEqual(OPEN + 21);
      }
      // A thousand at a time; MariaDB counts them once more when it filters them.
      for (const cost of (await costs(filtered)).flat()) expect(cost.examined ?? 0).toBeLessThanOrEqual(2001);
    });

    it('lists each of every status once, the newest first, whatever the page and the filter', async () => {
      const ends: [Settlement, string][] = [
        [SENT, 'sent'],
        [REFUSED, 'refused'],
        [UNCLEAR, 'unknown'],
      ];
      const made: { id: string; status: string; openid: string; scene: number }[] = [];
      for (let n = 0; n < 9; n++) {
        const [settlement, status] = ends[n % 3];
        const key = { ...KEY, openid: n < 4 ? OPENID : 'oSomebodyElse', scene: ++states % 10_000 };
        await parts.grants.record({ ...key, source: `import:${key.scene}` });
        const { id } = await send(settlement, key);
        made.unshift({ id, status, ...key });
      }
      await unclear({ appId: MOBILE.appId, templateId: MOBILE.templates[0] });
      const key = { ...KEY, scene: ++states % 10_000 };
      await parts.grants.record({ ...key, source: `import:${key.scene}` });
      made.unshift({ ...(await accept(key)), status: 'sending' });
      const read = async (filter: object, limit: number) => {
        const ids: string[] = [];
        for (let cursor: string | undefined, pages = 0; pages < 20; pages++) {
          const found = await page({ status: undefined, ...filter, limit, cursor });
          ids.push(...found.messages.map(({ id }) => id));
          cursor = found.cursor;
          if (cursor === undefined) break;
        }
        return ids;
      };
      const of = (fits: (one: (typeof made)[number]) => boolean) => made.filter(fits).map(({ id }) => id);
      for (const limit of [1, 2, 4, 100]) {
        expect(await read({}, limit)).toEqual(of(() => true));
        expect(await read({ openid: OPENID }, limit)).toEqual(of(({ openid }) => openid === OPENID));
        expect(await read({ errcode: REFUSED.errcode }, limit)).toEqual(
          of(({ status }) => status === 'refused'),
        );
        for (const status of ['sent', 'refused', 'failed', 'sending'])
          expect(await read({ status }, limit)).toEqual(of((one) => one.status === status));
        const filter = { status: 'unknown', openid: OPENID };
        expect(await read(filter, limit)).toEqual(
          of((one) => one.status === 'unknown' && one.openid === OPENID).reverse(),
        );
      }
      expect(await read({ templateId: 'another' }, 5)).toEqual([]);
      expect(await read({ requestedBy: 'nobody' }, 5)).toEqual([]);
      const { acceptedAt } = (await page({ status: undefined, limit: 4 })).messages[3];
      expect((await read({ to: acceptedAt }, 5)).length).toBe(made.length - 4);
      expect((await read({ from: acceptedAt }, 5)).length).toBe(4);
      expect((await read({ from: acceptedAt, openid: OPENID }, 5)).length).toBe(1);
      expect((await read({ from: acceptedAt, status: 'sent' }, 5)).length).toBeLessThan(3);
    });

    it('refuses a cursor that no page gave', async () => {
      for (const cursor of ['', 'x', '-.x', `5.${'0'.repeat(35)}`])
        await expect(page({ cursor })).rejects.toThrow(InvalidInputError);
    });
  });

  describe('of a person', () => {
    it('tells a message from the intent to its end, with every id', async () => {
      const started = clock.now();
      const intent = await confirm({ subject: 'user-1' });
      const message = await send(SENT);
      const { id: grantId } = await onlyGrant();
      const ids = { intentId: intent.id, grantId };
      const { events, cursor } = await ofPerson();
      expect(cursor).toBeUndefined();
      expect(events.map((event) => JSON.parse(JSON.stringify(event))).reverse()).toEqual(
        (
          [
            { type: 'asked', intentId: intent.id, subject: 'user-1' },
            { type: 'confirmed', intentId: intent.id, subject: 'user-1' },
            {
              type: 'granted',
              ...ids,
              channel: 'one-time',
              subject: 'user-1',
              source: `intent:${intent.id}`,
            },
            { type: 'accepted', grantId, messageId: message.id, channel: 'one-time', requestedBy: 'courses' },
            {
              type: 'sent',
              grantId,
              messageId: message.id,
              channel: 'one-time',
              errcode: 0,
              errclass: 'ok',
              meaning: { en: 'WeChat accepted the request.', zh: '微信已接受该请求。' },
            },
          ] as Partial<HistoryEvent>[]
        ).map((event, index) => ({
          ...KEY,
          ...event,
          at: new Date(started + [1, 2, 2, 3, 4][index] * SECOND).toISOString(),
        })),
      );
    });

    it('tells renewals, refusals with their meaning, and the grant that became void', async () => {
      await confirm();
      await confirm();
      await send(REFUSED);
      const page = await ofPerson();
      expect(story(page)).toEqual([
        ...['asked', 'confirmed', 'granted', 'asked', 'confirmed', 'granted', 'renewed'],
        ...['accepted', 'refused', 'voided'],
      ]);
      expect(page.events[1]).toMatchObject({
        type: 'refused',
        errcode: 43101,
        errclass: 'recipient-refused-or-no-grant',
        errmsg: 'user refuse',
        rid: 'r2',
        meaning: {
          en: expect.stringContaining('no grant'),
          zh: expect.stringContaining('没有可用授权'),
        },
      });
    });

    it('tells of an intent that the person left or cancelled, where the host knew whom it asked', async () => {
      await parts.intents.cancel(later(await ask({ expectedOpenid: OPENID })));
      const left = await ask({ expectedOpenid: OPENID });
      await ask();
      clock.advance(TTL);
      await expireIntents(parts);
      const page = await ofPerson();
      expect(story(page)).toEqual(['asked', 'cancelled', 'asked', 'unanswered']);
      expect(page.events[0]).toMatchObject({ intentId: left.id, at: left.expiresAt });
    });

    it('tells of an open intent, a message in flight, and a grant that expired', async () => {
      await parts.grants.record({ ...KEY, source: 'import:1', expiresAt: new Date(clock.now() + 5) });
      clock.advance(5);
      await parts.grants.expire();
      await confirm();
      await accept();
      await ask({ expectedOpenid: OPENID });
      const page = await ofPerson();
      expect(story(page)).toEqual([
        'granted',
        'expired',
        'asked',
        'confirmed',
        'granted',
        'accepted',
        'asked',
      ]);
      expect(page.events.at(-1)).toMatchObject({ source: 'import:1', intentId: undefined });
    });

    it('tells as what a person has resolved an unknown message', async () => {
      await confirm();
      const message = await send(UNCLEAR);
      expect((await ofPerson()).events[0]).toMatchObject({
        type: 'unknown',
        reason: 'no answer',
      });
      await parts.messages.resolve(later(message), {
        outcome: 'failed',
        grant: 'available',
        reason: resolutionReason('not-sent'),
      });
      expect((await ofPerson()).events[0]).toMatchObject({
        type: 'resolved',
        outcome: 'failed',
        reason: 'resolved by hand as "not-sent"',
        at: new Date(clock.now()),
      });
    });

    it('knows whether a refused block was the message’s own', async () => {
      const miniprogram = { appId: 'wx1', pagepath: 'p' };
      const text = { title: '"miniprogram":{', content: { value: '{"miniprogram":{}}' } };
      const wrong: Settlement = { outcome: 'failed', grant: 'available', errcode: 40013 };
      await confirm();
      await send(wrong, { content: text });
      expect((await ofPerson()).events[0]).toMatchObject({ errclass: 'account-misconfigured' });
      await send(wrong, { content: { ...text, miniprogram } });
      expect((await ofPerson()).events[0]).toMatchObject({ errclass: 'invalid-request' });
    });

    it('keeps other people, accounts and, where one is named, templates out', async () => {
      await confirm();
      await confirm({}, 'oABC-1234_xyzabcdefghijklmnp');
      await confirm({ appId: MOBILE.appId, templateId: MOBILE.templates[0], flow: 'app' });
      expect((await ofPerson()).events).toHaveLength(3);
      expect((await ofPerson({ templateId: KEY.templateId })).events).toHaveLength(3);
      expect((await ofPerson({ templateId: 'another' })).events).toHaveLength(0);
      expect((await history.ofPerson({ appId: MOBILE.appId, openid: OPENID })).events).toHaveLength(3);
    });

    it('is empty after the person was forgotten', async () => {
      await confirm();
      await send(SENT);
      await parts.personalData.forget(KEY.appId, OPENID);
      expect(await ofPerson()).toEqual({ events: [] });
    });

    it.each<[object, new (...given: never[]) => Error]>([
      [{ limit: 0 }, InvalidInputError],
      [{ limit: 501 }, InvalidInputError],
      [{ cursor: 'x' }, InvalidInputError],
      [{ cursor: '1.9.' }, InvalidInputError],
      [{ openid: '' }, InvalidInputError],
      [{ templateId: "t'; --" }, InvalidInputError],
      [{ appId: 'wx0000' }, UnknownAccountError],
    ])('refuses %p', async (wrong, error) => {
      await expect(ofPerson(wrong)).rejects.toThrow(error);
    });
  });

  describe('paging', () => {
    const readPages = async (limit: number): Promise<HistoryEvent[]> => {
      const all: HistoryEvent[] = [];
      for (let page = await ofPerson({ limit }); ; page = await ofPerson({ limit, cursor: page.cursor })) {
        all.push(...page.events);
        expect(page.events.length).toBeLessThanOrEqual(limit);
        expect(all.length).toBeLessThan(100);
        if (page.cursor === undefined) return all;
        expect(page.events).toHaveLength(limit);
      }
    };

    it.each([1, 2, 3, 7, 500])(
      'in pages of %i tells everything once and in order, also what happened at one moment',
      async (limit) => {
        await confirm();
        await send(BUSY);
        await confirm();
        await send(SENT);
        // From here on the clock stands still.
        for (let n = 0; n < 4; n++) {
          const record = { ...KEY, source: `import:${n}` };
          await parts.grants.record(record);
        }
        const whole = (await ofPerson({ limit: 500 })).events;
        expect(whole).toHaveLength(3 + 2 + 4 + 2 + 4 + 3);
        const pages = await readPages(limit);
        expect(pages).toEqual(whole);
        const moments = pages.map(({ at }) => at.getTime());
        expect(moments).toEqual([...moments].sort((a, b) => b - a));
      },
    );

    it('is not disturbed by what happens meanwhile', async () => {
      await confirm();
      await send(SENT);
      const first = await ofPerson({ limit: 2 });
      await confirm();
      const second = await ofPerson({ limit: 2, cursor: first.cursor });
      expect([...story(second), ...story(first)]).toEqual(['confirmed', 'granted', 'accepted', 'sent']);
    });

    it('reads no more rows than pages of each kind', async () => {
      for (let n = 0; n < 60; n++) await parts.grants.record({ ...KEY, source: `import:${n}` });
      const all = jest.spyOn(parts.sql, 'all');
      await ofPerson({ limit: 5 });
      const rows = await Promise.all(all.mock.results.map(({ value }) => value as Promise<unknown[]>));
      expect(Math.max(...rows.map(({ length }) => length))).toBe(6);
      all.mockRestore();
    });
  });

  describe('of a grant and of a message', () => {
    it('tell the intent, every message that took the grant, and nothing of other grants', async () => {
      await confirm({ scene: 7 });
      await send(SENT, { scene: 7 });
      const intent = await confirm();
      const failed = await send(BUSY);
      const sent = await send(SENT);
      const [grant] = await parts.grants.list(KEY);

      const ofGrant = await history.ofGrant(grant.id);
      expect(story(ofGrant)).toEqual([
        'asked',
        'confirmed',
        'granted',
        'accepted',
        'failed',
        'accepted',
        'sent',
      ]);
      expect(ofGrant.events.map(({ messageId }) => messageId)).toEqual([
        ...[sent.id, sent.id, failed.id, failed.id],
        ...[undefined, undefined, undefined],
      ]);
      const ofMessage = await history.ofMessage(failed.id);
      expect(story(ofMessage)).toEqual(['asked', 'confirmed', 'granted', 'accepted', 'failed']);
      expect(ofMessage.events.at(-1)).toMatchObject({ intentId: intent.id });
      const first = await history.ofGrant(grant.id, { limit: 3 });
      const second = await history.ofGrant(grant.id, { limit: 4, cursor: first.cursor });
      expect([...first.events, ...second.events]).toEqual(ofGrant.events);
    });

    it('tell of an import that no intent was asked for', async () => {
      await parts.grants.record({ ...KEY, source: 'import:1' });
      expect(story(await history.ofGrant((await onlyGrant()).id))).toEqual(['granted']);
    });

    it('tell what is left of a message after the person was forgotten', async () => {
      await confirm();
      const { id } = await send(REFUSED);
      await parts.personalData.forget(KEY.appId, OPENID);
      const { events } = await history.ofMessage(id);
      expect(events.map(({ type, openid, errmsg }) => [type, openid, errmsg])).toEqual([
        ['refused', undefined, undefined],
        ['accepted', undefined, undefined],
      ]);
    });

    it('are empty for an id that is not there, and refuse what is no id', async () => {
      const nobody = '01900000-0000-7000-8000-000000000000';
      expect(await history.ofGrant(nobody)).toEqual({ events: [] });
      expect(await history.ofMessage(nobody)).toEqual({ events: [] });
      await expect(history.ofGrant("1' OR '1'='1")).rejects.toThrow(InvalidInputError);
      await expect(history.ofMessage('')).rejects.toThrow(InvalidInputError);
    });
  });

  describe('counts', () => {
    const at = (moment: string) => {
      clock = new ManualClock(Date.parse(moment));
      parts = libraryParts(opened.dataSource, { clock });
      ({ history } = parts);
    };
    const counts = (from: string, to: string, more: object = {}) =>
      history.counts({ appId: KEY.appId, from, to, ...more });
    const zeros = { available: 0, claimed: 0, spent: 0, void: 0, unknown: 0, renewed: 0, expired: 0 };
    const none = { waiting: 0, sending: 0, sent: 0, refused: 0, failed: 0, unknown: 0 };

    it('tell grants by state and messages by outcome, by template, scene and day', async () => {
      at('2026-11-20T04:00:00Z');
      await confirm();
      await confirm();
      await send(BUSY);
      await send(SENT);
      await confirm({ scene: 7 });
      await send(REFUSED, { scene: 7 });
      await confirm({ appId: MOBILE.appId, templateId: MOBILE.templates[0], flow: 'app' });
      at('2026-11-21T04:00:00Z');
      await confirm();
      await accept();
      const { templateId } = KEY;
      expect(await counts('2026-11-20', '2026-11-21')).toEqual([
        {
          ...{ day: '2026-11-20', templateId, scene: 7 },
          grants: { ...zeros, void: 1 },
          messages: { ...none, refused: 1 },
        },
        {
          ...{ day: '2026-11-20', templateId, scene: 1000 },
          grants: { ...zeros, renewed: 1, spent: 1 },
          messages: { ...none, failed: 1, sent: 1 },
        },
        {
          ...{ day: '2026-11-21', templateId, scene: 1000 },
          grants: { ...zeros, claimed: 1 },
          messages: { ...none, sending: 1 },
        },
      ]);
      expect(await counts('2026-11-20', '2026-11-21', { scene: 7 })).toHaveLength(1);
      expect(await counts('2026-11-21', '2026-11-21')).toHaveLength(1);
      expect(await counts('2026-11-19', '2026-11-19')).toEqual([]);
      expect(await counts('2026-11-20', '2026-11-21', { templateId: 'another' })).toEqual([]);
      expect(
        await history.counts({ appId: MOBILE.appId, from: '2026-11-20', to: '2026-11-20' }),
      ).toMatchObject([{ templateId: MOBILE.templates[0], grants: { available: 1 } }]);
    });

    it('put a moment on the day that people in Shanghai count, or those of another zone', async () => {
      for (const moment of [
        '2026-11-20T15:59:59.998Z',
        '2026-11-20T15:59:59.999Z',
        '2026-11-20T16:00:00.000Z',
      ]) {
        at(moment);
        await parts.grants.record({ ...KEY, source: `import:${moment}` });
      }
      const days = async (timeZone?: string) =>
        (await counts('2026-11-19', '2026-11-22', { timeZone })).map(({ day, grants }) => [
          day,
          Object.values(grants).reduce((sum, n) => sum + n),
        ]);
      expect(await days()).toEqual([
        ['2026-11-20', 2],
        ['2026-11-21', 1],
      ]);
      expect(await days('UTC')).toEqual([['2026-11-20', 3]]);
      expect(await days('Pacific/Kiritimati')).toEqual([['2026-11-21', 3]]);
      expect(await counts('2026-11-21', '2026-11-21')).toMatchObject([{ day: '2026-11-21' }]);
    });

    it('add up a day on which the clocks change', async () => {
      for (const moment of [
        '2026-11-01T04:30:00Z',
        '2026-11-01T05:30:00Z',
        '2026-11-01T06:30:00Z',
        '2026-11-02T04:30:00Z',
      ]) {
        at(moment);
        await parts.grants.record({ ...KEY, source: `import:${moment}` });
      }
      const counted = await counts('2026-11-01', '2026-11-01', { timeZone: 'America/New_York' });
      expect(counted).toMatchObject([{ day: '2026-11-01', grants: { renewed: 3, available: 1 } }]);
      expect(counted).toHaveLength(1);
    });

    it.each<[string, string, object, new (...given: never[]) => Error]>([
      ['2026-11-21', '2026-11-20', {}, InvalidInputError],
      ['2026-01-01', '2027-01-02', {}, InvalidInputError],
      ['2026-02-30', '2026-03-01', {}, InvalidInputError],
      ['2026-13-01', '2026-13-01', {}, InvalidInputError],
      ['20261101', '2026-11-01', {}, InvalidInputError],
      ['1999-12-31', '2000-01-01', {}, InvalidInputError],
      ['2026-11-01', '2026-11-02', { scene: 10_001 }, InvalidInputError],
      ['2026-11-01', '2026-11-02', { timeZone: 'Mars/Olympus' }, InvalidInputError],
      ['2026-11-01', '2026-11-02', { appId: 'wx0000' }, UnknownAccountError],
    ])('refuse %s to %s with %p', async (from, to, more, error) => {
      await expect(counts(from, to, more)).rejects.toThrow(error);
    });

    it('take 366 days', async () => {
      expect(await counts('2026-01-01', '2027-01-01')).toEqual([]);
    });

    it('let others have their turns meanwhile, day by day', async () => {
      let turns = 0;
      let waiting = setImmediate(function turn() {
        turns++;
        waiting = setImmediate(turn);
      });
      await counts('2026-01-01', '2026-12-31');
      clearImmediate(waiting);
      expect(turns).toBeGreaterThanOrEqual(364);
    });

    it('are refused when there are too many, instead of being cut', async () => {
      await fill(Date.UTC(2026, 10, 20), 10_000);
      await fill(Date.UTC(2026, 10, 21), 10_000);
      expect(await counts('2026-11-20', '2026-11-21')).toHaveLength(20_000);
      await parts.grants.record({ ...KEY, scene: 10_000, source: 'one more' });
      const refused = counts('2026-11-20', '2026-11-21');
      await expect(refused).rejects.toThrow(InvalidInputError);
      await expect(refused).rejects.toThrow('more than 20000 counts; or name a template, or a scene');
      expect(await counts('2026-11-21', '2026-11-21')).toHaveLength(10_000);
    });
  });

  describe('CSV', () => {
    const days = { appId: KEY.appId, from: '2026-11-20', to: '2026-11-20' };
    const text = async (pieces: AsyncIterable<string>) => {
      let whole = '';
      for await (const piece of pieces) {
        expect(piece.endsWith('\r\n')).toBe(true);
        whole += piece;
      }
      return whole;
    };

    it('of messages has a line for each, in the order of time, and no text of any', async () => {
      await confirm();
      const failed = await send(BUSY, { idempotencyKey: 'k1' });
      const refused = await send(REFUSED);
      const { id: grantId } = await onlyGrant();
      const csv = await text(history.exportMessages(days));
      const start = `${KEY.appId},${OPENID},${KEY.templateId},1000,one-time`;
      const moment = (record: MessageRecord, after: number) =>
        new Date(record.acceptedAt.getTime() + after).toISOString();
      const meaning = (csv.match(/"There is no grant[^"]*"/) as string[])[0];
      const [header, ...lines] = csv.split('\r\n');
      expect(header).toBe(
        'id,appId,openid,templateId,scene,channel,status,errcode,errmsg,meaning,rid,reason,idempotencyKey,requestedBy,grantId,acceptedAt,settledAt',
      );
      expect(lines).toEqual([
        expect.stringMatching(
          `^${failed.id},${start},failed,45011,slow,"[^,"]*",r1,,k1,courses,${grantId},${moment(failed, 0)},${moment(failed, 1000)}$`,
        ),
        `${refused.id},${start},refused,43101,user refuse,${meaning},r2,,,courses,${grantId},${moment(refused, 0)},${moment(refused, 1000)}`,
        '',
      ]);
      expect(csv).not.toContain('上课');
    });

    it('of grants, in Chinese order of days, starts with a byte order mark where one is asked for', async () => {
      await parts.grants.record({
        ...KEY,
        source: 'import:1',
        subject: '用户-1',
        expiresAt: new Date(clock.now() + 1),
      });
      const { id, grantedAt, expiresAt } = await onlyGrant();
      expect(await text(history.exportGrants({ ...days, bom: true }))).toBe(
        `\uFEFFid,appId,openid,templateId,scene,channel,status,source,subject,grantedAt,expiresAt,closedAt,messageId\r\n${id},${KEY.appId},${OPENID},${KEY.templateId},1000,one-time,available,import:1,用户-1,${grantedAt.toISOString()},${expiresAt?.toISOString()},,\r\n`,
      );
    });

    it('has its first line also when there is nothing to tell', async () => {
      expect((await text(history.exportGrants(days))).split('\r\n')).toHaveLength(2);
    });

    it.each([
      ['=HYPERLINK("http://evil")', '"\'=HYPERLINK(""http://evil"")"'],
      ['+1', "'+1"],
      ['-1+1', "'-1+1"],
      ['@SUM(1)', "'@SUM(1)"],
      ['\tx', '"\'\tx"'],
      ['\r=1', '"\'\r\'=1"'],
      ['＝1', "'＝1"],
      ['a=1', 'a=1'],
      ['one, "two"', '"one, ""two"""'],
      ['line\nbreak', '"line\nbreak"'],
      ['a;=1+1', '"a;\'=1+1"'],
    ])('shows %j as text in any spreadsheet', async (subject, cell) => {
      await parts.grants.record({ ...KEY, source: 'import:1' });
      // Of a row that is older than the rule for subjects, or that somebody else wrote.
      await parts.sql.run('UPDATE weixin_grant SET subject = ?', [subject]);
      expect(await text(history.exportGrants(days))).toContain(`,import:1,${cell},`);
    });

    it('leaves a number a number', async () => {
      await confirm();
      await send({ outcome: 'unknown', grant: 'unknown', errcode: -1, errmsg: '-1 system error' });
      expect(await text(history.exportMessages({ ...days, language: 'zh' }))).toContain(
        ",unknown,-1,'-1 system error,微信系统繁忙，但消息仍有可能已经送达。,",
      );
    });

    it('tells each row once, also when the days, the template and other accounts cut it', async () => {
      await fill(clock.now(), 1203);
      clock.advance(2000);
      await parts.grants.record({
        ...KEY,
        appId: MOBILE.appId,
        templateId: MOBILE.templates[0],
        source: 'other',
      });
      clock.advance(24 * 3_600_000);
      await parts.grants.record({ ...KEY, source: 'tomorrow' });
      const scenes = async (more: object = {}) =>
        [...(await text(history.exportGrants({ ...days, ...more }))).matchAll(/,(\d+),one-time,/g)].map(
          ([, scene]) => Number(scene),
        );
      const all = Array.from({ length: 1203 }, (_, scene) => scene);
      expect(await scenes()).toEqual(all);
      expect(await scenes({ templateId: KEY.templateId })).toEqual(all);
      expect(await scenes({ templateId: 'another' })).toEqual([]);
      expect(await scenes({ to: '2026-11-21' })).toEqual([...all, KEY.scene]);
      expect(await scenes({ appId: MOBILE.appId })).toEqual([KEY.scene]);
    });

    it('reads a stretch at a time of what does not match, and misses nothing beyond it', async () => {
      await fill(clock.now(), 9000);
      await parts.grants.record({ ...KEY, openid: 'last', source: 'last' });
      await opened.dataSource.query("UPDATE weixin_grant SET template_id = 'rare' WHERE openid = 'last'");
      await opened.dataSource.query(ANALYZE[kind]('weixin_grant'));
      const reads = jest.spyOn(parts.sql, 'all');
      const csv = await text(history.exportGrants({ ...days, templateId: 'rare' }));
      const statements = reads.mock.calls.slice();
      reads.mockRestore();
      expect(csv.match(/,rare,/g)).toHaveLength(1);
      expect(statements.length).toBeGreaterThanOrEqual(10);
      // Of so few rows PostgreSQL may read all, as its statistics happen to be: what matters is that an index
      // can serve.
      const before = kind === 'postgres' ? 'SET LOCAL enable_seqscan = off' : undefined;
      const dear: string[] = [];
      for (const [sql, params] of statements)
        for (const cost of await costsOf(opened.dataSource, kind, { name: 'export', sql, params }, before))
          if ((cost.examined ?? 0) > 2100) dear.push(`${sql}: ${cost.plan}`);
      expect(dear).toEqual([]);
    });

    it('reads a batch only when its reader has come that far', async () => {
      await fill(clock.now(), 1001);
      const reads = jest.spyOn(parts.sql, 'all');
      const pieces = history.exportGrants(days);
      await pieces.next();
      expect(reads).toHaveBeenCalledTimes(0);
      for (const expected of [1, 2, 3]) {
        const { value } = await pieces.next();
        expect(String(value).split('\r\n').length - 1).toBe(expected === 3 ? 1 : 500);
        // And once for the end of the stretch that it reads in.
        expect(reads).toHaveBeenCalledTimes(1 + expected);
      }
      expect(await pieces.next()).toEqual({ done: true, value: undefined });
      reads.mockRestore();
    });

    it('refuses wrong input before its first piece', () => {
      expect(() => history.exportGrants({ ...days, from: '2026-11-21' })).toThrow(InvalidInputError);
      expect(() => history.exportMessages({ ...days, timeZone: 'Mars/Olympus' })).toThrow(InvalidInputError);
      expect(() => history.exportMessages({ ...days, appId: 'wx0000' })).toThrow(UnknownAccountError);
      expect(() => history.exportMessages({ ...days, bom: 'yes' as never })).toThrow(InvalidInputError);
    });
  });
});
