import { DataSource, type DataSourceOptions } from 'typeorm';
import type { BatchOrder } from '../../libs/weixin-subscribe/src/delivery/batches/message-batch.repository.js';
import {
  type ClaimedRow,
  claimedIn,
} from '../../libs/weixin-subscribe/src/delivery/batches/message-batch.sql.js';
import type { MessageRecord } from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import type {
  ClaimedGrant,
  GrantCursor,
  GrantSelection,
  NewGrant,
} from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { BatchIds } from '../../libs/weixin-subscribe/src/grant/grant-batch.repository.js';
import { ExportRepository } from '../../libs/weixin-subscribe/src/history/export.repository.js';
import { DAY_MS } from '../../libs/weixin-subscribe/src/kernel/platform-day.js';
import { DatabaseError } from '../../libs/weixin-subscribe/src/sql/database.error.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { idOf, nthId } from '../support/ids.js';
import { allMessages, countBy, countRows, emptyLedger, expectExactBatches } from '../support/ledger.js';
import { atOnce, claim, claimBatch, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { fillClosedBatches } from '../support/many-rows.js';
import { fillGrants, plans } from '../support/plans.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';

const TEMPLATE = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const SCENE = { ...TEMPLATE, scene: 1000 };
const OTHER = { appId: MOBILE.appId, templateId: MOBILE.templates[0] };
const MESSAGE = {
  content: {
    title: '上课提醒',
    content: { value: '高等数学 8:50 🎓\n教室 A-301; it\'s \\ "here"', color: '#173177' },
  },
  requestedBy: 'courses',
};
const rid = '5f0c1a2b-1b2c3d4e-5f6a7b8c';
const SENT: Settlement = { outcome: 'sent', grant: 'spent', errcode: 0 };
const REFUSED: Settlement = {
  outcome: 'refused',
  grant: 'void',
  errcode: 43101,
  errmsg: `refused rid: ${rid}`,
  rid,
};
const FAILED: Settlement = {
  outcome: 'failed',
  grant: 'available',
  errcode: -1,
  reason: 'it\'s \\ "busy" 🎓',
};
const UNKNOWN: Settlement = { outcome: 'unknown', grant: 'unknown', reason: 'no usable answer' };
const ENDS = [SENT, REFUSED, FAILED, UNKNOWN];

describeEachDatabase('MessageBatchRepository', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  let clock: ManualClock;
  /** Two processes, as far as the database can tell. */
  let processes: LibraryParts[];
  let parts: LibraryParts;
  let counting: LibraryParts;
  let sources = 0;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    second = await new DataSource(withLibrary(opened.database.options)).initialize();
    clock = new ManualClock();
    processes = [opened.dataSource, second].map((dataSource) => libraryParts(dataSource, { clock }));
    [parts] = processes;
    counting = libraryParts(opened.dataSource, { clock, grantRule: 'count' });
  });
  afterAll(async () => {
    await second?.destroy();
    await opened?.close();
  });
  beforeEach(() => emptyLedger(opened.dataSource));
  afterEach(() => expectExactBatches(opened.dataSource));

  const either = (index: number) => processes[index % processes.length];
  const record = (more: Partial<NewGrant> = {}, by = parts) =>
    by.grants.record({ ...SCENE, openid: 'person-0', source: `test:${++sources}`, ...more });
  /** One grant for each of `n` people, a millisecond apart. */
  const people = async (n: number, more: Partial<NewGrant> = {}) => {
    for (let person = 0; person < n; person++) {
      await record({ openid: `person-${person}`, ...more });
      clock.advance(1);
    }
  };
  const claimNext = (limit: number, selection: Partial<GrantSelection> = {}, by = parts) =>
    claimBatch(by, { from: { ...SCENE, ...selection }, limit, ...MESSAGE });
  const keyOf = ({ messageId: id, id: grantId, openid, scene, proof }: ClaimedGrant) => ({
    ...TEMPLATE,
    broadcastId: 'any',
    id,
    grantId,
    openid,
    scene,
    proof,
  });
  const settleBatch = (claimed: ClaimedGrant[], settlements: Settlement[], by = parts) =>
    by.messageBatches.settleBatch(
      claimed.map((grant, index) => ({
        message: keyOf(grant),
        settlement: settlements[index % settlements.length],
      })),
    );
  const messages = () => countBy(opened.dataSource, 'weixin_message');
  const grants = () => countBy(opened.dataSource, 'weixin_grant');
  const openids = (claimed: { openid: string }[]) => claimed.map(({ openid }) => openid);

  it('keeps prepared what is always said alike, and not a claim of a number that a rate has set', async () => {
    await people(3);
    const atomically = jest.spyOn(parts.sql, 'atomically');
    const preparedOf = (name: string) =>
      atomically.mock.calls.flatMap(([steps]) =>
        steps.flatMap((step) => (step.name === name ? [step.prepared] : [])),
      );
    await settleBatch(await claimNext(1), [SENT]);
    await settleBatch(await claimNext(parts.messageBatches.bestSize), [SENT]);
    await record();
    const listed = { ...SCENE, openids: ['person-0'] };
    await settleBatch(await claimBatch(parts, { from: listed, limit: 1, ...MESSAGE }), [SENT]);
    const isKept = !process.env.TEST_POSTGRES_POOLED;
    expect(preparedOf('claim grants')).toEqual([false, isKept, isKept]);
    expect(preparedOf('write messages')).toEqual([isKept, isKept, isKept]);
    atomically.mockRestore();
  });

  describe('claimBatch', () => {
    if (kind === 'mysql')
      it('writes down everybody where the server cuts aggregates short', async () => {
        await people(40);
        const options = withLibrary(opened.database.options);
        const cutting = await new DataSource({ ...options, poolSize: 1 } as DataSourceOptions).initialize();
        try {
          // Outside of strict mode MariaDB cuts without an error.
          await cutting.query("SET SESSION group_concat_max_len = 256, SESSION sql_mode = ''");
          const claimed = await claimNext(40, {}, libraryParts(cutting, { clock }));
          expect(new Set(openids(claimed)).size).toBe(40);
        } finally {
          await cutting.destroy();
        }
      });

    it('claims the oldest grants and writes down for each what a single send does', async () => {
      for (const openid of ['oldest', 'middle', 'newest']) {
        await record({ openid });
        clock.advance(1000);
      }
      const claimed = await claimNext(2);
      expect(openids(claimed)).toEqual(['oldest', 'middle']);
      expect(await grants()).toEqual({ available: 1, claimed: 2 });
      for (const grant of claimed) {
        const [held] = await parts.grants.list({ ...TEMPLATE, openid: grant.openid });
        expect(held).toMatchObject({ id: grant.id, claimedBy: grant.messageId, status: 'claimed' });
        expect(held.grantedAt.getTime()).toBe(grant.grantedAt);
        expect(await parts.messages.find(grant.messageId)).toEqual({
          ...SCENE,
          id: grant.messageId,
          openid: grant.openid,
          channel: 'one-time',
          proof: 'bound',
          status: 'sending',
          content: MESSAGE.content,
          contentDigest: '',
          requestedBy: 'courses',
          broadcastId: expect.any(String),
          grantId: grant.id,
          acceptedAt: new Date(clock.now()),
          attempts: 1,
          resends: 0,
        });
      }
    });

    it('gives every message an id of its own, a UUIDv7', async () => {
      await people(40);
      const claimed = [...(await claimNext(20)), ...(await claimNext(20))];
      expect(new Set(claimed.map(({ messageId }) => messageId)).size).toBe(40);
      for (const { messageId } of claimed)
        expect(messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    });

    it('answers nothing and writes nothing when there is nothing to claim', async () => {
      expect(await claimNext(500)).toEqual([]);
      expect(await messages()).toEqual({});
    });

    it.each([
      [0, 1],
      [-3, 1],
      [2.9, 2],
      [1_000_000, 500],
    ])('takes a limit of %d as %d', async (limit, n) => {
      await manyPeople(510);
      expect(await claimNext(limit)).toHaveLength(n);
      expect(await messages()).toEqual({ sending: n });
    });

    /** 510 rows in a few statements. */
    async function manyPeople(n: number) {
      await record({ openid: 'model' });
      const [columns, from] = [
        'app_id, template_id, scene, channel, proof, granted_at',
        "FROM weixin_grant WHERE openid = 'model'",
      ];
      for (let person = 1; person < n; person++) {
        await opened.dataSource.query(
          `INSERT INTO weixin_grant (id, openid, source, scene_key, ${columns}) SELECT '${nthId('many', person)}', 'p-${person}', 'many:${person}', scene_key, ${columns} ${from}`,
        );
        await opened.dataSource.query(
          `INSERT INTO weixin_live_grant (id, openid, ${columns}) SELECT '${nthId('many', person)}', 'p-${person}', ${columns} ${from}`,
        );
      }
    }

    it('walks every grant of a template exactly once, in the order of scene and confirm, ties and all', async () => {
      const expected: string[] = [];
      for (const scene of [0, 3, 10_000]) {
        for (let person = 0; person < 9; person++) {
          const openid = `s${scene}-p${person}`;
          await record({ scene, openid });
          expected.push(openid);
          // Three at a time share a millisecond: their ids decide.
          if (person % 3 === 2) clock.advance(1);
        }
      }
      const read: ClaimedGrant[] = [];
      let after: GrantCursor | undefined;
      for (let batch = await claimNext(4, { scene: undefined }); batch.length > 0; ) {
        read.push(...batch);
        after = batch.at(-1);
        batch = await claimNext(4, { scene: undefined, after });
      }
      expect(openids(read).toSorted()).toEqual(expected.toSorted());
      const places = read.map(({ scene, grantedAt, id }) => [scene, grantedAt, id] as const);
      expect(places).toEqual(places.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : 1)));
    });

    it('goes on behind the cursor, and finds what was released before it without one', async () => {
      await people(6);
      const first = await claimNext(3);
      await settleBatch(first, [FAILED]);
      expect(openids(await claimNext(500, { after: first[2] }))).toEqual([
        'person-3',
        'person-4',
        'person-5',
      ]);
      expect(openids(await claimNext(500, { after: first[2] }))).toEqual([]);
      expect(openids(await claimNext(500))).toEqual(['person-0', 'person-1', 'person-2']);
    });

    it('takes nothing of another scene, template or account, nothing spent and nothing that has expired, to the millisecond', async () => {
      await record({ openid: 'a', scene: 999 });
      await record({ openid: 'b', ...OTHER });
      await record({ openid: 'c' });
      await claim(parts, { ...SCENE, openid: 'c' }, 'm1');
      await record({ openid: 'd', expiresAt: new Date(clock.now() + 1000) });
      await record({ openid: 'e', expiresAt: new Date(clock.now() + 1001) });
      clock.advance(1000);
      expect(openids(await claimNext(500))).toEqual(['e']);
      expect(openids(await claimNext(500, { scene: undefined }))).toEqual(['a']);
    });

    it('gives no grant twice to two connections that race for batches, and leaves none', async () => {
      await manyPeople(400);
      const walks = await atOnce(8, async (index) => {
        const claimed: ClaimedGrant[] = [];
        // A batch that passes over what others are taking may be empty before all is taken.
        while ((await parts.grants.list({ ...SCENE, status: 'available' }, 1)).length > 0)
          claimed.push(...(await claimNext(17, {}, either(index))));
        return claimed;
      });
      const all = walks.flat();
      expect(all).toHaveLength(400);
      expect(new Set(openids(all)).size).toBe(400);
      expect(await grants()).toEqual({ claimed: 400 });
      expect(await messages()).toEqual({ sending: 400 });
      const [{ n }] = await opened.dataSource.query(
        `SELECT COUNT(DISTINCT g.id) AS n FROM ${allMessages(opened.dataSource, 'grant_id, openid', 'm')}
          JOIN weixin_grant g ON g.id = m.grant_id AND g.openid = m.openid`,
      );
      expect(Number(n)).toBe(400);
    });

    it('shares the grants with single sends that race for them, each to one', async () => {
      await people(60);
      const [batches, singles] = await Promise.all([
        atOnce(6, (index) => claimNext(5, {}, either(index))),
        atOnce(60, (index) =>
          either(index).messages.accept({
            ...SCENE,
            ...MESSAGE,
            openid: `person-${index}`,
            channel: 'one-time',
          }),
        ),
      ]);
      const taken = [
        ...openids(batches.flat()),
        ...singles.flatMap((single) => (typeof single === 'string' ? [] : [single.openid])),
      ];
      expect(new Set(taken).size).toBe(taken.length);
      const { claimed = 0, available = 0 } = await grants();
      expect(claimed).toBe(taken.length);
      expect(claimed + available).toBe(60);
      expect(await messages()).toEqual({ sending: taken.length });
    });

    it('loses no grant and doubles none while people confirm anew', async () => {
      let spent = 0;
      for (let round = 0; round < 5; round++) {
        await people(10);
        const [claimed] = await Promise.all([
          claimNext(10, {}, either(round)),
          ...Array.from({ length: 10 }, (_, person) =>
            record({ openid: `person-${person}` }, either(person)),
          ),
        ]);
        spent += claimed.length;
        expect(await settleBatch(claimed, [SENT], either(round))).toEqual(claimed.map(() => true));
        for (let person = 0; person < 10; person++)
          expect(await parts.grants.countAvailable({ ...SCENE, openid: `person-${person}` })).toBeLessThan(2);
        const { available = 0, renewed = 0, spent: settled = 0, ...rest } = await grants();
        // None, where each claim came while a confirm held the rows that it would have taken.
        expect([settled, rest]).toEqual([spent, {}]);
        expect(available + renewed + spent).toBe(20 * (round + 1));
      }
    });
  });

  describe('the answer of a claim', () => {
    const listed = (openids: string[], scene?: number) => ({ from: { ...TEMPLATE, scene, openids } });
    const SELECTIONS: [string, Pick<BatchOrder, 'from'>, boolean, string[]][] = [
      ['a scene', { from: SCENE }, false, ['3', '4', '5', '6', '0']],
      ['all scenes', { from: TEMPLATE }, false, ['7', '8', '3', '4', '5']],
      ['people', listed(['person-8', 'nobody', 'person-2', 'person-5']), false, ['8', '2', '5']],
      ['a scene whose grants are kept', { from: SCENE }, true, ['3', '4', '5', '6', '0']],
      ['people whose grants are kept', listed(['nobody', 'person-1', 'person-3'], 1000), true, ['1', '3']],
      ['nobody', listed(['nobody']), false, []],
    ];
    /** Of three of these people any browser may have spoken; two are under another scene. */
    const nine = async () => {
      for (let person = 0; person < 9; person++) {
        const proof = person < 3 ? 'unproven' : 'signed';
        await record({ openid: `person-${person}`, scene: person < 7 ? 1000 : 7, proof });
        clock.advance(DAY_MS);
      }
    };
    /** A process for which the template is a long-term one, or not. */
    const sender = (isKept: boolean) => {
      const by = libraryParts(opened.dataSource, { clock });
      jest.spyOn(by.grantBatches, 'isLongTerm').mockReturnValue(isKept);
      return by;
    };

    it.each(SELECTIONS)('tells all of %s, and nothing is read for it', async (_, of, isKept, expected) => {
      await nine();
      const by = sender(isKept);
      const reads = jest.spyOn(by.sql, 'all');
      const claimed = await claimBatch(by, { ...of, limit: 5, ...MESSAGE });
      expect(reads).not.toHaveBeenCalled();
      expect(openids(claimed)).toEqual(expected.map((person) => `person-${person}`));
      for (const { messageId, isKept: kept, grantedAt, ...grant } of claimed) {
        const [given] = await parts.grants.list({ ...TEMPLATE, openid: grant.openid });
        expect({ ...given, grantedAt: given.grantedAt.getTime() }).toMatchObject({ ...grant, grantedAt });
        const { openid, scene, proof } = grant;
        const grantId = kept ? undefined : grant.id;
        const message = { openid, scene, proof, grantId, status: 'sending' };
        expect(await parts.messages.find(messageId)).toMatchObject(message);
        expect(kept).toBe(isKept);
      }
    });

    it.each(SELECTIONS)('is read back where it is lost: of %s the same', async (_, of, isKept, expected) => {
      await nine();
      const by = sender(isKept);
      const atomically = by.sql.atomically.bind(by.sql);
      let told: ClaimedRow[] = [];
      by.sql.atomically = async (steps) => {
        const result = await atomically(steps);
        if (result.applied) told = result.rows as ClaimedRow[];
        throw new DatabaseError('the answer to our COMMIT was lost', true);
      };
      const claim = claimBatch(by, { ...of, limit: 5, ...MESSAGE });
      if (expected.length === 0) return expect(claim).rejects.toThrow('the answer to our COMMIT was lost');
      const claimed = await claim;
      expect(openids(claimed)).toEqual(expected.map((person) => `person-${person}`));
      expect(claimed).toEqual(claimedIn(told, new BatchIds(claimed[0].messageId)));
    });
  });

  describe('after a crash between the claim and the settle,', () => {
    it('what may have been posted becomes unknown, the rest is as if it had never been claimed; once, when its lease has run out', async () => {
      await people(7);
      const claimed = await claimBatch(parts, { from: SCENE, limit: 6, ...MESSAGE, posting: 4 });
      clock.advance(parts.config.delivery.leaseMs - 1);
      await parts.batchRecovery.recover();
      expect(await messages()).toEqual({ sending: 6 });
      clock.advance(1);
      await Promise.all(processes.map(({ batchRecovery }) => batchRecovery.recover()));
      expect(await messages()).toEqual({ unknown: 4 });
      expect(await grants()).toEqual({ available: 3, unknown: 4 });
      // It was slow, not dead: what it knows for sure still counts, what it does not know changes nothing.
      const late = claimed.slice(0, 4);
      expect(await settleBatch(late, [SENT, UNKNOWN, FAILED, REFUSED])).toEqual([true, false, true, true]);
      expect(await messages()).toEqual({ sent: 1, unknown: 1, failed: 1, refused: 1 });
      expect(await grants()).toEqual({ spent: 1, unknown: 1, available: 4, void: 1 });
    });

    /** A batch of four, of which two may have been posted, whose owner stands still. */
    const abandoned = async () => {
      await people(4);
      const claimed = await claimBatch(parts, { from: SCENE, limit: 4, ...MESSAGE, posting: 2 });
      clock.advance(parts.config.delivery.leaseMs);
      const [batch] = await parts.openBatches.abandoned();
      return { claimed, batch };
    };
    const interrupted = (claimed: ClaimedGrant[]) =>
      claimed.slice(0, 2).map((grant) => ({ message: keyOf(grant), settlement: UNKNOWN }));

    it('an owner that comes back ends nothing once a recovery has its batch, and has the last word after it', async () => {
      const { claimed, batch } = await abandoned();
      const recovery = await processes[1].openBatches.takeOver(batch);
      const late = () => settleBatch(claimed.slice(0, 2), [SENT, REFUSED]);
      // To be tried again, since the recovery is about to say what is not known.
      await expect(late()).rejects.toMatchObject({ code: 'WEIXIN_DATABASE', temporary: true });
      expect(await parts.messageBatches.handBack(claimed.map(keyOf))).toEqual([false, false, false, false]);
      expect(await messages()).toEqual({ sending: 4 });
      expect(await countRows(opened.dataSource, 'weixin_message')).toBe(0);
      const { messageBatches } = processes[1];
      expect(await messageBatches.settleBatch(interrupted(claimed), recovery)).toEqual([true, true]);
      expect(await messageBatches.handBack(claimed.slice(2).map(keyOf), () => [], recovery)).toEqual([
        true,
        true,
      ]);
      expect(await messages()).toEqual({ unknown: 2 });
      expect(await late()).toEqual([true, true]);
      expect(await messages()).toEqual({ sent: 1, refused: 1 });
      expect(await grants()).toEqual({ spent: 1, void: 1, available: 2 });
    });

    it('one of two recoveries gets the batch; one that stands still in turn ends nothing any more', async () => {
      const { claimed, batch } = await abandoned();
      const first = await atOnce(2, (index) => processes[index].openBatches.takeOver(batch));
      expect(first.filter((recovery) => recovery !== undefined)).toHaveLength(1);
      const [slow] = first.flatMap((recovery) => recovery ?? []);
      clock.advance(parts.config.delivery.leaseMs);
      const [again] = await parts.openBatches.abandoned();
      const quick = await processes[1].openBatches.takeOver(again);
      expect(await parts.messageBatches.settleBatch(interrupted(claimed), slow)).toEqual([false, false]);
      const backOf = (by: LibraryParts, recovery: string | undefined) =>
        by.messageBatches.handBack(claimed.slice(2).map(keyOf), () => [], recovery);
      expect(await backOf(parts, slow)).toEqual([false, false]);
      expect(await messages()).toEqual({ sending: 4 });
      expect(await backOf(processes[1], quick)).toEqual([true, true]);
      expect(await processes[1].messageBatches.settleBatch(interrupted(claimed), quick)).toEqual([
        true,
        true,
      ]);
      expect(await messages()).toEqual({ unknown: 2 });
      expect(await grants()).toEqual({ unknown: 2, available: 2 });
    });

    it('nothing is lost of a claim whose process died between its COMMIT and the response to it', async () => {
      await people(5);
      const dying = libraryParts(opened.dataSource, { clock });
      const atomically = dying.sql.atomically.bind(dying.sql);
      dying.sql.atomically = async (steps) => {
        await atomically(steps);
        throw new Error('killed');
      };
      const claim = claimBatch(dying, { from: SCENE, limit: 4, ...MESSAGE, posting: 1 });
      await expect(claim).rejects.toThrow('killed');
      expect(await grants()).toEqual({ claimed: 4, available: 1 });
      expect(await messages()).toEqual({ sending: 4 });
      clock.advance(parts.config.delivery.leaseMs);
      await Promise.all(processes.map(({ batchRecovery }) => batchRecovery.recover()));
      expect(await messages()).toEqual({ unknown: 1 });
      expect(await grants()).toEqual({ unknown: 1, available: 4 });
      expect(await claimNext(500)).toHaveLength(4);
    });

    it('what a message said that was its own is told of it, in flight and unknown', async () => {
      await people(3);
      const claimed = await claimBatch(parts, { from: SCENE, limit: 3, ...MESSAGE, posting: 1 });
      const contents = claimed.map(({ messageId: id, openid }) => ({
        ...{ id, content: { title: 'x', content: { value: `to ${openid}; it's \\ "here" 🎓` } } },
      }));
      await parts.messageBatches.writeContents(contents);
      for (const { id, content } of contents)
        expect(await parts.messages.find(id)).toMatchObject({ content, status: 'sending' });
      clock.advance(parts.config.delivery.leaseMs);
      await parts.batchRecovery.recover();
      const [{ id, content }] = contents;
      expect(await parts.messages.find(id)).toMatchObject({ content, status: 'unknown' });
      expect(await messages()).toEqual({ unknown: 1 });
      expect(await countRows(opened.dataSource, 'weixin_batch_content')).toBe(0);
    });

    it('nothing is left of a claim whose messages could not be written', async () => {
      await people(3);
      const content = { ...MESSAGE, requestedBy: 'x'.repeat(65) };
      const selection = claimBatch(parts, { from: SCENE, limit: 3, ...content });
      // SQLite keeps whatever length it is given.
      if (kind === 'sqlite') return void (await selection);
      await expect(selection).rejects.toMatchObject({ code: 'WEIXIN_DATABASE' });
      expect(await grants()).toEqual({ available: 3 });
      expect(await messages()).toEqual({});
    });
  });

  it('tells what is in flight to all who ask', async () => {
    await people(2);
    const [first, second] = await claimNext(2);
    const { appId, templateId, scene } = SCENE;
    const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
    const told = async () => {
      const now = clock.now();
      const days = { from: dayOf(now - DAY_MS), to: dayOf(now + DAY_MS) };
      const rows: unknown[] = [];
      for await (const some of new ExportRepository(parts.sql).messages({
        appId,
        from: now - DAY_MS,
        to: now + DAY_MS,
      }))
        rows.push(...some.map(({ id, openid, status }) => [id, openid, status]));
      const counts = await parts.history.counts({ appId, ...days });
      return {
        rows,
        counted: counts.map(({ messages: { sending, sent }, ...of }) => [of.scene, sending, sent]),
        ofPerson: (await parts.history.ofPerson({ appId, openid: first.openid })).events.map(
          ({ type }) => type,
        ),
        ofMessage: (await parts.history.ofMessage(first.messageId)).events.map(({ type }) => type),
        outcomes: (await parts.openBatches.outcomes(first.messageId.slice(0, -3))).map(
          ({ status }) => status,
        ),
        latest: (await parts.messages.latest({ ...SCENE, openid: first.openid }, 5)).map(
          ({ status }) => status,
        ),
        idle: await parts.sceneRepository.idleAmong({ appId, templateId, purpose: 'any' }, [
          scene,
          scene + 1,
        ]),
        stillThere: await parts.personalData.forget(appId, second.openid),
      };
    };
    const ids = [first.messageId, second.messageId];
    expect(await told()).toEqual({
      rows: [
        [ids[0], first.openid, 'sending'],
        [ids[1], second.openid, 'sending'],
      ],
      counted: [[scene, 2, 0]],
      ofPerson: ['accepted', 'granted'],
      ofMessage: ['accepted', 'granted'],
      outcomes: ['sending', 'sending'],
      latest: ['sending'],
      idle: [scene + 1],
      stillThere: expect.objectContaining({ inFlight: 2 }),
    });
    await settleBatch([first, second], [SENT]);
    expect(await told()).toEqual({
      rows: [
        [ids[0], first.openid, 'sent'],
        [ids[1], second.openid, 'sent'],
      ],
      counted: [[scene, 0, 2]],
      ofPerson: ['sent', 'accepted', 'granted'],
      ofMessage: ['sent', 'accepted', 'granted'],
      outcomes: ['sent', 'sent'],
      latest: ['sent'],
      idle: [scene, scene + 1],
      stillThere: expect.objectContaining({ inFlight: 0, messages: 1, grants: 1 }),
    });
  });

  describe('settleBatch', () => {
    /** Everything that can be told of the ledger, in words that do not depend on ids. */
    async function ledger() {
      const rows: Record<string, unknown>[] = await opened.dataSource.query(
        `SELECT m.openid, m.status, m.errcode, m.errmsg, m.rid, m.reason, m.settled_at, m.leased_until FROM weixin_message m ORDER BY m.openid, m.id`,
      );
      const people: { openid: string }[] = await opened.dataSource.query(
        'SELECT DISTINCT openid FROM weixin_grant ORDER BY openid',
      );
      const lists = people.map(({ openid }) => parts.grants.list({ ...TEMPLATE, openid }, 1000));
      const held = (await Promise.all(lists)).flat();
      return {
        messages: rows.map((row) => JSON.stringify(row)),
        grants: held
          .map(({ openid, status, source, closedAt, claimedBy }) =>
            JSON.stringify([openid, status, source.split(':')[0], closedAt, claimedBy !== undefined]),
          )
          .sort(),
      };
    }

    it.each(['set', 'count'] as const)(
      'ends messages as single settles do, under the rule "%s"',
      async (rule) => {
        const by = rule === 'set' ? parts : counting;
        const started = clock.now();
        const run = async <Claimed>(
          take: () => Promise<Claimed[]>,
          settle: (claimed: Claimed[]) => Promise<unknown>,
        ) => {
          await emptyLedger(opened.dataSource);
          clock.advance(started - clock.now());
          for (let person = 0; person < 16; person++)
            await record({ openid: `p${person}`, source: `first:${++sources}` }, by);
          clock.advance(5);
          const claimed = await take();
          clock.advance(5);
          // Every second one has confirmed anew while the message was under way; p12, whose message fails, is
          // under way again.
          for (let person = 0; person < 16; person += 2)
            await record({ openid: `p${person}`, source: `second:${++sources}` }, by);
          await claim(by, { ...SCENE, openid: 'p12' }, 'again');
          clock.advance(5);
          await settle(claimed);
          return ledger();
        };
        // Each end twice in a row, so that it meets a grant that was renewed and one that was not.
        const ends = [SENT, SENT, REFUSED, REFUSED, FAILED, FAILED, UNKNOWN, UNKNOWN];
        const openids = Array.from({ length: 16 }, (_, person) => `p${person}`).sort();
        const single = await run(
          () =>
            Promise.all(
              openids.map((openid) =>
                by.messages.accept({ ...SCENE, ...MESSAGE, openid, channel: 'one-time' }),
              ),
            ),
          async (accepted) => {
            for (const [index, message] of accepted.entries())
              expect(await by.messages.settle(message as MessageRecord, ends[index % ends.length])).toBe(
                true,
              );
          },
        );
        const batch = await run(
          async () => (await claimNext(500, {}, by)).sort((a, b) => (a.openid < b.openid ? -1 : 1)),
          async (claimed) => expect(await settleBatch(claimed, ends, by)).toEqual(claimed.map(() => true)),
        );
        expect(batch).toEqual(single);
        expect(new Set(batch.grants.map((grant) => JSON.parse(grant)[1]))).toEqual(
          new Set([
            'spent',
            'void',
            'unknown',
            'available',
            'claimed',
            ...(rule === 'set' ? ['renewed'] : []),
          ]),
        );
      },
    );

    it('makes a grant that was given back live again: the next confirm renews it', async () => {
      await people(2);
      await settleBatch(await claimNext(2), [FAILED]);
      expect(await grants()).toEqual({ available: 2 });
      await people(2);
      expect(await grants()).toEqual({ available: 2, renewed: 2 });
    });

    it('writes the others when some are settled already, and says which', async () => {
      await people(7);
      const claimed = await claimNext(7);
      await settleBatch([claimed[2], claimed[5]], [REFUSED]);
      const [, , ...rest] = await settleBatch(claimed, [SENT]).then((written) => [0, 0, ...written]);
      expect(rest).toEqual([true, true, false, true, true, false, true]);
      expect(await messages()).toEqual({ refused: 2, sent: 5 });
      expect(await grants()).toEqual({ void: 2, spent: 5 });
    });

    it('takes the first of two ends of one message in one batch', async () => {
      await people(3);
      const [a, b, c] = await claimNext(3);
      expect(await settleBatch([a, b, b, c], [SENT, REFUSED, SENT, FAILED])).toEqual([
        true,
        true,
        false,
        true,
      ]);
      expect(await messages()).toEqual({ sent: 1, refused: 1, failed: 1 });
      expect(await grants()).toEqual({ spent: 1, void: 1, available: 1 });
    });

    it('writes nothing for messages that nobody accepted, and nothing for none', async () => {
      await people(2);
      const claimed = await claimNext(1);
      const strangers = ['x', 'y'].map((name) => ({ ...claimed[0], messageId: idOf(name) }));
      expect(await settleBatch(strangers, ENDS)).toEqual([false, false]);
      expect(await settleBatch([], ENDS)).toEqual([]);
      expect(await messages()).toEqual({ sending: 1 });
      expect(await grants()).toEqual({ available: 1, claimed: 1 });
    });

    it('ends each message once, message and grant together, when two connections settle the same batch', async () => {
      await people(24);
      const claimed = await claimNext(24);
      const turned = [UNKNOWN, FAILED, REFUSED, SENT];
      const written = await Promise.all([
        settleBatch(claimed, ENDS, processes[0]),
        settleBatch(claimed.toReversed(), turned, processes[1]),
      ]);
      const pairs = claimed.map((_, index) => [written[0][index], written[1][23 - index]]);
      // A definite end may still follow an unknown one; nothing else happens twice.
      for (const [index, pair] of pairs.entries()) {
        const unknown = [ENDS[index % 4], turned[(23 - index) % 4]].some(
          ({ outcome }) => outcome === 'unknown',
        );
        expect([1, unknown ? 2 : 1]).toContain(pair.filter(Boolean).length);
      }
      const GRANT: Record<string, string> = {
        sent: 'spent',
        refused: 'void',
        failed: 'available',
        unknown: 'unknown',
      };
      for (const grant of claimed) {
        const { status } = (await parts.messages.find(grant.messageId)) ?? { status: '' };
        expect(await parts.grants.list({ ...SCENE, openid: grant.openid })).toMatchObject([
          { status: GRANT[status] },
        ]);
      }
      expect((await messages()).sending).toBeUndefined();
    });

    it('ends with one live grant for each person when releases and confirms meet', async () => {
      await people(12);
      const claimed = await claimNext(12);
      const confirms = () =>
        Array.from({ length: 12 }, (_, person) => record({ openid: `person-${person}` }, either(person)));
      const [written] = await Promise.all([
        settleBatch(claimed, [FAILED], either(1)),
        ...confirms(),
        ...confirms(),
      ]);
      expect(written).toEqual(claimed.map(() => true));
      expect(await grants()).toEqual({ available: 12, renewed: 24 });
      for (let person = 0; person < 12; person++)
        expect(await parts.grants.countAvailable({ ...SCENE, openid: `person-${person}` })).toBe(1);
    });

    it('takes texts that a database may refuse, in whatever batch', async () => {
      await people(3);
      const claimed = await claimNext(3);
      const nasty = { ...REFUSED, errmsg: `a\0b${'🎓'.repeat(600)}`, reason: `x${'🎓'.repeat(300)}` };
      expect(await settleBatch(claimed.slice(0, 2), [nasty, SENT])).toEqual([true, true]);
      expect(await settleBatch(claimed.slice(2), [nasty])).toEqual([true]);
      for (const { messageId } of [claimed[0], claimed[2]]) {
        const { errmsg, reason } = (await parts.messages.find(messageId)) ?? {};
        expect(errmsg).toBe(`a\\u0000b${'🎓'.repeat(504)}`);
        expect(reason).toBe(`x${'🎓'.repeat(254)}`);
      }
    });

    it('ends 500 at once', async () => {
      await opened.dataSource.query('SELECT 1');
      const selection = { ...SCENE, scene: 77 };
      for (let start = 0; start < 500; start += 50)
        await atOnce(50, (index) => record({ scene: 77, openid: `many-${start + index}` }));
      const claimed = await claimBatch(parts, { from: selection, limit: 500, ...MESSAGE });
      const written = await settleBatch(claimed, ENDS);
      expect(written.filter(Boolean)).toHaveLength(500);
      expect(await messages()).toEqual({ sent: 125, refused: 125, failed: 125, unknown: 125 });
      expect(await grants()).toEqual({ spent: 125, void: 125, available: 125, unknown: 125 });
      expect(await countRows(opened.dataSource, 'weixin_message')).toBe(500);
    });
  });
});

describeEachDatabase('batches among 6,000 grants', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let parts: LibraryParts;
  /** The statements of one call, as the executor got them. */
  let steps: SqlStep[];
  beforeAll(async () => {
    opened = await openDatabase(kind);
    parts = libraryParts(opened.dataSource);
    await fillClosedBatches(opened.dataSource, kind);
    await fillGrants(opened.dataSource, kind, SCENE, parts.clock.now());
    const atomically = parts.sql.atomically.bind(parts.sql);
    parts.sql.atomically = (given) => {
      steps = given;
      return atomically(given);
    };
  });
  afterAll(() => opened?.close());

  const step = (name: string) => {
    const found = steps.find((one) => one.name === name);
    if (!found) throw new Error(`no step "${name}" among ${steps.map((one) => one.name)}`);
    return plans(opened.dataSource, kind, found.sql, found.params);
  };
  const WHOLE_TABLE =
    /Seq Scan|SCAN (t|held|newer|weixin_\w+)\b|"table":"(t|held|newer|weixin_\w+)"[^}]*"type":"ALL"/;
  it.each<[string, Partial<GrantSelection>]>([
    ['one scene', {}],
    ['one scene, behind a cursor', { after: { scene: 1000, proof: 'bound', grantedAt: 1, id: idOf('x') } }],
    ['all scenes', { scene: undefined }],
    [
      'all scenes, behind a cursor',
      { scene: undefined, after: { scene: 7, proof: 'bound', grantedAt: 1, id: idOf('x') } },
    ],
  ])('claims %s through ix_weixin_live_grant_selection, in its order', async (_, selection) => {
    expect(await claimBatch(parts, { from: { ...SCENE, ...selection }, limit: 50, ...MESSAGE })).toHaveLength(
      50,
    );
    for (const plan of await step('claim grants')) {
      expect(plan).toContain('ix_weixin_live_grant_selection');
      expect(plan).not.toMatch(WHOLE_TABLE);
      // Nothing is sorted but the rows that were picked.
      expect(plan).not.toMatch(/USE TEMP B-TREE FOR ORDER BY|"table":"g"[^}]*filesort/);
    }
    if (kind !== 'postgres')
      for (const plan of await step('take grants'))
        expect(plan).toMatch(/PRIMARY|sqlite_autoindex_weixin_live_grant_1/);
  });

  it('settles through the keys', async () => {
    const claimed = await claimBatch(parts, { from: SCENE, limit: 500, ...MESSAGE });
    await parts.messageBatches.settleBatch(
      claimed.map(({ messageId, id: grantId, openid, proof }) => ({
        message: { ...SCENE, id: messageId, grantId, openid, proof, broadcastId: 'any' },
        settlement: SENT,
      })),
    );
    for (const { sql, params } of steps) {
      for (const plan of await plans(opened.dataSource, kind, sql, params)) {
        // MySQL tells nothing of an INSERT whose rows it has found before.
        expect(plan).toMatch(/PRIMARY|const tables|PK_|_pkey|sqlite_autoindex_weixin_message_batch_1|^\[\]$/);
        expect(plan).not.toMatch(WHOLE_TABLE);
      }
    }
  });
});
