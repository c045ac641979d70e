import type { MessageRecord } from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import { DatabaseError } from '../../libs/weixin-subscribe/src/sql/database.error.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { OFFICIAL } from '../support/accounts.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { atOnce, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const KEY = {
  appId: OFFICIAL.appId,
  templateId: OFFICIAL.templates[0],
  scene: 1,
  channel: 'one-time' as const,
};
const SENT = { outcome: 'sent', grant: 'spent', errcode: 0 } as const;
const FAILED = { outcome: 'failed', grant: 'available', reason: 'not sent' } as const;

describeEachDatabase('single messages that are settled at the same time', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let parts: LibraryParts;
  /** How many messages each transaction ended. */
  let groups: number[];
  let fail: ((steps: SqlStep[]) => Error | undefined) | undefined;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    parts = libraryParts(opened.dataSource, { clock: new ManualClock() });
    const atomically = parts.sql.atomically.bind(parts.sql);
    parts.sql.atomically = async (steps) => {
      const ended = steps.filter(({ name }) => name === 'settle message');
      const error = ended.length > 0 ? fail?.(steps) : undefined;
      if (error) throw error;
      const result = await atomically(steps);
      if (result.applied && ended.length > 0)
        groups.push(ended.reduce((sum, { expect }) => sum + (expect === 'one' ? 1 : Number(expect)), 0));
      return result;
    };
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    await emptyLedger(opened.dataSource);
    groups = [];
    fail = undefined;
  });

  const accept = async (n: number): Promise<MessageRecord[]> => {
    const content = { title: 'x', content: { value: 'y' } };
    return atOnce(n, async (person) => {
      const to = { ...KEY, openid: `person-${person}` };
      await parts.grants.record({ ...to, source: `test:${person}` });
      return (await parts.messages.accept({ ...to, content })) as MessageRecord;
    });
  };
  const messages = () => countBy(opened.dataSource, 'weixin_message');
  const grants = () => countBy(opened.dataSource, 'weixin_grant');

  it('share transactions, and each is as it is alone', async () => {
    const accepted = await accept(65);
    const [alone, ...others] = accepted;
    expect(await parts.messages.settle(alone, SENT)).toBe(true);
    const written = await Promise.all(others.map((message) => parts.messages.settle(message, SENT)));
    expect(written).toEqual(others.map(() => true));
    expect(Math.max(...groups)).toBeGreaterThan(8);
    expect(groups.reduce((a, b) => a + b)).toBe(65);
    expect(await messages()).toEqual({ sent: 65 });
    expect(await grants()).toEqual({ spent: 65 });
    const rows = await opened.dataSource.query(
      'SELECT DISTINCT errcode, errmsg, reason, attempts, leased_until, due_at FROM weixin_message',
    );
    expect(rows).toHaveLength(1);
  });

  it('are told apart: one whose attempt is over is refused, its neighbours are not', async () => {
    const accepted = await accept(24);
    const late = accepted[7];
    await opened.dataSource.query(`UPDATE weixin_message SET attempts = 2 WHERE id = '${late.id}'`);
    const written = await Promise.all(accepted.map((message) => parts.messages.settle(message, SENT)));
    expect(written).toEqual(accepted.map((message) => message !== late));
    expect(await messages()).toEqual({ sent: 23, sending: 1 });
    expect(await grants()).toEqual({ spent: 23, claimed: 1 });
  });

  it('keep to their own outcome among others', async () => {
    const accepted = await accept(24);
    const written = await Promise.all(
      accepted.map((message, index) => parts.messages.settle(message, index % 3 === 0 ? FAILED : SENT)),
    );
    expect(written).toEqual(accepted.map(() => true));
    expect(await messages()).toEqual({ sent: 16, failed: 8 });
    expect(await grants()).toEqual({ spent: 16, available: 8 });
  });

  it('that were ended by recovery first still get their definite answer', async () => {
    const accepted = await accept(12);
    const unknown = { outcome: 'unknown', grant: 'unknown', reason: 'interrupted' } as const;
    for (const message of accepted.slice(0, 5)) await parts.messages.settle(message, unknown);
    const written = await Promise.all(accepted.map((message) => parts.messages.settle(message, SENT)));
    expect(written).toEqual(accepted.map(() => true));
    expect(await messages()).toEqual({ sent: 12 });
    expect(await grants()).toEqual({ spent: 12 });
  });

  it('are told of a database that is away, each of them, and nothing is said to be written', async () => {
    const accepted = await accept(12);
    fail = () => new DatabaseError('away', true);
    const told = await Promise.allSettled(accepted.map((message) => parts.messages.settle(message, SENT)));
    expect(told.map(({ status }) => status)).toEqual(accepted.map(() => 'rejected'));
    expect(await messages()).toEqual({ sending: 12 });
    fail = undefined;
    const again = await Promise.all(accepted.map((message) => parts.messages.settle(message, SENT)));
    expect(again).toEqual(accepted.map(() => true));
  });
});
