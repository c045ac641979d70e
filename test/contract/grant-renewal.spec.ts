import { DataSource } from 'typeorm';
import type {
  MessageRecord,
  OutgoingMessage,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import type { GrantStatus } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { OFFICIAL } from '../support/accounts.js';
import { emptyLedger, grantStates } from '../support/ledger.js';
import {
  atOnce,
  claim,
  claimBatch,
  claimSteps,
  type LibraryParts,
  libraryParts,
  settleGrant,
} from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import {
  type DatabaseKind,
  describeDatabase,
  describeEachDatabase,
  openDatabase,
  withLibrary,
} from '../support/test-databases.js';
import { until } from '../support/until.js';

const TEMPLATE = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1000 };
const CONTENT = { title: '上课提醒', content: { value: '高等数学 8:50' } };
const NOT_SENT: Settlement = { outcome: 'failed', grant: 'available', reason: 'never left' };
const SENT: Settlement = { outcome: 'sent', grant: 'spent', errcode: 0 };
const UNKNOWN: Settlement = { outcome: 'unknown', grant: 'unknown', reason: 'no answer' };
const MINUTE = 60_000;

const keyOf = (openid: string) => ({ ...TEMPLATE, openid });
const outgoing = (openid: string): OutgoingMessage => ({
  ...keyOf(openid),
  channel: 'one-time',
  content: CONTENT,
});

let sources = 0;
const confirm = (openid: string, { grants }: LibraryParts) =>
  grants.record({ ...keyOf(openid), source: `test:${++sources}` });

async function send(openid: string, { messages }: LibraryParts): Promise<MessageRecord> {
  const message = await messages.accept(outgoing(openid));
  if (typeof message === 'string') throw new Error(`${openid}: ${message}`);
  return message;
}

/** Two processes whose clocks differ, on one database. */
async function openTwo(kind: DatabaseKind, differMs: number) {
  const opened = await openDatabase(kind);
  const other = await new DataSource(withLibrary(opened.database.options)).initialize();
  const clocks = [new ManualClock(), new ManualClock()];
  clocks[1].advance(differMs);
  const [first, second] = [opened.dataSource, other].map((dataSource, index) =>
    libraryParts(dataSource, { clock: clocks[index], unknown: 'resend-if-not-renewed' }),
  );
  return {
    dataSource: opened.dataSource,
    other,
    first,
    second,
    pass: (ms: number) => {
      for (const clock of clocks) clock.advance(ms);
    },
    close: async () => {
      await other.destroy();
      await opened.close();
    },
  };
}

/** What became of a person's grants, in the order of their confirms. */
async function grantsOf(dataSource: DataSource, openid: string): Promise<GrantStatus[]> {
  const rows: { status: GrantStatus; source: string }[] = await dataSource.query(
    `SELECT status, source FROM ${grantStates(dataSource)} WHERE openid = '${openid}'`,
  );
  const order = ({ source }: { source: string }) => Number(source.split(':')[1]);
  return rows.sort((a, b) => order(a) - order(b)).map(({ status }) => status);
}

const CLOCKS = [
  { differ: 'agree to the millisecond', differMs: 0 },
  { differ: 'differ, the second 2 s behind', differMs: -2000 },
  { differ: 'differ, the second 2 s ahead', differMs: 2000 },
];
/** What may have become of the newer confirm before the older grant comes back. */
const NEWER = ['available', 'claimed', 'spent', 'unknown'] as const;

describe.each(CLOCKS)('of two confirms by two processes whose clocks $differ,', ({ differMs }) => {
  describeEachDatabase('the newer one counts', (kind) => {
    let both: Awaited<ReturnType<typeof openTwo>>;
    let first: LibraryParts;
    let second: LibraryParts;
    beforeAll(async () => {
      both = await openTwo(kind, differMs);
      ({ first, second } = both);
    });
    afterAll(() => both?.close());
    beforeEach(() => emptyLedger(both.dataSource));
    const grants = (openid: string) => grantsOf(both.dataSource, openid);

    async function use(newer: (typeof NEWER)[number], openid: string): Promise<void> {
      if (newer === 'available') return;
      const message = await send(openid, second);
      if (newer !== 'claimed') await second.messages.settle(message, newer === 'spent' ? SENT : UNKNOWN);
    }

    it('and is given back when its message was surely not delivered', async () => {
      await confirm('p', first);
      await confirm('p', second);
      const message = await send('p', first);
      expect(await grants('p')).toEqual(['renewed', 'claimed']);
      expect(await second.messages.settle(message, NOT_SENT)).toBe(true);
      expect(await grants('p')).toEqual(['renewed', 'available']);
      const again = await send('p', second);
      await second.messages.settle(again, UNKNOWN);
      expect(await first.messages.resolve(again, NOT_SENT)).toBe(true);
      expect(await grants('p')).toEqual(['renewed', 'available']);
    });

    it('and is given back by the batch', async () => {
      const people = ['p1', 'p2', 'p3'];
      for (const openid of people) {
        await confirm(openid, first);
        await confirm(openid, second);
      }
      both.pass(10);
      const claimed = await claimBatch(first, { from: TEMPLATE, limit: 3, content: CONTENT });
      expect(claimed).toHaveLength(3);
      const ends = claimed.map(({ messageId: id, id: grantId, openid, proof }) => ({
        message: { ...keyOf(openid), id, grantId, proof, broadcastId: 'any' },
        settlement: NOT_SENT,
      }));
      expect(await second.messageBatches.settleTogether(ends)).toBe(true);
      for (const openid of people) expect(await grants(openid)).toEqual(['renewed', 'available']);
    });

    it.each(NEWER)('and takes a single message that comes back in, when it is %s', async (newer) => {
      for (const from of ['sending', 'unknown'] as const) {
        await confirm(from, first);
        const message = await send(from, first);
        if (from === 'unknown') await first.messages.settle(message, UNKNOWN);
        await confirm(from, second);
        await use(newer, from);
        expect(await first.messages.settle(message, NOT_SENT)).toBe(true);
        expect(await grants(from)).toEqual(['renewed', newer]);
      }
    });

    it('and takes a batch that comes back in, whatever became of it', async () => {
      const people = [...NEWER, 'none'] as const;
      for (const openid of people) await confirm(openid, first);
      both.pass(10);
      const claimed = await claimBatch(first, { from: TEMPLATE, limit: 10, content: CONTENT });
      for (const openid of NEWER) {
        await confirm(openid, second);
        await use(openid, openid);
      }
      const ends = claimed.map(({ messageId: id, id: grantId, openid, proof }) => ({
        message: { ...keyOf(openid), id, grantId, proof, broadcastId: 'any' },
        settlement: NOT_SENT,
      }));
      expect(await first.messageBatches.settleTogether(ends)).toBe(true);
      for (const openid of NEWER) expect(await grants(openid)).toEqual(['renewed', openid]);
      expect(await grants('none')).toEqual(['available']);
    });

    it.each(NEWER)('and keeps the policy from posting again, when it is %s', async (newer) => {
      await confirm('p', first);
      const { id } = await send('p', first).then(async (message) => {
        await first.messages.settle(message, UNKNOWN);
        return message;
      });
      await confirm('p', second);
      await use(newer, 'p');
      both.pass(MINUTE);
      const seen = (await first.messages.find(id)) as MessageRecord;
      expect(await first.resends.begin(seen)).toBe('renewed');
      expect(await grants('p')).toEqual(['unknown', newer]);
    });

    it('and a message of its own is posted again, whatever confirm came before', async () => {
      await confirm('p', first);
      await confirm('p', second);
      const { id } = await send('p', first).then(async (message) => {
        await first.messages.settle(message, UNKNOWN);
        return message;
      });
      both.pass(MINUTE);
      const seen = (await second.messages.find(id)) as MessageRecord;
      expect(await second.resends.begin(seen)).toMatchObject({ status: 'sending' });
      expect(await grants('p')).toEqual(['renewed', 'claimed']);
    });
  });
});

describeEachDatabase('a confirm that meets other steps of the same key', (kind) => {
  const ROUNDS = 50;
  let both: Awaited<ReturnType<typeof openTwo>>;
  let first: LibraryParts;
  let second: LibraryParts;
  beforeAll(async () => {
    both = await openTwo(kind, -2000);
    ({ first, second } = both);
  });
  afterAll(() => both?.close());
  beforeEach(() => emptyLedger(both.dataSource));

  const giveBack = (id: string, openid: string, by: LibraryParts) =>
    settleGrant(by, { ...keyOf(openid), id }, 'claimed', 'available');
  /** Who has another number of grants than one that may be used, or may be used again. */
  const notOne = async (): Promise<unknown[]> => {
    const rows: { openid: string; n: string | number }[] = await both.dataSource.query(
      `SELECT facts.openid, SUM(CASE WHEN facts.status IN ('available', 'claimed', 'unknown') AND log.ended_as IS NULL THEN 1 ELSE 0 END) AS n
        FROM ${grantStates(both.dataSource)} JOIN weixin_grant log USING (id) GROUP BY facts.openid`,
    );
    return rows.filter(({ n }) => Number(n) !== 1);
  };
  /** Of 50 people, ten at once; in every second round the other step is asked for first. */
  const rounds = async (
    prepare: (openid: string) => Promise<unknown>,
    steps: ((openid: string) => Promise<unknown>)[],
  ): Promise<string[]> => {
    const people = Array.from({ length: ROUNDS }, (_, round) => `p${round}`);
    for (let start = 0; start < ROUNDS; start += 10)
      await atOnce(10, async (index) => {
        const openid = people[start + index];
        await prepare(openid);
        await Promise.all((index % 2 ? steps : steps.toReversed()).map((step) => step(openid)));
      });
    expect(await notOne()).toEqual([]);
    return people;
  };

  it('leaves one live permission when a release meets it, 50 times', async () => {
    const people = await rounds(
      async (openid) => {
        await confirm(openid, first);
        expect(await claim(first, keyOf(openid), `m-${openid}`)).toBe(true);
      },
      [(openid) => confirm(openid, second), (openid) => giveBack(`m-${openid}`, openid, first)],
    );
    for (const openid of people)
      expect(await grantsOf(both.dataSource, openid)).toEqual(['renewed', 'available']);
  });

  it('leaves one live permission when a claim meets it, 50 times', async () => {
    const won = new Set<string>();
    const people = await rounds(
      (openid) => confirm(openid, first),
      [
        (openid) => confirm(openid, second),
        async (openid) => {
          if (await claim(first, keyOf(openid), `m-${openid}`)) won.add(openid);
        },
      ],
    );
    for (const openid of people) {
      const grants = await grantsOf(both.dataSource, openid);
      expect([
        ['renewed', 'available'],
        ['claimed', 'available'],
        ['renewed', 'claimed'],
      ]).toContainEqual(grants);
      expect(grants.includes('claimed')).toBe(won.has(openid));
      if (won.has(openid)) await giveBack(`m-${openid}`, openid, second);
      expect(await grantsOf(both.dataSource, openid)).toEqual(['renewed', 'available']);
    }
  });

  it('leaves one live permission when releases, claims, an end as unknown and another confirm meet it, 50 times', async () => {
    const people = await rounds(
      async (openid) => {
        await confirm(openid, first);
        await claim(first, keyOf(openid), `m1-${openid}`);
      },
      [
        (openid) => confirm(openid, second),
        async (openid) => {
          await giveBack(`m1-${openid}`, openid, first);
          await claim(first, keyOf(openid), `m2-${openid}`);
        },
        (openid) => confirm(openid, first),
        async (openid) => {
          await claim(second, keyOf(openid), `m3-${openid}`);
          await settleGrant(second, { ...keyOf(openid), id: `m3-${openid}` }, 'claimed', 'unknown');
        },
      ],
    );
    for (const openid of people) {
      await giveBack(`m2-${openid}`, openid, first);
      await settleGrant(second, { ...keyOf(openid), id: `m3-${openid}` }, 'unknown', 'available');
      expect((await grantsOf(both.dataSource, openid)).sort()).toEqual(['available', 'renewed', 'renewed']);
    }
  });

  it('is not lost, and takes nothing back, when the end of a message meets it, 50 times', async () => {
    const people = Array.from({ length: ROUNDS }, (_, round) => `p${round}`);
    for (let start = 0; start < ROUNDS; start += 10)
      await atOnce(10, async (index) => {
        const openid = people[start + index];
        await confirm(openid, first);
        const message = await send(openid, first);
        const steps = [() => confirm(openid, second), () => first.messages.settle(message, SENT)];
        await Promise.all((index % 2 ? steps : steps.toReversed()).map((step) => step()));
      });
    for (const openid of people)
      expect(await grantsOf(both.dataSource, openid)).toEqual(['spent', 'available']);
  });

  it('is not lost when the ends of a batch meet it', async () => {
    for (let round = 0; round < 5; round++) {
      const people = Array.from({ length: 20 }, (_, person) => `s${round}-${person}`);
      for (const openid of people) await confirm(openid, first);
      both.pass(3000);
      const claimed = await claimBatch(first, { from: TEMPLATE, limit: 500, content: CONTENT });
      const ends = claimed.map(({ messageId: id, id: grantId, openid, proof }) => ({
        message: { ...keyOf(openid), id, grantId, proof, broadcastId: 'any' },
        settlement: SENT,
      }));
      const confirms = people.map((openid) => () => confirm(openid, second));
      const settle = () => first.messageBatches.settleBatch(ends);
      const steps: (() => Promise<unknown>)[] = [
        ...confirms.slice(0, 4 * round),
        settle,
        ...confirms.slice(4 * round),
      ];
      await Promise.all(steps.map((step) => step()));
      for (const openid of people)
        expect(await grantsOf(both.dataSource, openid)).toEqual(['spent', 'available']);
      await both.dataSource.query('DELETE FROM weixin_grant');
      await both.dataSource.query('DELETE FROM weixin_live_grant');
    }
  });

  it('leaves one live permission to each when a batch that comes back meets it', async () => {
    for (let round = 0; round < 5; round++) {
      const people = Array.from({ length: 10 }, (_, person) => `b${round}-${person}`);
      for (const openid of people) await confirm(openid, first);
      both.pass(3000);
      const claimed = await claimBatch(first, { from: TEMPLATE, limit: 500, content: CONTENT });
      const ends = claimed.map(({ messageId: id, id: grantId, openid, proof }) => ({
        message: { ...keyOf(openid), id, grantId, proof, broadcastId: 'any' },
        settlement: NOT_SENT,
      }));
      const confirms = people.map((openid) => () => confirm(openid, second));
      const settle = () => first.messageBatches.settleBatch(ends);
      const steps: (() => Promise<unknown>)[] = round % 2 ? [settle, ...confirms] : [...confirms, settle];
      await Promise.all(steps.map((step) => step()));
      expect(await notOne()).toEqual([]);
      for (const openid of people) expect((await grantsOf(both.dataSource, openid)).at(-1)).toBe('available');
    }
  });
});

/**
 * Statements of one transaction wait for those of another, in both orders. SQLite has one writer at a time.
 */
for (const kind of ['postgres', 'mysql'] as const) {
  describeDatabase(kind, 'a confirm that waits, or is waited for,', () => {
    let both: Awaited<ReturnType<typeof openTwo>>;
    beforeAll(async () => {
      both = await openTwo(kind, -2000);
    });
    afterAll(() => both?.close());
    beforeEach(() => emptyLedger(both.dataSource));

    /** The steps of the first transaction of a call, which does nothing but that. */
    async function stepsOf(by: LibraryParts, call: () => Promise<unknown>): Promise<SqlStep[]> {
      let steps: SqlStep[] = [];
      const spy = jest.spyOn(by.sql, 'atomically').mockImplementation(async (given) => {
        steps = given;
        return { applied: true, affected: [], rows: [] };
      });
      await call().finally(() => spy.mockRestore());
      return steps;
    }

    const WAITING = {
      postgres:
        "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      // Its list of transactions is read anew every 100 ms at most, and never by who looks more often. That
      // of MySQL in the information schema fails on what a statement says in four bytes of UTF-8.
      mysql: `SELECT COUNT(*) AS n FROM /*M! information_schema */ /*!80000 performance_schema */ .processlist
        WHERE DB = DATABASE() AND COMMAND = 'Query' AND ID <> CONNECTION_ID() AND (TIME > 0 /*M! OR TIME_MS > 100 */)`,
    };

    /** Applies steps and commits them when the call has begun to wait for them. */
    async function meanwhile<T>(steps: SqlStep[], call: () => Promise<T>): Promise<T> {
      const runner = both.other.createQueryRunner();
      try {
        await runner.startTransaction('READ COMMITTED');
        const session = both.second.sql.within(runner.manager);
        for (const { sql, params } of steps) await session.run(sql, params);
        const called = call();
        await until(async () => Number((await both.dataSource.query(WAITING[kind]))[0].n) > 0);
        await runner.commitTransaction();
        return await called;
      } finally {
        if (runner.isTransactionActive) await runner.rollbackTransaction();
        await runner.release();
      }
    }

    it('for a claim: finds what it has claimed', async () => {
      await confirm('p', both.first);
      const steps = claimSteps(both.second, keyOf('p'), 'm1');
      expect(await meanwhile(steps, () => confirm('p', both.first))).toBe('recorded');
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['claimed', 'available']);
      await settleGrant(both.first, { ...keyOf('p'), id: 'm1' }, 'claimed', 'available');
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['renewed', 'available']);
    });

    it('for a release: closes what was given back', async () => {
      await confirm('p', both.first);
      await claim(both.first, keyOf('p'), 'm1');
      const steps = await stepsOf(both.second, () =>
        settleGrant(both.second, { ...keyOf('p'), id: 'm1' }, 'claimed', 'available'),
      );
      expect(await meanwhile(steps, () => confirm('p', both.first))).toBe('recorded');
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['renewed', 'available']);
    });

    it('for a release and the next claim: finds what was claimed again', async () => {
      await confirm('p', both.first);
      await claim(both.first, keyOf('p'), 'm1');
      const release = await stepsOf(both.second, () =>
        settleGrant(both.second, { ...keyOf('p'), id: 'm1' }, 'claimed', 'available'),
      );
      const steps = [...release, ...claimSteps(both.second, keyOf('p'), 'm2')];
      expect(await meanwhile(steps, () => confirm('p', both.first))).toBe('recorded');
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['claimed', 'available']);
      await claim(both.first, keyOf('p'), 'm3');
      await settleGrant(both.first, { ...keyOf('p'), id: 'm3' }, 'claimed', 'spent');
      await settleGrant(both.first, { ...keyOf('p'), id: 'm2' }, 'claimed', 'available');
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['renewed', 'spent']);
    });

    it('for another confirm whose grant is claimed at once: takes its place', async () => {
      const steps = await stepsOf(both.second, () => confirm('p', both.second));
      const claimed = [...steps, ...claimSteps(both.second, keyOf('p'), 'm1')];
      expect(await meanwhile(claimed, () => confirm('p', both.first))).toBe('recorded');
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['claimed', 'available']);
      await claim(both.first, keyOf('p'), 'm2');
      await settleGrant(both.first, { ...keyOf('p'), id: 'm2' }, 'claimed', 'spent');
      await settleGrant(both.first, { ...keyOf('p'), id: 'm1' }, 'claimed', 'available');
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['renewed', 'spent']);
    });

    it('by a release: that one gives nothing back', async () => {
      await confirm('p', both.first);
      await claim(both.first, keyOf('p'), 'm1');
      const steps = await stepsOf(both.second, () => confirm('p', both.second));
      const release = () => settleGrant(both.first, { ...keyOf('p'), id: 'm1' }, 'claimed', 'available');
      expect(await meanwhile(steps, release)).toEqual({});
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['renewed', 'available']);
    });

    it('by a resend: that one posts nothing', async () => {
      await confirm('p', both.first);
      const message = await send('p', both.first);
      await both.first.messages.settle(message, UNKNOWN);
      both.pass(MINUTE);
      const seen = (await both.first.messages.find(message.id)) as MessageRecord;
      const steps = await stepsOf(both.second, () => confirm('p', both.second));
      expect(await meanwhile(steps, () => both.first.resends.begin(seen))).toBe('renewed');
      expect(await grantsOf(both.dataSource, 'p')).toEqual(['unknown', 'available']);
    });
  });
}

describeEachDatabase('a grant of the time when confirms added up', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let counting: LibraryParts;
  let parts: LibraryParts;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    const clock = new ManualClock();
    counting = libraryParts(opened.dataSource, { clock, grantRule: 'count' });
    parts = libraryParts(opened.dataSource, { clock, unknown: 'resend-if-not-renewed' });
  });
  afterAll(() => opened?.close());
  beforeEach(() => emptyLedger(opened.dataSource));

  it('is given back under the rule "set", unless another one is live', async () => {
    for (const openid of ['p', 'q']) {
      await confirm(openid, counting);
      await claim(counting, keyOf(openid), `m-${openid}`);
    }
    await confirm('q', parts);
    for (const openid of ['p', 'q'])
      await settleGrant(parts, { ...keyOf(openid), id: `m-${openid}` }, 'claimed', 'available');
    expect(await grantsOf(opened.dataSource, 'p')).toEqual(['available']);
    expect(await grantsOf(opened.dataSource, 'q')).toEqual(['renewed', 'available']);
  });

  it('is given back by the batch in the same way', async () => {
    for (const openid of ['p', 'q', 'r']) await confirm(openid, counting);
    const claimed = await claimBatch(counting, { from: TEMPLATE, limit: 3, content: CONTENT });
    await confirm('q', parts);
    const ends = claimed.map(({ messageId: id, id: grantId, openid, proof }) => ({
      message: { ...keyOf(openid), id, grantId, proof, broadcastId: 'any' },
      settlement: NOT_SENT,
    }));
    expect(await parts.messageBatches.settleBatch(ends)).toEqual([true, true, true]);
    for (const openid of ['p', 'r']) expect(await grantsOf(opened.dataSource, openid)).toEqual(['available']);
    expect(await grantsOf(opened.dataSource, 'q')).toEqual(['renewed', 'available']);
  });

  it('is not posted for again: whether it is the live one nobody knows', async () => {
    await confirm('p', counting);
    const { id } = await send('p', counting);
    await parts.messages.settle((await parts.messages.find(id)) as MessageRecord, UNKNOWN);
    const seen = (await parts.messages.find(id)) as MessageRecord;
    expect(seen.dueAt).toBeDefined();
    expect(await parts.resends.begin(seen)).toBe('renewed');
  });
});
