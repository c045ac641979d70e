import type { DataSource } from 'typeorm';
import { RecurringRepository } from '../../libs/weixin-subscribe/src/broadcast/recurring/recurring.repository.js';
import type { SqlValue } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { costsOf } from '../support/cost.js';
import { idOf, numberedId } from '../support/ids.js';
import { libraryParts } from '../support/library-parts.js';
import { insertMany } from '../support/many-rows.js';
import { type DatabaseKind, describeEachDatabase, openDatabase } from '../support/test-databases.js';

const MANY = 5000;

describeEachDatabase('the cost of a look among 5,000 rows of no interest', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let dataSource: DataSource;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    ({ dataSource } = opened);
    await fill(dataSource, kind);
  });
  afterAll(() => opened?.close());

  /** What the statements of a call cost. */
  const costs = async (call: (parts: ReturnType<typeof libraryParts>) => Promise<unknown>) => {
    const parts = libraryParts(dataSource);
    const all = jest.spyOn(parts.sql, 'all');
    await call(parts);
    const statements = all.mock.calls as [string, SqlValue[]][];
    expect(statements).not.toEqual([]);
    const found = await Promise.all(
      statements.map(([sql, params]) => costsOf(dataSource, kind, { name: 'look', sql, params })),
    );
    return found.flat();
  };
  const expectFew = async (call: Parameters<typeof costs>[0], index: RegExp) => {
    for (const { indexes, examined = 0, removed = 0 } of await costs(call)) {
      expect(indexes.join()).toMatch(index);
      expect([examined <= 60, removed <= 10]).toEqual([true, true]);
    }
  };

  it('for the broadcast that a recurring one has started last is one row', () =>
    expectFew(
      ({ sql }) => new RecurringRepository(sql).latestStarted(idOf('r1')),
      /^ix_weixin_broadcast_occurrence_started$/,
    ));

  it('for the broadcasts of an account that has few is these', () =>
    expectFew(
      ({ broadcasts }) => broadcasts.list({ appId: 'few', limit: 20 }),
      // Where there are but few MySQL takes them by whatever index begins with the account, and sorts.
      /^(ix_weixin_broadcast_account|uq_weixin_broadcast_idempotency_key)$/,
    ));

  it.each(['running', 'finished'] as const)(
    'for those of an account that are %s is few, too',
    async (status) => {
      for (const { removed = 0 } of await costs(({ broadcasts }) =>
        broadcasts.list({ appId: 'few', status, limit: 20 }),
      ))
        expect(removed).toBeLessThanOrEqual(10);
    },
  );
});

/** Each time was refused, for as long as nobody has looked; and another account has sent a lot. */
async function fill(dataSource: DataSource, kind: DatabaseKind): Promise<void> {
  const occurrence = { recurring_id: `'${idOf('r1')}'`, due_at: 'i', decided_at: 'i' };
  await insertMany(dataSource, kind, 'weixin_broadcast_occurrence', MANY, {
    ...occurrence,
    ...{ id: numberedId(kind, 'o'), outcome: "CASE WHEN i = 0 THEN 'started' ELSE 'failed' END" },
  });
  const broadcast = { template_id: "'t'", channel: "'one-time'", audience: "'scene'", digest: "'d'" };
  await insertMany(dataSource, kind, 'weixin_broadcast', MANY, {
    ...broadcast,
    ...{
      id: numberedId(kind, 'b', { n: `(i * 7919) % ${MANY}` }),
      app_id: "CASE WHEN i < 5 THEN 'few' ELSE 'many' END",
      created_at: 'i',
    },
    status: "CASE WHEN i = 4 THEN 'running' ELSE 'finished' END",
  });
  await dataSource.query(
    kind === 'mysql'
      ? 'ANALYZE TABLE weixin_broadcast, weixin_broadcast_occurrence /*M! PERSISTENT FOR ALL */'
      : 'ANALYZE',
  );
}
