import { InvalidInputError } from 'nestjs-weixin-subscribe';
import { DataSource } from 'typeorm';
import { oneTimeChannel } from '../../libs/weixin-subscribe/src/delivery/channels/one-time.channel.js';
import { grantOf } from '../../libs/weixin-subscribe/src/delivery/ledger/message.sql.js';
import type {
  MessageRecord,
  OutgoingMessage,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { GrantChannel } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { MINI_PROGRAM, NOTICES, OFFICIAL } from '../support/accounts.js';
import { countBy, emptyLedger, expectExactBatches } from '../support/ledger.js';
import { atOnce, claimBatch, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';

const DAY_MS = 86_400_000;
const OPENID = 'oABC-1234_xyzabcdefghijklmno';
const KEYWORDS = { data: { thing1: { value: '高等数学' } } };

type Told = Pick<OutgoingMessage, 'appId' | 'templateId' | 'scene' | 'channel' | 'content'>;
const CHANNELS: Record<GrantChannel, Told> = {
  'one-time': {
    ...{ appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 7, channel: 'one-time' },
    content: { title: '上课提醒', content: { value: '高等数学 8:50' } },
  },
  'mini-subscribe': {
    ...{ appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.templates[0], scene: 0 },
    ...{ channel: 'mini-subscribe', content: KEYWORDS },
  },
  'service-notice': {
    ...{ appId: NOTICES.appId, templateId: NOTICES.template, scene: 0 },
    ...{ channel: 'service-notice', content: KEYWORDS },
  },
  'mini-template': {
    ...{ appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.formTemplate, scene: 0 },
    ...{ channel: 'mini-template', content: { data: { keyword1: { value: '高等数学' } } } },
  },
};

const SENT = { outcome: 'sent', grant: 'spent', errcode: 0 } as const;
const NO_ANSWER = { outcome: 'unknown', grant: 'unknown', reason: 'no usable answer' } as const;
const BUSY = { outcome: 'failed', grant: 'available', errcode: -1 } as const;

describeEachDatabase('the ledger of every channel', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  let clock: ManualClock;
  /** Two processes, as far as the database can tell; permissions of each confirm add up. */
  let processes: LibraryParts[];
  let parts: LibraryParts;
  let given = 0;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    second = await new DataSource(withLibrary(opened.database.options)).initialize();
    clock = new ManualClock();
    processes = [opened.dataSource, second].map((dataSource) =>
      libraryParts(dataSource, { clock, grantRule: 'count' }),
    );
    [parts] = processes;
  });
  afterAll(async () => {
    await second?.destroy();
    await opened?.close();
  });
  beforeEach(() => emptyLedger(opened.dataSource));

  const either = (index: number) => processes[index % processes.length];
  const grants = () => countBy(opened.dataSource, 'weixin_grant');
  const messages = () => countBy(opened.dataSource, 'weixin_message');

  describe.each(Object.values(CHANNELS))('$channel', (told) => {
    const { appId, templateId, scene, channel } = told;
    const key = { appId, templateId, scene, channel, openid: OPENID };
    const message = (more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
      ...told,
      openid: OPENID,
      ...more,
    });

    /** One permission more, as its channel gets them. */
    async function give(openid = OPENID, source = `test-${++given}`, by = parts): Promise<string> {
      return channel === 'mini-template'
        ? by.formIds.record({ appId, openid, formId: source })
        : by.grants.record({ ...key, openid, source });
    }

    const accept = async (by = parts, more: Partial<OutgoingMessage> = {}) => {
      const record = await by.messages.accept(message(more));
      if (typeof record === 'string') throw new Error(record);
      return record;
    };

    it('adds up what is given, and gives each to one message, however many ask at once', async () => {
      await atOnce(6, (index) => give(OPENID, `six-${channel}-${index}`, either(index)));
      expect(await parts.grants.countAvailable(key)).toBe(6);
      const accepted = await atOnce(15, (index) => either(index).messages.accept(message()));
      const records = accepted.filter((record): record is MessageRecord => typeof record !== 'string');
      expect(records).toHaveLength(6);
      expect(new Set(records.map(({ id }) => id)).size).toBe(6);
      expect(await grants()).toEqual({ claimed: 6 });
      expect(accepted.filter((record) => record === 'no-grant')).toHaveLength(9);
    });

    it('counts one source once, whoever repeats it', async () => {
      const told = await atOnce(8, (index) => give(OPENID, `once-${channel}`, either(index)));
      expect(told.filter((answer) => answer === 'recorded')).toHaveLength(1);
      expect(told.filter((answer) => answer === 'duplicate')).toHaveLength(7);
      expect(await grants()).toEqual({ available: 1 });
    });

    it('is claimed by the batch as well, once for each person and broadcast, and given back', async () => {
      for (const openid of ['oOne', 'oTwo', 'oTwo', 'oThree']) {
        await give(openid);
        clock.advance(1);
      }
      const { grantBatches, messageBatches } = parts;
      const from = { appId, templateId, scene, channel };
      expect(await grantBatches.count(from)).toBe(3);
      expect((await grantBatches.first(from, 5)).map(({ openid }) => openid)).toEqual([
        'oOne',
        'oTwo',
        'oThree',
      ]);
      expect(await grantBatches.withGrant({ ...from, openids: ['oTwo', 'oFour'] })).toEqual(
        new Set(['oTwo']),
      );
      const broadcast = { id: parts.random.id(clock.now()), createdAt: new Date(clock.now()) };
      const order = { broadcast, from, content: told.content };
      const first = await claimBatch(parts, { ...order, limit: 2 });
      expect(first.map(({ openid }) => openid)).toEqual(['oOne', 'oTwo']);
      expect(await grants()).toEqual({ claimed: 2, available: 2 });
      const second = await claimBatch(either(1), { ...order, limit: 5 });
      expect(second.map(({ openid }) => openid)).toEqual(['oThree']);
      const held = [...first, ...second].map(({ messageId: id, id: grantId, openid, proof }) => {
        return { appId, templateId, scene, channel, id, grantId, openid, proof, broadcastId: broadcast.id };
      });
      expect(await messageBatches.handBack(held.slice(1, 2))).toEqual([true]);
      const listed = await claimBatch(parts, {
        ...order,
        limit: 5,
        from: { ...from, openids: ['oOne', 'oTwo'] },
      });
      expect(listed.map(({ openid }) => openid)).toEqual(['oTwo']);
      const { messageId: id, id: grantId, openid, proof } = listed[0];
      const ends = [held[0], held[2], { ...held[1], id, grantId, openid, proof }].map((message, index) => {
        return { message, settlement: ([SENT, NO_ANSWER, BUSY] as const)[index] };
      });
      expect(await messageBatches.settleBatch(ends)).toEqual([true, true, true]);
      expect(await grants()).toEqual({ spent: 1, unknown: 1, available: 2 });
      expect(await messages()).toEqual({ sent: 1, unknown: 1, failed: 1 });
      expect(await parts.messages.find(id)).toMatchObject({ templateId, channel, content: told.content });
      await expectExactBatches(opened.dataSource);
    });

    it('keeps the message as it was accepted, of its own template and channel', async () => {
      await give();
      const { id } = await accept();
      expect(await parts.messages.find(id)).toMatchObject({
        ...{ appId, openid: OPENID, templateId, scene, channel, status: 'sending', content: told.content },
      });
    });

    it.each([
      ['sent', 'spent', { sent: 1 }, { spent: 1 }],
      ['refused', 'void', { refused: 1 }, { void: 1 }],
      ['failed', 'available', { failed: 1 }, { available: 1 }],
      ['unknown', 'unknown', { unknown: 1 }, { unknown: 1 }],
    ] as const)('ends as %s with its grant %s', async (outcome, grant, inMessages, inGrants) => {
      await give();
      const record = await accept();
      expect(await parts.messages.settle(record, { outcome, grant, msgid: '3395159288267931652' })).toBe(
        true,
      );
      expect(await messages()).toEqual(inMessages);
      expect(await grants()).toEqual(inGrants);
      expect((await parts.messages.find(record.id))?.msgid).toBe('3395159288267931652');
      expect(await parts.grants.countAvailable(key)).toBe(grant === 'available' ? 1 : 0);
    });

    it('gives a permission back beside others that were given meanwhile', async () => {
      await give();
      const record = await accept();
      await give();
      await parts.messages.settle(record, { outcome: 'failed', grant: 'available' });
      expect(await grants()).toEqual({ available: 2 });
      await Promise.all([accept(), accept(processes[1])]);
      expect(await grants()).toEqual({ claimed: 2 });
    });

    it('promises one permission to one waiting message, and claims it when its time comes', async () => {
      await give();
      const deferral = { notBefore: new Date(clock.now()) };
      const waiting = await parts.waiting.accept(message(), deferral);
      expect(await parts.waiting.countUnpromised(message(), clock.now())).toBe(0);
      const begun = await parts.waiting.begin(waiting as MessageRecord);
      expect(begun).toMatchObject({ status: 'sending', channel });
      expect(await grants()).toEqual({ claimed: 1 });
    });

    it('never posts by policy what is unknown, since a second post could use another permission', async () => {
      const byPolicy = libraryParts(opened.dataSource, {
        clock,
        grantRule: 'count',
        unknown: 'resend-if-not-renewed',
      });
      await give();
      const record = await accept(byPolicy);
      await byPolicy.messages.settle(record, { outcome: 'unknown', grant: 'unknown' });
      clock.advance(3_600_000);
      expect(await byPolicy.resends.due(10)).toEqual([]);
    });

    it('forgets a person', async () => {
      await give();
      await give();
      const record = await accept();
      await parts.messages.settle(record, { outcome: 'sent', grant: 'spent', errcode: 0 });
      await parts.personalData.forget(appId, OPENID);
      expect(await grants()).toEqual({});
      expect((await parts.messages.find(record.id))?.content).toBeUndefined();
    });
  });

  describe('what has no scenes', () => {
    const key = { ...CHANNELS['mini-subscribe'], openid: OPENID };
    const { content: _content, ...noticeKey } = { ...CHANNELS['service-notice'], openid: OPENID };

    it('is the same without a scene, and refuses one', async () => {
      const { appId, openid, templateId } = key;
      await parts.grants.record({ appId, openid, templateId, source: 'push:1' });
      expect(await parts.grants.countAvailable({ appId, openid, templateId })).toBe(1);
      expect(await parts.grants.countAvailable({ ...noticeKey })).toBe(0);
      await expect(
        parts.grants.record({ appId, openid, templateId, scene: 1, source: 'push:2' }),
      ).rejects.toThrow('scene must be left out: channel mini-subscribe has none');
      const { content: _, ...oneTime } = { ...CHANNELS['one-time'], openid };
      await expect(
        parts.grants.record({ ...oneTime, scene: undefined, source: 'push:3' }),
      ).rejects.toBeInstanceOf(InvalidInputError);
    });

    it('is of the channel of its template, whatever is said', async () => {
      const { appId, openid, templateId } = key;
      await expect(
        parts.grants.record({ appId, openid, templateId, channel: 'service-notice', source: 'x' }),
      ).rejects.toThrow('is of channel mini-subscribe, not of service-notice');
      expect(oneTimeChannel.grants.rule).toBe('account');
    });

    describe('and is reported by WeChat', () => {
      const { appId, openid, templateId } = key;
      const receipt = (msgid: string, errorCode = 0) => ({
        ...{ appId, openid, templateId, msgid, errorCode, errorStatus: 'success' },
        at: new Date(clock.now()),
      });
      const UNKNOWN = { outcome: 'unknown', grant: 'unknown' } as const;
      async function sending(): Promise<MessageRecord> {
        await parts.grants.record({ appId, openid, templateId, source: `receipt:${++given}` });
        return (await parts.messages.accept(key)) as MessageRecord;
      }

      it('settles the one message whose answer was lost, and none where it could be two', async () => {
        const [one, two] = [await sending(), await sending()];
        await parts.messages.settle(one, UNKNOWN);
        await parts.messages.settle(two, UNKNOWN);
        expect(await parts.receipts.apply(receipt('1'))).toBe('ambiguous');
        expect(await messages()).toEqual({ unknown: 2 });
        await parts.messages.resolve(two, { outcome: 'failed', grant: 'available' });
        expect(await parts.receipts.apply(receipt('1'))).toBe('settled');
        expect(await parts.receipts.apply(receipt('1'))).toBe('known');
        expect(await messages()).toEqual({ sent: 1, failed: 1 });
      });

      it('waits for the answer of a send in flight, and for nobody of another template or a day ago', async () => {
        const message = await sending();
        expect(await parts.receipts.apply(receipt('1'))).toBe('in-flight');
        await parts.messages.settle(message, { outcome: 'sent', grant: 'spent', errcode: 0, msgid: '1' });
        expect(await parts.receipts.apply(receipt('1'))).toBe('known');
        expect(await parts.receipts.apply(receipt('2'))).toBe('none');
        await parts.messages.settle(await sending(), UNKNOWN);
        const elsewhere = { ...receipt('2'), templateId: MINI_PROGRAM.templates[1] };
        expect(await parts.receipts.apply(elsewhere)).toBe('none');
        clock.advance(DAY_MS + 60_000);
        expect(await parts.receipts.apply(receipt('2'))).toBe('none');
        expect(await messages()).toEqual({ sent: 1, unknown: 1 });
      });

      const SENT = { outcome: 'sent', grant: 'spent', errcode: 0 } as const;
      async function sentWithout(): Promise<MessageRecord> {
        const message = await sending();
        await parts.messages.settle(message, SENT);
        return message;
      }
      const now = (id: string) => parts.messages.find(id);

      it('takes back the one message whose answer held no msgid, and keeps the msgid', async () => {
        const { id } = await sentWithout();
        const told = await atOnce(6, (index) => either(index).receipts.apply(receipt('77', 43101)));
        expect(told.filter((effect) => effect === 'taken-back')).toHaveLength(1);
        expect(told.filter((effect) => effect === 'known')).toHaveLength(5);
        expect(await now(id)).toMatchObject({ status: 'failed', errcode: 43101, msgid: '77' });
        expect(await grants()).toEqual({ spent: 1 });
      });

      it('gives a message the msgid that its answer did not hold, so that the next report is about another', async () => {
        const one = await sentWithout();
        expect(await parts.receipts.apply(receipt('1'))).toBe('known');
        expect(await now(one.id)).toMatchObject({ status: 'sent', errcode: 0, msgid: '1' });
        const two = await sentWithout();
        expect(await parts.receipts.apply(receipt('2', 43101))).toBe('taken-back');
        expect(await now(two.id)).toMatchObject({ status: 'failed', msgid: '2' });
        expect(await now(one.id)).toMatchObject({ status: 'sent' });
      });

      it('changes none where several could be meant, and says which', async () => {
        const one = await sentWithout();
        clock.advance(1);
        const two = await sending();
        await parts.messages.settle(two, UNKNOWN);
        for (const errorCode of [0, 43101])
          expect(await parts.receipts.apply(receipt('3', errorCode))).toBe('ambiguous');
        expect(await parts.receipts.possible(receipt('3'))).toEqual([two.id, one.id]);
        expect(await messages()).toEqual({ sent: 1, unknown: 1 });
        await parts.messages.resolve(two, SENT);
        // That both were sent is what the ledger says already.
        expect(await parts.receipts.apply(receipt('3'))).toBe('known');
        expect(await parts.receipts.apply(receipt('3', 43101))).toBe('ambiguous');
        expect(await messages()).toEqual({ sent: 2 });
      });

      it('is of one message each, when two reports come at once for one that has no msgid', async () => {
        const { id } = await sentWithout();
        const told = await atOnce(8, (index) =>
          either(index).receipts.apply(receipt(String(index % 2), 43101)),
        );
        expect(told.filter((effect) => effect === 'taken-back')).toHaveLength(1);
        expect((await now(id))?.msgid).toMatch(/^[01]$/);
        const [known, none] = ['known', 'none'].map((word) => told.filter((effect) => effect === word));
        expect([known.length, none.length]).toEqual([3, 4]);
      });

      it('finds a message that was accepted days before it was posted', async () => {
        await parts.grants.record({ appId, openid, templateId, source: `receipt:${++given}` });
        const notBefore = new Date(clock.now() + 3 * DAY_MS);
        const waiting = (await parts.waiting.accept(key, { notBefore })) as MessageRecord;
        clock.advance(3 * DAY_MS);
        const begun = (await parts.waiting.begin(waiting)) as MessageRecord;
        await parts.messages.settle(begun, UNKNOWN);
        expect(await parts.receipts.apply(receipt('1'))).toBe('settled');
        clock.advance(2 * DAY_MS);
        expect(await parts.receipts.apply(receipt('1', 20000))).toBe('taken-back');
        expect(await now(begun.id)).toMatchObject({ status: 'failed', msgid: '1' });
      });

      it('is counted in the batch of its broadcast', async () => {
        await parts.grants.record({ appId, openid, templateId, source: `receipt:${++given}` });
        const [claimed] = await claimBatch(parts, {
          from: { appId, templateId, channel: 'mini-subscribe' },
          limit: 1,
          content: key.content,
        });
        const { messageId: id, id: grantId, proof } = claimed;
        const message = { appId, openid, templateId, id, grantId, proof, broadcastId: 'any' };
        expect(await parts.receipts.apply(receipt('1', 20000))).toBe('in-flight');
        await parts.messageBatches.settleBatch([{ message, settlement: SENT }]);
        expect(await parts.receipts.apply(receipt('1', 20000))).toBe('taken-back');
        await expectExactBatches(opened.dataSource);
        expect(await messages()).toEqual({ failed: 1 });
      });

      it('is taken back once, and only what was sent', async () => {
        const message = await sending();
        await parts.messages.settle(message, { outcome: 'sent', grant: 'spent', errcode: 0, msgid: '1' });
        const told = await atOnce(6, (index) => either(index).receipts.apply(receipt('1', 20000)));
        expect(told.filter((effect) => effect === 'taken-back')).toHaveLength(1);
        expect(await parts.messages.find(message.id)).toMatchObject({ status: 'failed', errcode: 20000 });
        expect(await grants()).toEqual({ spent: 1 });
      });
    });

    it('is closed by a rejection, but for what was given after it or is in flight', async () => {
      const { appId, openid, templateId } = key;
      const record = (source: string) => parts.grants.record({ appId, openid, templateId, source });
      await record('before:1');
      await record('before:2');
      await parts.messages.accept(key);
      const rejectedAt = clock.now();
      clock.advance(1);
      await record('after');
      expect(await parts.grants.voidGivenUntil({ appId, openid, templateId }, rejectedAt)).toBe(1);
      expect(await grants()).toEqual({ claimed: 1, void: 1, available: 1 });
    });
  });

  describe('form ids and prepay ids', () => {
    const { appId } = MINI_PROGRAM;
    const told = CHANNELS['mini-template'];
    const send = (openid: string, by = parts) => by.messages.accept({ ...told, openid });
    const ago = (ms: number) => new Date(clock.now() - ms);

    it('permit one message and three messages, and no fourth, however many ask at once', async () => {
      await parts.formIds.record({ appId, openid: OPENID, prepayId: 'wx2019pay' });
      const accepted = await atOnce(10, (index) => send(OPENID, either(index)));
      expect(accepted.filter((record) => typeof record !== 'string')).toHaveLength(3);
      expect(await grants()).toEqual({ claimed: 3 });
      expect(await parts.formIds.record({ appId, openid: OPENID, prepayId: 'wx2019pay' })).toBe('duplicate');
      expect(await grants()).toEqual({ claimed: 3 });
    });

    it('are posted as they were given', async () => {
      await parts.formIds.record({ appId, openid: OPENID, formId: '1577_form-ID' });
      await parts.formIds.record({ appId, openid: OPENID, prepayId: 'wx2019pay' });
      const ids = [];
      for (let n = 0; n < 4; n++) {
        const record = await send(OPENID);
        if (typeof record !== 'string') ids.push(await parts.formIds.of(grantOf(record.id)));
      }
      expect(ids.sort()).toEqual(['1577_form-ID', 'wx2019pay', 'wx2019pay', 'wx2019pay']);
    });

    it('end after seven days, to the millisecond', async () => {
      const submittedAt = ago(7 * DAY_MS - 2);
      await parts.formIds.record({ appId, openid: OPENID, formId: 'late', submittedAt });
      clock.advance(1);
      expect(await parts.grants.countAvailable({ ...told, openid: OPENID })).toBe(1);
      clock.advance(1);
      expect(await send(OPENID)).toBe('no-grant');
      await expect(
        parts.formIds.record({ appId, openid: OPENID, formId: 'later', submittedAt }),
      ).rejects.toThrow('submittedAt must be less than 7 days ago');
      await expect(
        parts.formIds.record({ appId, openid: OPENID, formId: 'x', submittedAt: ago(-1000) }),
      ).rejects.toThrow('submittedAt must not be in the future');
    });

    it('are used in the order in which they end, and never after, for a crowd with mixed ages', async () => {
      const people = Number(process.env.FORM_ID_PEOPLE ?? 40);
      const AGES = [6.9, 0.5, 3, 6, 6.9999, 1].map((days) => days * DAY_MS);
      const openids = Array.from({ length: people }, (_, index) => `oForm-${index}`);
      for (const [index, openid] of openids.entries())
        await atOnce(AGES.length, (at) =>
          parts.formIds.record({
            ...{ appId, openid, submittedAt: ago(AGES[at]) },
            formId: `f-${index}-${Math.round(AGES[at])}`,
          }),
        );
      clock.advance(DAY_MS / 2);
      // Those of 6.9 and 6.9999 days have ended.
      const used = await Promise.all(
        openids.map(async (openid, index) => {
          const ids: string[] = [];
          for (let n = 0; n < 6; n++) {
            const record = await send(openid, either(index + n));
            if (typeof record !== 'string') ids.push(await parts.formIds.of(grantOf(record.id)));
          }
          return ids;
        }),
      );
      for (const [index, ids] of used.entries())
        expect(ids).toEqual([6, 3, 1, 0.5].map((days) => `f-${index}-${days * DAY_MS}`));
    });

    it('are for every template of the mini-program, and of nobody else', async () => {
      await parts.formIds.record({ appId, openid: OPENID, formId: 'any' });
      expect(await parts.grants.countAvailable({ ...told, openid: OPENID, templateId: 'another' })).toBe(1);
      expect(await parts.grants.countAvailable({ ...told, openid: 'oSomebodyElse' })).toBe(0);
    });

    it.each([
      ['both', { formId: 'f', prepayId: 'p' }, /prepayId takes the place of formId/],
      ['neither', {}, /formId must be 1 to 64/],
      ['what the developer tools give', { formId: 'the formId is a mock one' }, /formId must be 1 to 64/],
      [
        'a moment without an offset',
        { formId: 'f', submittedAt: '2026-11-21T08:00:00' },
        /submittedAt must be/,
      ],
    ])('are refused: %s', async (_what, more, says) => {
      await expect(parts.formIds.record({ appId, openid: OPENID, ...more })).rejects.toThrow(says);
      await expect(
        parts.grants.record({ appId, openid: OPENID, templateId: '', channel: 'mini-template', source: 'x' }),
      ).rejects.toThrow('record form ids by FormIdService');
      expect(await grants()).toEqual({});
    });
  });
});
