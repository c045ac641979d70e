import type { DataSource } from 'typeorm';
import {
  BROADCAST_STATUSES,
  type BroadcastRecord,
  type BroadcastStatus,
} from '../../libs/weixin-subscribe/src/broadcast/broadcast.types.js';
import { type BroadcastCursor, Claims } from '../../libs/weixin-subscribe/src/broadcast/run/claims.js';
import { OFFICIAL } from '../support/accounts.js';
import { countBy, emptyLedger, expectExactBatches } from '../support/ledger.js';
import { atOnce, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

/** Where there is one to wait for: SQLite lets nobody begin before the other transaction has ended. */
const waitingForLock = () => new Promise((resolve) => setTimeout(resolve, 300));

const KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const CONTENT = { title: '提醒', content: { value: '上课' } };

describeEachDatabase('BroadcastRepository', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let dataSource: DataSource;
  let clock: ManualClock;
  let parts: LibraryParts;
  let claims: Claims;
  let made = 0;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    ({ dataSource } = opened);
    clock = new ManualClock();
    parts = libraryParts(dataSource, { clock });
    const { sql, messageBatches, broadcasts, recipients, grants } = parts;
    claims = new Claims(sql, messageBatches, broadcasts, recipients, grants, clock);
  });
  afterAll(() => opened?.close());
  beforeEach(() => emptyLedger(dataSource));

  const draft = async (more: Partial<BroadcastRecord> = {}): Promise<BroadcastRecord> => {
    const record: BroadcastRecord = {
      ...KEY,
      id: parts.random.id(clock.now()),
      channel: 'one-time',
      audience: 'scene',
      scene: 1,
      status: 'draft',
      content: CONTENT,
      digest: `digest-${++made}`,
      ...{ recipients: 0, invalid: 0, duplicates: 0, noGrant: 0, endedBefore: 0 },
      createdAt: new Date(clock.now()),
      ...more,
    };
    expect(await parts.broadcasts.create(record)).toBe('created');
    return record;
  };
  /** As if it had come there. */
  const inState = async (status: BroadcastStatus, more: Partial<BroadcastRecord> = {}) => {
    const broadcast = await draft(more);
    await dataSource.query(`UPDATE weixin_broadcast SET status = '${status}'`);
    return { ...broadcast, status };
  };
  const grant = (openid: string, scene = 1) =>
    parts.grants.record({ ...KEY, openid, scene, source: `test:${++made}` });
  const claim = (broadcast: BroadcastRecord, more = {}, cursor: BroadcastCursor = {}) =>
    claims.next({ broadcast, owner: 'one', exclusive: false, limit: 10, posting: 5, ...more }, cursor);
  const batchOf = async (broadcast: BroadcastRecord, more = {}) => {
    const batch = await claim(broadcast, more);
    if (typeof batch === 'string') throw new Error(batch);
    return batch;
  };

  it('reads back what was written', async () => {
    const all: Partial<BroadcastRecord> = {
      ...{
        audience: 'recipients',
        purpose: 'class:42',
        renderer: 'r',
        idempotencyKey: 'k',
        requestedBy: 'courses',
        rate: 5,
      },
      ...{ notBefore: new Date(clock.now() + 1), deadline: new Date(clock.now() + 2) },
    };
    const record = await draft(all);
    expect(await parts.broadcasts.find(record.id)).toEqual(record);
    expect(await parts.broadcasts.findByIdempotencyKey(KEY.appId, 'k')).toEqual(record);
    expect(await parts.broadcasts.create({ ...record, id: parts.random.id(clock.now()) })).toBe('duplicate');
  });

  const CHANGES: Record<
    string,
    { from: BroadcastStatus[]; to: BroadcastStatus; make(broadcast: BroadcastRecord): Promise<boolean> }
  > = {
    start: { from: ['draft'], to: 'running', make: (broadcast) => parts.broadcasts.start(broadcast, 1, {}) },
    pause: {
      from: ['running'],
      to: 'paused',
      make: ({ id }) => parts.broadcasts.pause(id, { cause: 'person' }),
    },
    resume: { from: ['paused'], to: 'running', make: ({ id }) => parts.broadcasts.resume(id, {}) },
    finish: { from: ['running'], to: 'finished', make: ({ id }) => parts.broadcasts.finish(id) },
    cancel: {
      from: ['draft', 'scheduled', 'running', 'paused'],
      to: 'cancelled',
      make: ({ id }) => parts.broadcasts.cancel(id, {}),
    },
  };
  describe.each(Object.entries(CHANGES))('%s', (_name, { from, to, make }) => {
    it.each(BROADCAST_STATUSES)('of one that is %s', async (status) => {
      const broadcast = await inState(status);
      const isAllowed = from.includes(status);
      expect(await make(broadcast)).toBe(isAllowed);
      expect((await parts.broadcasts.find(broadcast.id))?.status).toBe(isAllowed ? to : status);
      expect(await countBy(dataSource, 'weixin_broadcast_event', 'action')).toEqual({
        created: 1,
        ...(isAllowed && { [EVENT[_name]]: 1 }),
      });
    });

    it('is made by one of five who try', async () => {
      const broadcast = await inState(from[0]);
      const made = await atOnce(5, () => make(broadcast));
      expect(made.filter(Boolean)).toHaveLength(1);
    });
  });
  const EVENT: Record<string, string> = {
    start: 'started',
    pause: 'paused',
    resume: 'resumed',
    finish: 'finished',
    cancel: 'cancelled',
  };

  it('starts later when its time has not come, and begins when it has', async () => {
    const broadcast = await draft({ notBefore: new Date(clock.now() + 1000) });
    expect(await parts.broadcasts.start(broadcast, 1, {})).toBe(true);
    expect((await parts.broadcasts.find(broadcast.id))?.status).toBe('scheduled');
    expect(await parts.broadcasts.begin(broadcast.id)).toBe(false);
    clock.advance(1000);
    expect(await parts.broadcasts.begin(broadcast.id)).toBe(true);
    expect((await parts.broadcasts.find(broadcast.id))?.status).toBe('running');
  });

  it('is not started while its recipients are taken in, but when whoever did is gone', async () => {
    const broadcast = await draft({ audience: 'recipients' });
    expect(await parts.broadcasts.lease(broadcast.id, 'draft', 'one', 1000)).toBe(true);
    expect(await parts.broadcasts.lease(broadcast.id, 'draft', 'other', 1000)).toBe(false);
    expect(await parts.broadcasts.start(broadcast, 1, {})).toBe(false);
    clock.advance(1000);
    expect(await parts.broadcasts.start(broadcast, 1, {})).toBe(true);
  });

  describe('a claim', () => {
    it.each(BROADCAST_STATUSES.filter((status) => status !== 'running'))(
      'is refused for one that is %s, with nothing claimed',
      async (status) => {
        await grant('a');
        expect(await claim(await inState(status))).toBe('refused');
        expect(await countBy(dataSource, 'weixin_grant')).toEqual({ available: 1 });
        expect(await countBy(dataSource, 'weixin_message')).toEqual({});
      },
    );

    it('is refused at its deadline', async () => {
      await grant('a');
      const broadcast = await inState('running', { deadline: new Date(clock.now() + 1000) });
      clock.advance(999);
      await batchOf(broadcast);
      clock.advance(1);
      expect(await claim(broadcast)).toBe('refused');
    });

    it('is refused to who lost the lease', async () => {
      await grant('a');
      const broadcast = await inState('running');
      await parts.broadcasts.lease(broadcast.id, 'running', 'one', 1000);
      clock.advance(1000);
      await parts.broadcasts.lease(broadcast.id, 'running', 'other', 1000);
      expect(await claim(broadcast, { exclusive: true })).toBe('refused');
      expect((await batchOf(broadcast, { exclusive: true, owner: 'other' })).claimed).toHaveLength(1);
    });

    it('leaves out who has a message of this broadcast, and not who has one of another', async () => {
      for (const openid of ['a', 'b']) await grant(openid);
      const broadcast = await inState('running');
      expect((await batchOf(broadcast)).claimed).toHaveLength(2);
      for (const openid of ['a', 'b', 'c']) await grant(openid);
      expect((await batchOf(broadcast)).claimed.map(({ openid }) => openid)).toEqual(['c']);
      expect(await claim(broadcast)).toBe('end');
      const another = await inState('running');
      expect((await batchOf(another)).claimed.map(({ openid }) => openid).sort()).toEqual(['a', 'b']);
    });

    it('gives each person to one of many who claim at once', async () => {
      for (let person = 0; person < 40; person++) await grant(`p-${person}`);
      const broadcast = await inState('running');
      const batches = await atOnce(8, (index) => claim(broadcast, { owner: `w${index}`, limit: 5 }));
      const people = batches.flatMap((batch) =>
        typeof batch === 'string' ? [] : batch.claimed.map(({ openid }) => openid),
      );
      expect(people).toHaveLength(40);
      expect(new Set(people).size).toBe(40);
      await expectExactBatches(dataSource);
    });
  });

  describe('a pause', () => {
    it('keeps who holds a batch from posting a further part of it', async () => {
      for (let person = 0; person < 10; person++) await grant(`p-${person}`);
      const broadcast = await inState('running');
      const batch = await batchOf(broadcast);
      expect(await parts.openBatches.advance(batch, 7)).toBe(true);
      await parts.broadcasts.pause(broadcast.id, { cause: 'person' });
      expect(await parts.openBatches.advance(batch, 10)).toBe(false);
      expect(batch.posting).toBe(7);
      // Nor does a resume give it back.
      await parts.broadcasts.resume(broadcast.id, {});
      expect(await parts.openBatches.advance(batch, 10)).toBe(false);
    });

    it('does not let it end while a batch is in flight', async () => {
      await grant('a');
      const broadcast = await inState('running');
      const { claimed } = await batchOf(broadcast);
      expect(await parts.broadcasts.finish(broadcast.id)).toBe(false);
      const [{ messageId, id: grantId, proof }] = claimed;
      const message = {
        ...{ ...KEY, id: messageId, openid: 'a', scene: 1, broadcastId: broadcast.id, grantId, proof },
      };
      await parts.messageBatches.settleBatch([
        { message, settlement: { outcome: 'sent', grant: 'spent', errcode: 0 } },
      ]);
      expect(await parts.broadcasts.finish(broadcast.id)).toBe(true);
    });
  });

  describe('the end of one that looked for people and found nobody', () => {
    it('waits for a claim that commits at that moment', async () => {
      const broadcast = await inState('running');
      expect(await claim(broadcast)).toBe('end');
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.query(`UPDATE weixin_broadcast SET claimed_at = 1 WHERE id = '${broadcast.id}'`);
      await runner.query(
        `INSERT INTO weixin_message_batch (id, broadcast_id, app_id, template_id, channel, content, accepted_at, owner, held, claimed, posting, leased_until)
          VALUES ('b', '${broadcast.id}', 'a', 't', 'one-time', '{}', 1, 'o', '[]', 1, 1, 2)`,
      );
      const finished = parts.broadcasts.finish(broadcast.id);
      await waitingForLock();
      await runner.commitTransaction();
      await runner.release();
      expect(await finished).toBe(false);
    });

    it.each(['scene', 'recipients'] as const)(
      'of a %s does not come while somebody was handed back since',
      async (audience) => {
        await grant('a');
        const broadcast = await inState('draft', { audience });
        await parts.broadcasts.lease(broadcast.id, 'draft', 'r', 1000);
        await parts.recipients.add(
          broadcast.id,
          'r',
          [{ openid: 'a', status: 'pending', fields: null, reason: null }],
          0,
        );
        await parts.broadcasts.release(broadcast.id, 'r');
        await parts.broadcasts.start(broadcast, 1, {});
        const { claimed } = await batchOf(broadcast);
        const looked = {};
        expect(await claim(broadcast, {}, looked)).toBe('end');
        const [{ messageId: id, id: grantId, proof }] = claimed;
        const message = { ...KEY, id, openid: 'a', scene: 1, broadcastId: broadcast.id, grantId, proof };
        expect(await claims.handBack(broadcast, [message])).toEqual([true]);
        expect(await parts.broadcasts.finish(broadcast.id, looked)).toBe(false);
        expect((await batchOf(broadcast)).claimed.map(({ openid }) => openid)).toEqual(['a']);
      },
    );
  });
});
