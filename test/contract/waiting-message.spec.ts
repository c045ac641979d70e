import { DataSource } from 'typeorm';
import type {
  MessageRecord,
  OutgoingMessage,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import { OFFICIAL } from '../support/accounts.js';
import { explain } from '../support/explain.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { atOnce, grantOf, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';

const MESSAGE: OutgoingMessage = {
  appId: OFFICIAL.appId,
  openid: 'oABC-1234_xyzabcdefghijklmno',
  templateId: OFFICIAL.templates[0],
  scene: 1000,
  channel: 'one-time',
  content: { title: '上课提醒', content: { value: '高等数学 8:50 开始 🎓' } },
};
const BUSY: Settlement = {
  outcome: 'failed',
  grant: 'available',
  errcode: 45011,
  errmsg: 'api minute-quota reach limit, must slower, retry next minute',
};
const SENT: Settlement = { outcome: 'sent', grant: 'spent', errcode: 0 };
const UNKNOWN: Settlement = { outcome: 'unknown', grant: 'unknown', reason: 'no answer' };

describeEachDatabase('WaitingMessageRepository', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  let clock: ManualClock;
  /** Two processes, as far as the database can tell. */
  let processes: LibraryParts[];
  let parts: LibraryParts;
  let sources = 0;

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
  const give = (scene = MESSAGE.scene, by = parts) => {
    const { appId, openid, templateId } = MESSAGE;
    return by.grants.record({ appId, openid, templateId, scene, source: `test:${++sources}` });
  };
  const accept = async (more: Partial<OutgoingMessage> = {}, inMs = 0, deadlineMs?: number) => {
    const at = (ms: number) => new Date(clock.now() + ms);
    const deadline = deadlineMs === undefined ? undefined : at(deadlineMs);
    const accepted = await parts.waiting.accept({ ...MESSAGE, ...more }, { notBefore: at(inMs), deadline });
    if (accepted === 'duplicate') throw new Error('not accepted');
    return accepted;
  };
  const begin = async (message: MessageRecord, by = parts): Promise<MessageRecord> => {
    const begun = await by.waiting.begin(message);
    if (typeof begun === 'string') throw new Error(`not begun: ${begun}`);
    return begun;
  };
  const stored = async ({ id }: MessageRecord) => (await parts.messages.find(id)) as MessageRecord;
  const messages = () => countBy(opened.dataSource, 'weixin_message');
  const grants = () => countBy(opened.dataSource, 'weixin_grant');

  it('writes down what it answers', async () => {
    const accepted = await accept({ idempotencyKey: 'k', requestedBy: 'job' }, 5000, 9000);
    expect(await stored(accepted)).toEqual({
      ...accepted,
      grantId: undefined,
      errcode: undefined,
      errmsg: undefined,
      rid: undefined,
      reason: undefined,
      settledAt: undefined,
    });
    expect(accepted.dueAt).toEqual(accepted.notBefore);
  });

  it('answers "duplicate" for a key that a direct send has taken', async () => {
    await give();
    await parts.messages.accept({ ...MESSAGE, idempotencyKey: 'k' });
    const deferral = { notBefore: new Date(clock.now()) };
    expect(await parts.waiting.accept({ ...MESSAGE, idempotencyKey: 'k' }, deferral)).toBe('duplicate');
    expect(await messages()).toEqual({ sending: 1 });
  });

  it('keeps the key of a waiting message from a direct send, whose claim is undone', async () => {
    await give();
    await accept({ idempotencyKey: 'k' });
    expect(await parts.messages.accept({ ...MESSAGE, idempotencyKey: 'k' })).toBe('duplicate');
    expect(await grants()).toEqual({ available: 1 });
  });

  describe('due', () => {
    it('gives what is due, by its moment and id, page by page, and nothing twice', async () => {
      const scenes = [30, 10, 10, 20, 10, 40, 0, 41];
      for (const [scene, ms] of scenes.entries()) await accept({ scene }, ms);
      clock.advance(40);
      const seen: MessageRecord[] = [];
      for (let page = await parts.waiting.due(2); page.length; page = await parts.waiting.due(2, seen.at(-1)))
        seen.push(...page);
      expect(seen.map(({ scene }) => scenes[scene])).toEqual([0, 10, 10, 10, 20, 30, 40]);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(7);
      const tied = seen.filter(({ scene }) => scenes[scene] === 10).map(({ id }) => id);
      expect(tied).toEqual([...tied].sort());
    });

    it('reads its index alone, also among many that are not due', async () => {
      for (let scene = 0; scene < 300; scene++) await accept({ scene }, 3_600_000);
      const plan = await explain(
        opened.dataSource,
        `SELECT id FROM weixin_message WHERE status = 'waiting' AND due_at <= ${clock.now()} ORDER BY due_at, id LIMIT 200`,
      );
      expect(plan.text).toContain('ix_weixin_message_due');
      expect(plan.text).not.toMatch(/Sort|filesort|TEMP B-TREE/);
      const resends = await explain(
        opened.dataSource,
        `SELECT id FROM weixin_message WHERE status = 'unknown' AND due_at <= ${clock.now()} ORDER BY due_at, id LIMIT 200`,
      );
      expect(resends.text).toContain('ix_weixin_message_due');
    });

    it('counts what is late and what is unknown by that index, and no further than asked', async () => {
      for (let scene = 0; scene < 5; scene++) await accept({ scene });
      clock.advance(1);
      expect(await parts.waiting.countDueBefore(clock.now(), 1000)).toBe(5);
      expect(await parts.waiting.countDueBefore(clock.now(), 3)).toBe(3);
      expect(await parts.waiting.countDueBefore(clock.now() - 1, 1000)).toBe(0);
      expect(await parts.waiting.countUnknown(1000)).toBe(0);
      const counted = await explain(
        opened.dataSource,
        "SELECT COUNT(*) FROM (SELECT id FROM weixin_message WHERE status = 'unknown' LIMIT 1000) AS counted",
      );
      // MariaDB has no partial indexes: there the one of what is in flight begins with the status, too.
      expect(counted.text).toMatch(/ix_weixin_message_(due|in_flight)/);
    });
  });

  describe('begin', () => {
    it('claims a grant and tells which; the attempt counts', async () => {
      await give();
      const message = await accept();
      const begun = await begin(message);
      expect(begun).toMatchObject({ id: message.id, status: 'sending', attempts: 1, dueAt: undefined });
      const { id, status } = await grantOf(parts, message.id);
      expect(status).toBe('claimed');
      expect(await stored(message)).toMatchObject({ status: 'sending', attempts: 1, grantId: id });
    });

    it('lets one of many workers win, with one grant although there are more', async () => {
      const counting = processes.map((_, index) =>
        libraryParts([opened.dataSource, second][index], { clock, grantRule: 'count' }),
      );
      for (let n = 0; n < 5; n++) await give(MESSAGE.scene, counting[0]);
      const message = await accept();
      const ends = await atOnce(20, (index) => counting[index % 2].waiting.begin(message));
      expect(ends.filter((end) => end !== 'gone')).toHaveLength(1);
      expect(await grants()).toEqual({ claimed: 1, available: 4 });
      expect(await stored(message)).toMatchObject({ attempts: 1 });
    });

    it('lets as many of many messages win as there are grants', async () => {
      for (let n = 0; n < 3; n++) await give();
      const waiting: MessageRecord[] = [];
      for (let n = 0; n < 6; n++) waiting.push(await accept());
      const ends = await atOnce(6, (index) => either(index).waiting.begin(waiting[index]));
      // The rule is "set": three confirms of one key are one grant.
      expect(ends.filter((end) => end === 'no-grant')).toHaveLength(5);
      expect(await messages()).toEqual({ sending: 1, waiting: 5 });
    });

    it('changes nothing without a grant', async () => {
      const message = await accept();
      expect(await parts.waiting.begin(message)).toBe('no-grant');
      expect(await stored(message)).toEqual(expect.objectContaining({ status: 'waiting', attempts: 0 }));
    });

    it.each<[string, (message: MessageRecord) => Promise<unknown>]>([
      ['cancelled', ({ id }) => parts.waiting.cancel(id)],
      ['put off', (message) => parts.waiting.putOff(message, clock.now() + 1, 'later')],
      ['tried', (message) => parts.waiting.putOff(message, clock.now(), 'no token', true)],
      [
        'sent back',
        async (message) => parts.waiting.putBack(await begin(message), BUSY, clock.now() + 60_000),
      ],
    ])('does nothing on a look from before it was %s', async (_what, change) => {
      await give();
      const message = await accept();
      await change(message);
      const now = await stored(message);
      expect(await parts.waiting.begin(message)).toBe('gone');
      expect(await parts.waiting.putOff(message, clock.now() + 5, 'late')).toBe(false);
      expect(await parts.waiting.end(message, 'late')).toBe(false);
      expect(await stored(message)).toEqual(now);
      expect(await grants()).toEqual({ available: 1 });
    });
  });

  describe('putBack', () => {
    it('lets it wait with what WeChat said, gives the grant back, and both go another time', async () => {
      await give();
      const begun = await begin(await accept());
      const dueAt = new Date(clock.now() + 60_000);
      expect(await parts.waiting.putBack(begun, BUSY, dueAt.getTime())).toBe(true);
      const waiting = await stored(begun);
      expect(waiting).toMatchObject({ status: 'waiting', errcode: 45011, dueAt, attempts: 1 });
      expect(waiting.grantId).toBeUndefined();
      expect(await grants()).toEqual({ available: 1 });
      const again = await begin(waiting);
      expect(again.attempts).toBe(2);
      expect(await parts.messages.settle(again, SENT)).toBe(true);
      expect(await stored(begun)).toMatchObject({ status: 'sent', errcode: 0, grantId: expect.any(String) });
      expect(await grants()).toEqual({ spent: 1 });
    });

    it('lets go of a grant that was renewed meanwhile, and takes the newer one next time', async () => {
      await give();
      const begun = await begin(await accept());
      clock.advance(1);
      await give();
      await parts.waiting.putBack(begun, BUSY, clock.now());
      expect(await grants()).toEqual({ renewed: 1, available: 1 });
      await begin(await stored(begun));
      expect(await grants()).toEqual({ renewed: 1, claimed: 1 });
    });

    it('is refused once recovery has called it unknown', async () => {
      await give();
      const begun = await begin(await accept());
      await parts.messages.settle(begun, UNKNOWN);
      expect(await parts.waiting.putBack(begun, BUSY, clock.now())).toBe(false);
      expect([await messages(), await grants()]).toEqual([{ unknown: 1 }, { unknown: 1 }]);
    });
  });

  describe('an attempt that comes too late', () => {
    it.each<[string, Settlement]>([
      ['sent', SENT],
      ['failed', { outcome: 'failed', grant: 'available' }],
      ['unknown', UNKNOWN],
    ])('does not end a later one as %s', async (_what, settlement) => {
      await give();
      const first = await begin(await accept());
      await parts.waiting.putBack(first, BUSY, clock.now());
      const later = await begin(await stored(first));
      expect(await parts.messages.settle(first, settlement)).toBe(false);
      expect(await parts.waiting.putBack(first, BUSY, clock.now())).toBe(false);
      expect([await messages(), await grants()]).toEqual([{ sending: 1 }, { claimed: 1 }]);
      expect(await parts.messages.settle(later, SENT)).toBe(true);
    });
  });

  it('counts what is promised of a key, whatever became of the others', async () => {
    const left = async () => parts.waiting.countUnpromised(MESSAGE, clock.now());
    expect(await left()).toBe(0);
    await give();
    expect(await left()).toBe(1);
    const message = await accept();
    await accept({ scene: 1 });
    await accept({ openid: 'oABC-1234_XYZABCDEFGHIJKLMNO' });
    expect(await left()).toBe(0);
    await begin(message);
    expect(await left()).toBe(0);
    await parts.messages.settle({ ...message, attempts: 1 }, { outcome: 'failed', grant: 'available' });
    expect(await left()).toBe(1);
  });

  it('is cancelled once by many', async () => {
    const { id } = await accept();
    const ends = await atOnce(10, (index) => either(index).waiting.cancel(id));
    expect(ends.filter(Boolean)).toHaveLength(1);
  });

  it('is either cancelled or sent when both come at once', async () => {
    for (let round = 0; round < 20; round++) {
      await emptyLedger(opened.dataSource);
      await give();
      const message = await accept();
      const [begun, cancelled] = await Promise.all([
        processes[0].waiting.begin(message),
        processes[1].waiting.cancel(message.id),
      ]);
      expect(cancelled).toBe(begun === 'gone');
      expect(await grants()).toEqual(cancelled ? { available: 1 } : { claimed: 1 });
    }
  });
});
