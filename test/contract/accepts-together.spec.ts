import type {
  MessageRecord,
  OutgoingMessage,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import { DatabaseError } from '../../libs/weixin-subscribe/src/sql/database.error.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { OFFICIAL } from '../support/accounts.js';
import { costsOf } from '../support/cost.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { atOnce, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { fillGrants } from '../support/plans.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const KEY = {
  appId: OFFICIAL.appId,
  templateId: OFFICIAL.templates[0],
  scene: 1,
  channel: 'one-time' as const,
};
const CONTENT = { title: '提醒', content: { value: 'it\'s \\ "8:50" 🎓', color: '#173177' } };

describeEachDatabase('single messages that are accepted at the same time', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let clock: ManualClock;
  let parts: LibraryParts;
  let counting: LibraryParts;
  /** The statements of each group, and how many grants it took. */
  let groups: { steps: SqlStep[]; taken: number }[];
  let around: ((apply: () => Promise<unknown>) => Promise<void>) | undefined;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    clock = new ManualClock();
    parts = libraryParts(opened.dataSource, { clock });
    counting = libraryParts(opened.dataSource, { clock, grantRule: 'count' });
    const atomically = parts.sql.atomically.bind(parts.sql);
    parts.sql.atomically = async (steps) => {
      if (!steps.some(({ name }) => name === 'claim grants')) return atomically(steps);
      await around?.(() => atomically(steps));
      const result = await atomically(steps);
      if (result.applied) groups.push({ steps, taken: result.affected[0] });
      return result;
    };
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    await emptyLedger(opened.dataSource);
    groups = [];
    around = undefined;
  });

  let sources = 0;
  const give = (openid: string, more: { expiresAt?: Date; proof?: 'unproven' } = {}, by = parts) =>
    by.grants.record({ ...KEY, openid, source: `test:${++sources}`, ...more });
  const message = (openid: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
    ...KEY,
    openid,
    content: CONTENT,
    ...more,
  });
  const people = (n: number) => Array.from({ length: n }, (_, index) => `person-${index}`);
  const acceptAll = (messages: OutgoingMessage[]) =>
    Promise.all(messages.map((one) => parts.messages.accept(one)));
  const messages = () => countBy(opened.dataSource, 'weixin_message');
  const grants = () => countBy(opened.dataSource, 'weixin_grant');
  const taken = () => groups.reduce((sum, group) => sum + group.taken, 0);

  it('share transactions, each with the grant of its own person, and can be read back', async () => {
    const all = people(60);
    await atOnce(60, (index) => give(all[index]));
    const records = (await acceptAll(
      all.map((openid, n) => message(openid, { idempotencyKey: `k${n}`, requestedBy: 'courses' })),
    )) as MessageRecord[];
    expect(Math.max(...groups.map((group) => group.taken))).toBeGreaterThan(20);
    expect(await messages()).toEqual({ sending: 60 });
    expect(await grants()).toEqual({ claimed: 60 });
    for (const [index, record] of records.entries()) {
      const stored = (await parts.messages.find(record.id)) as MessageRecord;
      expect(stored).toEqual({ ...record, grantId: stored.grantId, proof: 'bound' });
      expect(stored).toMatchObject({ openid: all[index], idempotencyKey: `k${index}`, content: CONTENT });
      expect(await parts.grants.find(String(stored.grantId))).toMatchObject({
        openid: all[index],
        claimedBy: record.id,
      });
    }
  });

  it('get one grant each, never two of a key in one group, and the others are told that there is none', async () => {
    const all = people(20);
    for (const openid of all.slice(0, 15)) await give(openid);
    // These have two.
    for (const openid of all.slice(0, 3)) await give(openid, {}, counting);
    const twice = [...all, ...all, ...all];
    const answers = await acceptAll(twice.map((openid) => message(openid)));
    const of = (openid: string) =>
      answers.filter((answer, index) => twice[index] === openid && typeof answer !== 'string').length;
    expect(all.map(of)).toEqual(all.map((_, index) => (index < 3 ? 2 : index < 15 ? 1 : 0)));
    expect(new Set(answers.filter((answer) => typeof answer === 'string'))).toEqual(new Set(['no-grant']));
    expect(await messages()).toEqual({ sending: 18 });
    expect(await grants()).toEqual({ claimed: 18 });
    expect(taken()).toBeGreaterThan(0);
  });

  it('are told apart where a caller hands over one and the same object several times', async () => {
    const all = people(20);
    await atOnce(20, (index) => give(all[index]));
    const same = message(all[0]);
    const answers = await acceptAll([
      ...all.slice(1, 4).map((openid) => message(openid)),
      same,
      same,
      ...all.slice(4).map((openid) => message(openid)),
      same,
    ]);
    const ids = answers.flatMap((answer) => (typeof answer === 'string' ? [] : [answer.id]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(answers.filter((answer) => answer === 'no-grant')).toHaveLength(2);
    expect(await messages()).toEqual({ sending: 20 });
  });

  it('of one idempotency key are one message, and their neighbours go on', async () => {
    const all = people(24);
    await atOnce(24, (index) => give(all[index]));
    await parts.messages.accept(message(all[0], { idempotencyKey: 'taken' }));
    const answers = await acceptAll(
      all
        .slice(1)
        .map((openid, index) =>
          message(openid, { idempotencyKey: index === 5 ? 'taken' : index > 18 ? 'same' : undefined }),
        ),
    );
    expect(answers.filter((answer) => answer === 'duplicate')).toHaveLength(4);
    expect(answers[5]).toBe('duplicate');
    expect(await messages()).toEqual({ sending: 20 });
    expect(await grants()).toEqual({ claimed: 20, available: 4 });
  });

  it('take what is proven first, then the oldest, and nothing that has expired', async () => {
    const all = people(10);
    for (const openid of all) {
      await give(openid, { proof: 'unproven' }, counting);
      clock.advance(1000);
      await give(openid, {}, counting);
      await give(openid, { expiresAt: new Date(clock.now() + 1000) }, counting);
    }
    clock.advance(1000);
    const first = (await acceptAll(all.map((openid) => message(openid)))) as MessageRecord[];
    const proofs = await Promise.all(first.map(async ({ id }) => (await parts.messages.find(id))?.proof));
    expect(new Set(proofs)).toEqual(new Set(['bound']));
    const second = (await acceptAll(all.map((openid) => message(openid)))) as MessageRecord[];
    expect(second.filter((answer) => typeof answer === 'string')).toEqual([]);
    expect(new Set(await acceptAll(all.map((openid) => message(openid))))).toEqual(new Set(['no-grant']));
    expect(taken()).toBeGreaterThan(0);
  });

  it('are accepted once where the answer to their COMMIT is lost', async () => {
    const all = people(20);
    await atOnce(20, (index) => give(all[index]));
    around = async (apply) => {
      await apply();
      throw new DatabaseError('the connection was cut', true);
    };
    const answers = await acceptAll(all.map((openid) => message(openid)));
    expect(answers.filter((answer) => typeof answer === 'string')).toEqual([]);
    expect(await messages()).toEqual({ sending: 20 });
    expect(await grants()).toEqual({ claimed: 20 });
  });

  it('are told of a database that is away, each of them, and nothing is taken', async () => {
    const all = people(20);
    await atOnce(20, (index) => give(all[index]));
    around = async () => {
      throw new DatabaseError('away', true);
    };
    const told = await Promise.allSettled(all.map((openid) => parts.messages.accept(message(openid))));
    const rejected = told.filter(({ status }) => status === 'rejected').length;
    expect(rejected).toBeGreaterThan(10);
    expect(await messages()).toEqual(rejected === 20 ? {} : { sending: 20 - rejected });
    around = undefined;
    const again = await acceptAll(all.map((openid) => message(openid)));
    expect(again.filter((answer) => answer === 'no-grant')).toHaveLength(20 - rejected);
    expect(await grants()).toEqual({ claimed: 20 });
  });

  it('look at no grant but those that they take, however many there are', async () => {
    await fillGrants(opened.dataSource, kind, KEY, clock.now());
    await opened.dataSource.query(
      {
        sqlite: 'ANALYZE',
        postgres: 'VACUUM ANALYZE',
        mysql: 'ANALYZE TABLE weixin_live_grant /*M! PERSISTENT FOR ALL */',
      }[kind],
    );
    const all = people(20).map((openid) => `more-${openid}`);
    await atOnce(20, (index) => give(all[index]));
    await acceptAll(all.map((openid) => message(openid)));
    const [{ steps, taken: n }] = groups;
    const [claim] = steps;
    // Once more, as it was: each has a grant again, and no message.
    await opened.dataSource.query('DELETE FROM weixin_message');
    await atOnce(20, (index) => give(all[index]));
    for (const cost of await costsOf(opened.dataSource, kind, claim)) {
      expect(cost.indexes).toContain('ix_weixin_live_grant_claim');
      expect(cost.plan).not.toMatch(/Seq Scan on weixin_|SCAN (?:g|weixin_)/);
      expect(cost.examined ?? 0).toBeLessThanOrEqual(6 * n);
    }
  });
});
