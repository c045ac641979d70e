import { DataSource } from 'typeorm';
import type {
  MessageRecord,
  OutgoingMessage,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { atOnce, grantOf, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';
import { purgeMessages } from '../support/upkeep.js';

const KEY = {
  appId: OFFICIAL.appId,
  openid: 'oABC-1234_xyzabcdefghijklmno',
  templateId: OFFICIAL.templates[0],
  scene: 1000,
  channel: 'one-time' as const,
};
const MESSAGE: OutgoingMessage = {
  ...KEY,
  content: {
    title: '上课提醒',
    content: { value: '高等数学 8:50 开始 🎓\n教室 A-301; it\'s \\ "here"', color: '#173177' },
    url: 'https://example.com/courses/1?a=1&b=2',
    miniprogram: { appId: 'wx1234567890abcdef', pagepath: 'pages/course?id=1' },
  },
};
const SENT: Settlement = { outcome: 'sent', grant: 'spent', errcode: 0 };
const REFUSED: Settlement = {
  outcome: 'refused',
  grant: 'void',
  errcode: 43101,
  errmsg: 'user refuse to accept the msg rid: 5f0c1a2b-1b2c3d4e-5f6a7b8c',
  rid: '5f0c1a2b-1b2c3d4e-5f6a7b8c',
};
const FAILED: Settlement = {
  outcome: 'failed',
  grant: 'available',
  reason: 'the platform could not be reached',
};
const UNKNOWN: Settlement = {
  outcome: 'unknown',
  grant: 'unknown',
  reason: 'the platform gave no usable answer',
};

describeEachDatabase('MessageRepository', (kind) => {
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

  const either = (index: number) => processes[index % processes.length];
  const give = (more: Partial<OutgoingMessage> = {}, by = parts) => {
    const { appId, openid, templateId, scene } = { ...KEY, ...more };
    return by.grants.record({ appId, openid, templateId, scene, source: `test:${++sources}` });
  };
  /** Accepts a message that has a grant. */
  const accept = async (more: Partial<OutgoingMessage> = {}, by = parts): Promise<MessageRecord> => {
    const accepted = await by.messages.accept({ ...MESSAGE, ...more });
    if (typeof accepted === 'string') throw new Error(`not accepted: ${accepted}`);
    return accepted;
  };
  const accepted = async (more: Partial<OutgoingMessage> = {}) => {
    await give(more);
    return accept(more);
  };
  const messages = () => countBy(opened.dataSource, 'weixin_message');
  const grants = () => countBy(opened.dataSource, 'weixin_grant');
  const stored = (message: MessageRecord) => parts.messages.find(message.id);

  describe('accept', () => {
    it('claims a grant and writes the message down, and what it answers is what can be read back', async () => {
      await give();
      const message = await accept({ idempotencyKey: 'class-1', requestedBy: 'courses' });
      const grant = await grantOf(parts, message.id);
      expect(grant.status).toBe('claimed');
      expect(await stored(message)).toEqual({ ...message, grantId: grant.id, proof: 'bound' });
      expect(message).toMatchObject({
        ...MESSAGE,
        status: 'sending',
        idempotencyKey: 'class-1',
        requestedBy: 'courses',
        acceptedAt: new Date(clock.now()),
      });
      expect(await parts.messages.findByIdempotencyKey(KEY.appId, 'class-1')).toMatchObject({
        id: message.id,
      });
    });

    it('answers "no-grant" and writes nothing when there is no grant', async () => {
      expect(await parts.messages.accept(MESSAGE)).toBe('no-grant');
      await give({ scene: 1001 });
      await give({ openid: 'oabC-1234_xyzabcdefghijklmno' });
      await give({ appId: MOBILE.appId, templateId: MOBILE.templates[0] });
      expect(await parts.messages.accept(MESSAGE)).toBe('no-grant');
      expect(await messages()).toEqual({});
      expect(await grants()).toEqual({ available: 3 });
    });

    it('answers "duplicate", writes nothing and leaves the grant available when the idempotency key is taken', async () => {
      const first = await accepted({ idempotencyKey: 'class-1' });
      await parts.messages.settle(first, SENT);
      await give();
      expect(await parts.messages.accept({ ...MESSAGE, idempotencyKey: 'class-1' })).toBe('duplicate');
      expect(await grants()).toEqual({ available: 1, spent: 1 });
      expect(await messages()).toEqual({ sent: 1 });
    });

    it('keeps idempotency keys apart by account and by case', async () => {
      const other = { appId: MOBILE.appId, templateId: MOBILE.templates[0] };
      await accepted({ idempotencyKey: 'class-a' });
      await accepted({ idempotencyKey: 'class-a', ...other });
      await accepted({ idempotencyKey: 'class-A' });
      expect(await messages()).toEqual({ sending: 3 });
    });

    it('lets any number of messages go without an idempotency key', async () => {
      for (const scene of [1, 2, 3]) await accepted({ scene });
      expect(await messages()).toEqual({ sending: 3 });
    });

    it('gives one grant to one of 50 messages at once', async () => {
      await give();
      const answers = await atOnce(50, (index) => either(index).messages.accept(MESSAGE));
      expect(answers.filter((answer) => answer === 'no-grant')).toHaveLength(49);
      expect(await grants()).toEqual({ claimed: 1 });
      expect(await messages()).toEqual({ sending: 1 });
    });

    it('gives 20 grants to exactly 20 of 50 messages at once', async () => {
      for (let confirm = 0; confirm < 20; confirm++) await give({}, counting);
      const answers = await atOnce(50, (index) => either(index).messages.accept(MESSAGE));
      expect(answers.filter((answer) => answer === 'no-grant')).toHaveLength(30);
      expect(await grants()).toEqual({ claimed: 20 });
      expect(await messages()).toEqual({ sending: 20 });
    });

    it('lets one of 20 messages with one idempotency key through, and keeps the other grants', async () => {
      for (let confirm = 0; confirm < 20; confirm++) await give({}, counting);
      const answers = await atOnce(20, (index) =>
        either(index).messages.accept({ ...MESSAGE, idempotencyKey: 'class-1' }),
      );
      expect(answers.filter((answer) => answer === 'duplicate')).toHaveLength(19);
      expect(await grants()).toEqual({ available: 19, claimed: 1 });
    });

    it('never says that there is no grant while the person renews it', async () => {
      await give();
      for (let round = 0; round < 15; round++) {
        const [answer] = await Promise.all([
          either(round).messages.accept(MESSAGE),
          ...Array.from({ length: 8 }, (_, index) => give({}, either(index))),
        ]);
        expect(answer).toMatchObject({ status: 'sending' });
        await give();
      }
      expect(await grants()).toMatchObject({ available: 1, claimed: 15 });
      expect(await messages()).toEqual({ sending: 15 });
    });
  });

  describe('settle', () => {
    it.each<[string, Settlement, string]>([
      ['sent, and its grant spent', SENT, 'spent'],
      ['refused, and its grant void', REFUSED, 'void'],
      ['unknown, and its grant closed', UNKNOWN, 'unknown'],
    ])('ends a message as %s', async (_, settlement, grantStatus) => {
      const message = await accepted();
      clock.advance(250);
      expect(await parts.messages.settle(message, settlement)).toBe(true);
      const { outcome, errcode, errmsg, rid, reason } = settlement;
      expect(await stored(message)).toMatchObject({ status: outcome, settledAt: new Date(clock.now()) });
      expect(await stored(message)).toEqual(expect.objectContaining({ errcode, errmsg, rid, reason }));
      expect(await grantOf(parts, message.id)).toMatchObject({ status: grantStatus });
    });

    it('ends a message as failed, and gives its grant to the next', async () => {
      const message = await accepted();
      expect(await parts.messages.settle(message, FAILED)).toBe(true);
      expect(await stored(message)).toMatchObject({ status: 'failed', reason: FAILED.reason });
      expect(await grants()).toEqual({ available: 1 });
      await accept();
      expect(await messages()).toEqual({ failed: 1, sending: 1 });
    });

    it('counts a failed message as settled when the person has confirmed anew meanwhile', async () => {
      const message = await accepted();
      await give();
      expect(await parts.messages.settle(message, FAILED)).toBe(true);
      expect(await messages()).toEqual({ failed: 1 });
      expect(await grants()).toEqual({ available: 1, renewed: 1 });
    });

    it('takes a long text of the platform, cut to what fits', async () => {
      const message = await accepted();
      const errmsg = '错误🎓'.repeat(500);
      await parts.messages.settle(message, { ...REFUSED, errmsg, reason: errmsg });
      const { errmsg: kept, reason } = (await stored(message)) ?? {};
      expect(errmsg.startsWith(String(kept).slice(0, 500))).toBe(true);
      expect(errmsg.startsWith(String(reason).slice(0, 250))).toBe(true);
    });

    it('writes nothing the second time, whatever it says', async () => {
      const message = await accepted();
      await parts.messages.settle(message, SENT);
      for (const settlement of [SENT, REFUSED, FAILED, UNKNOWN]) {
        expect(await parts.messages.settle(message, settlement)).toBe(false);
      }
      expect(await messages()).toEqual({ sent: 1 });
      expect(await grants()).toEqual({ spent: 1 });
    });

    it('lets one of many answers at once win, message and grant together', async () => {
      for (let round = 0; round < 5; round++) {
        const scene = round;
        const message = await accepted({ scene });
        const settlements = [SENT, REFUSED, FAILED, SENT, REFUSED, FAILED];
        const written = await atOnce(settlements.length, (index) =>
          either(index).messages.settle(message, settlements[index]),
        );
        expect(written.filter(Boolean)).toHaveLength(1);
        const won = settlements[written.indexOf(true)];
        expect(await stored(message)).toMatchObject({ status: won.outcome });
        expect(await parts.grants.list({ ...KEY, scene })).toMatchObject([{ status: won.grant }]);
      }
    });

    it('changes no other message and no other grant', async () => {
      const other = await accepted({ scene: 1 });
      await parts.messages.settle(await accepted({ scene: 2 }), SENT);
      expect(await stored(other)).toMatchObject({ status: 'sending' });
      expect(await grantOf(parts, other.id)).toMatchObject({ status: 'claimed' });
    });
  });

  describe('after recovery has called a message unknown,', () => {
    it.each<[string, Settlement, Record<string, number>]>([
      ['sent', SENT, { spent: 1 }],
      ['refused', REFUSED, { void: 1 }],
      ['failed', FAILED, { available: 1 }],
    ])('a definite answer "%s" that comes late still wins', async (outcome, settlement, ends) => {
      const message = await accepted();
      await parts.messages.settle(message, UNKNOWN);
      expect(await parts.messages.settle(message, settlement)).toBe(true);
      expect(await messages()).toEqual({ [outcome]: 1 });
      expect(await grants()).toEqual(ends);
    });

    it('a late answer without a verdict writes nothing', async () => {
      const message = await accepted();
      await parts.messages.settle(message, { ...UNKNOWN, reason: 'first' });
      expect(await parts.messages.settle(message, { ...UNKNOWN, reason: 'second' })).toBe(false);
      expect(await stored(message)).toMatchObject({ reason: 'first' });
    });

    it('the word of a person wins over an answer that comes later still', async () => {
      const message = await accepted();
      await parts.messages.settle(message, UNKNOWN);
      expect(await parts.messages.resolve(message, { ...SENT, reason: 'by hand' })).toBe(true);
      expect(await parts.messages.settle(message, FAILED)).toBe(false);
      expect(await stored(message)).toMatchObject({ status: 'sent', reason: 'by hand' });
      expect(await grants()).toEqual({ spent: 1 });
    });
  });

  describe('resolve', () => {
    it('gives the grant back on "not sent"', async () => {
      const message = await accepted();
      await parts.messages.settle(message, UNKNOWN);
      expect(await parts.messages.resolve(message, FAILED)).toBe(true);
      expect(await grants()).toEqual({ available: 1 });
    });

    it('writes nothing for a message that is in flight or has an outcome', async () => {
      const message = await accepted();
      expect(await parts.messages.resolve(message, SENT)).toBe(false);
      expect(await messages()).toEqual({ sending: 1 });
      await parts.messages.settle(message, REFUSED);
      expect(await parts.messages.resolve(message, SENT)).toBe(false);
      expect(await messages()).toEqual({ refused: 1 });
      expect(await grants()).toEqual({ void: 1 });
    });

    it('takes one of two words given at once', async () => {
      const message = await accepted();
      await parts.messages.settle(message, UNKNOWN);
      const [sent, failed] = await atOnce(2, (index) =>
        either(index).messages.resolve(message, index === 0 ? SENT : FAILED),
      );
      expect([sent, failed].filter(Boolean)).toHaveLength(1);
      expect(await messages()).toEqual(sent ? { sent: 1 } : { failed: 1 });
      expect(await grants()).toEqual(sent ? { spent: 1 } : { available: 1 });
    });
  });

  describe('interrupted', () => {
    it('answers the messages in flight whose lease has run out, oldest first, at most as many as asked for', async () => {
      const ids = [];
      for (const scene of [1, 2, 3]) {
        ids.push((await accepted({ scene })).id);
        clock.advance(1000);
      }
      const settled = await accepted({ scene: 4 });
      await parts.messages.settle(settled, SENT);
      const found = async (limit = 100) => (await parts.messages.interrupted(limit)).map(({ id }) => id);
      clock.advance(parts.config.delivery.leaseMs - 3001);
      expect(await found()).toEqual([]);
      clock.advance(1);
      expect(await found()).toEqual(ids.slice(0, 1));
      clock.advance(parts.config.delivery.leaseMs);
      expect(await found()).toEqual(ids);
      expect(await found(2)).toEqual(ids.slice(0, 2));
    });

    it('finds nothing twice: what was called unknown is not in flight', async () => {
      const message = await accepted();
      clock.advance(parts.config.delivery.leaseMs);
      const won = await atOnce(4, (index) => either(index).messages.settle(message, UNKNOWN));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await parts.messages.interrupted(100)).toEqual([]);
    });
  });

  it('finds nothing by an id or a key that is not there', async () => {
    expect(await parts.messages.find('01939a5e-0000-7000-8000-000000000000')).toBeUndefined();
    expect(await parts.messages.findByIdempotencyKey(KEY.appId, 'none')).toBeUndefined();
  });

  describe('forget', () => {
    const person = { appId: KEY.appId, openid: KEY.openid };

    it('erases who it was and what was said, and keeps the outcome', async () => {
      const message = await accepted({ idempotencyKey: 'class-1' });
      await parts.messages.settle(message, REFUSED);
      expect(await parts.personalData.forget(person.appId, person.openid)).toMatchObject({
        messages: 1,
        inFlight: 0,
      });
      expect(await stored(message)).toMatchObject({
        openid: '',
        content: undefined,
        contentDigest: '',
        idempotencyKey: undefined,
        errmsg: undefined,
        status: 'refused',
        errcode: 43101,
      });
      expect(await countBy(opened.dataSource, 'weixin_message')).toEqual({ refused: 1 });
      expect(await parts.messages.findByIdempotencyKey(KEY.appId, 'class-1')).toBeUndefined();
    });

    it('leaves other people and accounts alone, also an openid that differs in case only', async () => {
      const others = [
        await accepted({ openid: 'oabC-1234_xyzabcdefghijklmno' }),
        await accepted({ appId: MOBILE.appId, templateId: MOBILE.templates[0] }),
      ];
      for (const message of others) await parts.messages.settle(message, SENT);
      expect(await parts.personalData.forget(person.appId, person.openid)).toMatchObject({ messages: 0 });
      for (const message of others) {
        expect(await stored(message)).toMatchObject({ openid: message.openid, content: MESSAGE.content });
      }
    });

    it('leaves a message in flight until it is settled, says so, and erases it the next time', async () => {
      const message = await accepted();
      // Both rows of it: the message and its grant.
      expect(await parts.personalData.forget(person.appId, person.openid)).toMatchObject({
        messages: 0,
        inFlight: 2,
      });
      expect(await parts.messages.settle(message, SENT)).toBe(true);
      expect(await parts.personalData.forget(person.appId, person.openid)).toMatchObject({
        messages: 1,
        inFlight: 0,
      });
      expect(await grants()).toEqual({});
    });

    it('leaves an unknown message resolvable', async () => {
      const message = await accepted();
      await parts.messages.settle(message, UNKNOWN);
      await parts.personalData.forget(person.appId, person.openid);
      const anonymous = await stored(message);
      expect(await parts.messages.resolve(anonymous as MessageRecord, FAILED)).toBe(true);
      expect(await messages()).toEqual({ failed: 1 });
      expect(await grants()).toEqual({});
    });
  });

  it('purges messages that ended before the moment, never those unknown or in flight', async () => {
    for (const [scene, settlement] of [SENT, REFUSED, FAILED, UNKNOWN, undefined].entries()) {
      const message = await accepted({ scene });
      if (settlement) await parts.messages.settle(message, settlement);
    }
    const moment = clock.now();
    expect(await purgeMessages(parts, new Date(moment))).toBe(0);
    expect(await purgeMessages(parts, new Date(moment + 1))).toBe(3);
    expect(await messages()).toEqual({ unknown: 1, sending: 1 });
  });
});
