import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import type { GrantFilter } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { releaseHeld } from '../../libs/weixin-subscribe/src/grant/grant-batch.sql.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { OFFICIAL } from '../support/accounts.js';
import { type Cost, costByOldPlan, costsOf } from '../support/cost.js';
import { DIALECTS } from '../support/dialects.js';
import { idOf } from '../support/ids.js';
import { countBy } from '../support/ledger.js';
import { claimBatch, claimSteps, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { fillClosedBatches } from '../support/many-rows.js';
import { fillGrants } from '../support/plans.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const KEY = {
  appId: OFFICIAL.appId,
  templateId: OFFICIAL.templates[0],
  scene: 1000,
  openid: 'person-77',
  channel: 'one-time',
} as const;
const WHOLE_TABLE = /Seq Scan|SCAN weixin_|"table_name": "weixin_\w+",\s+"access_type": "ALL"/;
const ANALYZE = {
  sqlite: 'ANALYZE',
  postgres: 'VACUUM ANALYZE',
  mysql:
    'ANALYZE TABLE weixin_grant, weixin_live_grant, weixin_message, weixin_message_batch /*M! PERSISTENT FOR ALL */',
};

const ENDS: Settlement[] = [
  { outcome: 'sent', grant: 'spent', errcode: 0 },
  { outcome: 'refused', grant: 'void', errcode: 43101 },
  { outcome: 'failed', grant: 'available' },
  { outcome: 'unknown', grant: 'unknown' },
];
const CONTENT = { title: '上课提醒', content: { value: '8:50' } };
/** What was given back once is not live, so that it can be given back once more. */
const NOT_GIVEN_BACK = "DELETE FROM weixin_live_grant WHERE openid <> 'person-77'";
describeEachDatabase('the cost of one send among 24,000 grants of which 22,000 are spent', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let parts: LibraryParts;
  /** The statements of one call, as the executor got them. */
  let steps: SqlStep[];

  beforeAll(async () => {
    opened = await openDatabase(kind);
    parts = libraryParts(opened.dataSource);
    await fillGrants(opened.dataSource, kind, KEY, parts.clock.now());
    // Three times as many more, all spent, and a third of them of one person, under the very key that is
    // claimed.
    const ofCopy = (copy: number) => {
      const text = kind === 'postgres' ? 'CAST(id AS text)' : 'id';
      const id = `REPLACE(${text}, '0193a000', '0193a00${copy}')`;
      return kind === 'postgres' ? `CAST(${id} AS uuid)` : id;
    };
    for (const copy of [1, 2, 3])
      await opened.dataSource.query(`INSERT INTO weixin_grant (id, app_id, openid, template_id, scene, scene_key, channel, source, proof, granted_at)
        SELECT ${ofCopy(copy)}, app_id, ${copy === 1 ? `'${KEY.openid}'` : 'openid'}, template_id, scene, scene_key, channel,
          REPLACE(source, 'fill', 'fill${copy}'), proof, granted_at FROM weixin_grant WHERE source LIKE 'fill:%'`);
    await fillClosedBatches(opened.dataSource, kind);
    await opened.dataSource.query(ANALYZE[kind]);
    const atomically = parts.sql.atomically.bind(parts.sql);
    parts.sql.atomically = (given) => {
      steps.push(...given);
      return atomically(given);
    };
  });
  afterAll(() => opened?.close());
  beforeEach(() => {
    steps = [];
  });

  /** What the step costs if it runs once more. */
  const costs = (name: string) => {
    const step = steps.find((one) => one.name === name);
    if (!step) throw new Error(`no step "${name}" among ${steps.map((one) => one.name)}`);
    return costsOf(opened.dataSource, kind, step, NOT_GIVEN_BACK);
  };

  it('is among what it says', async () => {
    expect(await countBy(opened.dataSource, 'weixin_grant')).toEqual({ available: 2000, spent: 22_000 });
  });

  it('of the claim is one range of ix_weixin_live_grant_claim, and one row', async () => {
    steps = claimSteps(parts, KEY, 'm1');
    for (const cost of await costs('claim grant')) {
      expect(cost.indexes).toContain('ix_weixin_live_grant_claim');
      expect(cost.plan).not.toMatch(WHOLE_TABLE);
      // MariaDB sorts what it found, because the change moves it within the index.
      if (kind !== 'mysql') expect(cost.plan).not.toMatch(/TEMP B-TREE|"Sort"/);
      // On PostgreSQL the row of the subquery, and the same row by its key.
      expectAtMost(cost, { examined: 2, removed: 0, buffers: 12 });
    }
  });

  it('of a confirm that renews is the one row of its key', async () => {
    await parts.grants.record({ ...KEY, source: 'cost:1' });
    for (const cost of await costs('close renewed')) {
      expect(cost.indexes).toEqual(['uq_weixin_grant_live_key']);
      expect(cost.plan).not.toMatch(WHOLE_TABLE);
      expectAtMost(cost, { examined: 1, removed: 0, buffers: 6 });
    }
  });

  describe('with 1,000 others in flight', () => {
    // The database last counted when nothing was: what it keeps of the rows in flight looks like nothing to
    // it.
    beforeAll(async () => {
      steps = [];
      for (const half of [500, 500])
        expect(await claimBatch(parts, { from: KEY, limit: half, content: CONTENT })).toHaveLength(half);
    });

    it.each<[string, Settlement, string[]]>([
      ['sent', { outcome: 'sent', grant: 'spent', errcode: 0 }, ['settle message']],
      ['failed', { outcome: 'failed', grant: 'available' }, ['settle message', 'release grant']],
    ])('of the end as %s is the one message and its grant', async (outcome, settlement, names) => {
      // The last of the selection, which the others have not come to.
      const openid = outcome === 'sent' ? 'person-1998' : 'person-1999';
      const message = await parts.messages.accept({ ...KEY, openid, content: CONTENT });
      if (typeof message === 'string') throw new Error(message);
      await parts.messages.settle(message, settlement);
      for (const cost of (await Promise.all(names.map(costs))).flat()) {
        expect(cost.indexes).not.toContain('ix_weixin_message_in_flight');
        expect(cost.indexes).not.toContain('ix_weixin_message_held');
        expect(cost.plan).not.toMatch(WHOLE_TABLE);
        // Once more: what it finds has ended already.
        // The grant of a message that gives it back is found by the message.
        expectAtMost(cost, { examined: 2, removed: 1, buffers: 12 });
      }
    });

    it('of a batch that ends is its own messages and their grants', async () => {
      const claimed = await claimBatch(parts, { from: KEY, limit: 6, content: CONTENT });
      const of = claimed.map(({ messageId: id, id: grantId, openid, proof }) => ({
        ...{ ...KEY, id, grantId, openid, proof, broadcastId: 'any' },
      }));
      steps = [];
      const ends = ENDS.map((settlement, index) => ({ message: of[index], settlement }));
      await parts.messageBatches.settleBatch(ends);
      await parts.messageBatches.handBack(of.slice(ENDS.length));
      const written = steps.filter(({ name }) => name !== 'count in batch');
      expect(written.length).toBeGreaterThan(8);
      for (const step of written)
        for (const cost of await costsOf(opened.dataSource, kind, step, NOT_GIVEN_BACK)) {
          expect(cost.indexes).not.toContain('ix_weixin_message_in_flight');
          expect(cost.indexes).not.toContain('ix_weixin_message_held');
          expect(cost.plan).not.toMatch(WHOLE_TABLE);
          // MariaDB counts what it reads out of the parameter besides.
          expectAtMost(cost, { examined: 8, removed: 4, buffers: 16 });
        }
    });

    it('of what retention reads and deletes is a look at each row by its key', async () => {
      const ids = Array.from({ length: 200 }, (_, n) => `0193a000-0000-7000-8000-00000000${2000 + n}`);
      const reads = jest.spyOn(parts.sql, 'all').mockResolvedValue([]);
      await parts.grants.existing(ids);
      await parts.messages.deleteEnded(ids, new Date(0));
      await parts.grants.deleteClosed(ids);
      const looks = reads.mock.calls.map(([sql, params]) => ({ name: 'look', sql, params }));
      reads.mockRestore();
      const removals = ['delete ended messages', 'delete closed grants'].map((of) =>
        steps.find(({ name }) => name === of),
      );
      for (const step of [...looks, ...removals])
        for (const cost of await costsOf(opened.dataSource, kind, step as SqlStep)) {
          expect(cost.indexes).not.toContain('ix_weixin_message_held');
          expect(cost.plan).not.toMatch(WHOLE_TABLE);
        }
    });

    /** As PostgreSQL plans where the table of batches has hardly a row. */
    const asOfOneBatch =
      kind === 'postgres'
        ? ['material', 'hashjoin', 'mergejoin'].map((node) => `SET LOCAL enable_${node} = off`).join('; ')
        : undefined;

    it.each<[string, GrantFilter]>([
      ['a scene', { appId: KEY.appId, templateId: KEY.templateId, scene: KEY.scene }],
      ['a person', { appId: KEY.appId, openid: KEY.openid }],
      ['a key', KEY],
    ])('of the grants of %s is one look at whom the batches hold', async (_, filter) => {
      const all = jest.spyOn(parts.sql, 'all');
      expect(await parts.grants.list(filter, 100)).not.toEqual([]);
      const [[sql, params]] = all.mock.calls;
      all.mockRestore();
      for (const cost of await costsOf(
        opened.dataSource,
        kind,
        { name: 'list', sql, params },
        asOfOneBatch,
      )) {
        // Three pages for each of the thousand, some for each of the hundred; removed is what was compared.
        expectAtMost(cost, { examined: 4000, removed: 102_000, buffers: 5000 });
        if (kind === 'sqlite') expect(cost.plan).toContain('MATERIALIZE in_batch');
      }
    });

    it('of grants that are given back is these, also by a plan from before there was any', async () => {
      if (kind !== 'postgres') return;
      const held = Array.from({ length: 100 }, (_, index) => ({
        id: idOf(`m${index}`),
        liveKey: null,
        proof: 'bound' as const,
      }));
      for (const step of releaseHeld(DIALECTS[kind], held)) {
        const cost = await costByOldPlan(opened.dataSource, step, 'SELECT 1');
        expect(cost.plan).not.toMatch(WHOLE_TABLE);
        expectAtMost(cost, { examined: 100, removed: 100, buffers: 400 });
      }
    });
  });
});

/** SQLite tells no figures. */
function expectAtMost(cost: Cost, limits: Required<Pick<Cost, 'examined' | 'removed' | 'buffers'>>): void {
  for (const figure of ['examined', 'removed', 'buffers'] as const)
    expect(cost[figure] ?? 0).toBeLessThanOrEqual(limits[figure]);
}
