import { DataSource, type QueryRunner } from 'typeorm';
import { ConfirmGroup } from '../../libs/weixin-subscribe/src/authorization/confirm-group.js';
import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import type { ClaimedGrant } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { OFFICIAL } from '../support/accounts.js';
import { idOf, nthId, numberedId } from '../support/ids.js';
import { countBy, countRows, emptyLedger, grantsWhere } from '../support/ledger.js';
import { atOnce, claimBatch, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { fillGrants, plans } from '../support/plans.js';
import {
  describeDatabase,
  describeEachDatabase,
  openDatabase,
  withLibrary,
} from '../support/test-databases.js';

const KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const TTL = 600_000;

describeEachDatabase('confirms that are committed together', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  let clock: ManualClock;
  /** Two processes, as far as the database can tell. */
  let processes: LibraryParts[];
  let parts: LibraryParts;
  /** Size of each group that was committed, and how many of it. */
  let groups: { size: number; written: number }[];

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
  beforeEach(async () => {
    await emptyLedger(opened.dataSource);
    groups = [];
    const { together } = ConfirmGroup.prototype;
    jest.spyOn(ConfirmGroup.prototype, 'together').mockImplementation(async function (
      this: ConfirmGroup,
      confirms,
    ) {
      const answers = await together.call(this, confirms);
      groups.push({ size: confirms.length, written: answers?.filter(Boolean).length ?? 0 });
      return answers;
    });
  });
  afterEach(() => jest.restoreAllMocks());

  let asked = 0;
  const ask = async (more: Partial<Intent> = {}): Promise<Intent> => {
    const intent: Intent = {
      ...KEY,
      id: parts.random.id(clock.now()),
      scene: 1000,
      flow: 'web',
      bindingDigest: digest('cookie'),
      status: 'pending',
      createdAt: new Date(clock.now()),
      expiresAt: new Date(clock.now() + TTL),
      ...more,
    };
    await parts.intents.create(intent, digest(`state${++asked}`));
    return intent;
  };
  const askMany = async (n: number, more: Partial<Intent> = {}) => {
    const intents: Intent[] = [];
    for (let index = 0; index < n; index++) intents.push(await ask(more));
    return intents;
  };
  const confirm = (intent: Intent, openid: string, by = parts) => by.intents.confirm(intent, openid);
  const intents = () => countBy(opened.dataSource, 'weixin_intent');
  const grants = () => countBy(opened.dataSource, 'weixin_grant');

  it('leave a grant that a message holds with it, marked as renewed', async () => {
    const openids = Array.from({ length: 60 }, (_, person) => `held-${person}`);
    for (const openid of openids)
      await parts.grants.record({ ...KEY, openid, scene: 1000, source: `earlier:${openid}` });
    const content = { title: 'x', content: { value: 'x' } };
    const claimed = await claimBatch(parts, {
      from: { ...KEY, openids: openids.slice(20) },
      limit: 40,
      content,
    });
    const ends = (of: ClaimedGrant[], settlement: Settlement) =>
      of.map(({ messageId: id, id: grantId, openid, scene, proof }) => ({
        message: { ...KEY, id, grantId, openid, scene, proof, broadcastId: 'any' },
        settlement,
      }));
    await parts.messageBatches.settleBatch(ends(claimed.slice(20), { outcome: 'unknown', grant: 'unknown' }));
    const asked = await askMany(60);
    await Promise.all(asked.map((intent, index) => confirm(intent, openids[index])));
    expect(await grants()).toEqual({ renewed: 20, claimed: 20, unknown: 20, available: 60 });
    // What surely was not delivered is one permission with the newer confirm.
    await parts.messageBatches.settleBatch(
      ends(claimed.slice(0, 20), { outcome: 'failed', grant: 'available' }),
    );
    expect(await grants()).toEqual({ renewed: 40, unknown: 20, available: 60 });
  });

  it('are in fewer transactions than confirms, each grant as it is alone', async () => {
    const questions = await askMany(40, { subject: '用户-1' });
    clock.advance(1000);
    const won = await atOnce(40, (index) => confirm(questions[index], `person-${index}`));
    expect(won).toEqual(questions.map(() => true));
    expect(groups.reduce((sum, { written }) => sum + written, 0)).toBeGreaterThanOrEqual(38);
    expect(groups.length).toBeLessThan(8);
    expect(await intents()).toEqual({ confirmed: 40 });
    const written = await grantsWhere(parts, { app_id: OFFICIAL.appId });
    const [last] = questions.splice(-1);
    expect(written).toHaveLength(40);
    expect(written.find(({ openid }) => openid === 'person-39')).toEqual({
      ...KEY,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      openid: 'person-39',
      scene: 1000,
      channel: 'one-time',
      status: 'available',
      source: `intent:${last.id}`,
      subject: '用户-1',
      proof: 'unproven',
      grantedAt: new Date(clock.now()),
      expiresAt: undefined,
      claimedBy: undefined,
      closedAt: undefined,
    });
    const [stored] = await opened.dataSource.query(
      `SELECT openid, answered_at FROM weixin_intent WHERE id = '${last.id}'`,
    );
    expect([stored.openid, Number(stored.answered_at)]).toEqual(['person-39', clock.now()]);
  });

  it('renew what was live, and no more', async () => {
    const before = await askMany(20);
    await atOnce(20, (index) => confirm(before[index], `person-${index}`));
    clock.advance(1000);
    const after = await askMany(20);
    const won = await atOnce(20, (index) => confirm(after[index], `person-${index + 10}`));
    expect(won).not.toContain(false);
    expect(await grants()).toEqual({ available: 30, renewed: 10 });
    const renewed = await grantsWhere(parts, { status: 'renewed' });
    for (const { openid, closedAt } of renewed) {
      expect(Number(openid.slice(7))).toBeGreaterThanOrEqual(10);
      expect(closedAt).toEqual(new Date(clock.now()));
      expect(await parts.grants.countAvailable({ ...KEY, openid, scene: 1000 })).toBe(1);
    }
  });

  it('each add one under the rule "count"', async () => {
    const counting = libraryParts(opened.dataSource, { clock, grantRule: 'count' });
    const questions = await askMany(20);
    const won = await atOnce(20, (index) => confirm(questions[index], 'one', counting));
    expect(won).not.toContain(false);
    expect(await grants()).toEqual({ available: 20 });
    expect(groups.some(({ written }) => written > 5)).toBe(true);
  });

  it('are told apart: what was answered, cancelled, expired or never asked writes nothing, its neighbours do', async () => {
    const late = await askMany(5, { expiresAt: new Date(clock.now() + 1) });
    clock.advance(1);
    const questions = await askMany(30);
    for (const intent of questions.slice(0, 5)) await confirm(intent, 'first');
    for (const intent of questions.slice(5, 10)) await parts.intents.cancel(intent);
    const strangers = questions
      .slice(0, 5)
      .map((intent, index) => ({ ...intent, id: idOf(`nobody-${index}`) }));
    const all = [...questions, ...late, ...strangers].sort((a, b) => (a.id < b.id ? -1 : 1));
    const good = new Set(questions.slice(10));
    const won = await atOnce(all.length, (index) => confirm(all[index], `person-${index}`));
    expect(won).toEqual(all.map((intent) => good.has(intent)));
    expect(await intents()).toEqual({ pending: 5, cancelled: 5, confirmed: 25 });
    expect((await grants()).available).toBe(21);
    expect((await parts.grants.list({ appId: OFFICIAL.appId, openid: 'first' }, 10)).length).toBe(5);
  });

  it('are one when they are copies: 60 of ten intents, each by three openids, at two processes', async () => {
    const questions = await askMany(10);
    const won = await atOnce(60, (index) =>
      confirm(questions[index % 10], `person-${index % 3}`, processes[index % 2]),
    );
    for (let question = 0; question < 10; question++) {
      const winners = won.flatMap((is, index) =>
        is && index % 10 === question ? [`person-${index % 3}`] : [],
      );
      expect(winners).toHaveLength(1);
      const [stored] = await opened.dataSource.query(
        `SELECT openid FROM weixin_intent WHERE id = '${questions[question].id}'`,
      );
      expect(stored.openid).toBe(winners[0]);
    }
    const { available, renewed = 0 } = await grants();
    expect([available + renewed, available]).toEqual([10, new Set(await winnersOf(questions)).size]);
  });

  async function winnersOf(questions: Intent[]): Promise<string[]> {
    const rows = await opened.dataSource.query(
      `SELECT openid FROM weixin_intent WHERE id IN (${questions.map(({ id }) => `'${id}'`).join(', ')})`,
    );
    return rows.map(({ openid }: { openid: string }) => openid);
  }

  it('leave one live grant when many intents of few people are confirmed at two processes', async () => {
    const questions = await askMany(60);
    const won = await atOnce(60, (index) =>
      confirm(questions[index], `person-${index % 6}`, processes[index % 2]),
    );
    expect(won).not.toContain(false);
    expect(await grants()).toEqual({ available: 6, renewed: 54 });
  });

  it('are not harmed by one whose grant can not be written', async () => {
    const questions = await askMany(21);
    const bad = questions[10];
    // The source of its grant is taken, so that the ledger's own index refuses it.
    await parts.grants.record({ ...KEY, openid: 'x', scene: 5, source: `intent:${bad.id}` });
    const won = await atOnce(21, (index) => confirm(questions[index], `person-${index}`));
    expect(won).toEqual(questions.map((intent) => intent !== bad));
    expect(await intents()).toEqual({ confirmed: 20, pending: 1 });
    expect(await grants()).toEqual({ available: 21 });
  });

  it('are not harmed by one that the database refuses, which is told so', async () => {
    const questions = await askMany(21);
    const long = 'x'.repeat(400);
    const ends = await Promise.allSettled(
      questions.map((intent, index) =>
        confirm(intent, kind === 'sqlite' || index !== 10 ? `person-${index}` : long),
      ),
    );
    // SQLite takes texts of any length.
    const failed = ends.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
    expect(failed).toEqual(kind === 'sqlite' ? [] : [10]);
    if (kind !== 'sqlite')
      expect(ends[10]).toMatchObject({ reason: { code: 'WEIXIN_DATABASE', temporary: false } });
    expect(await grants()).toEqual({ available: 21 - failed.length });
    expect(await intents()).toEqual(kind === 'sqlite' ? { confirmed: 21 } : { confirmed: 20, pending: 1 });
  });
});

for (const kind of ['postgres', 'mysql'] as const) {
  describeDatabase(kind, 'confirms beside rows that somebody else has locked', () => {
    let opened: Awaited<ReturnType<typeof openDatabase>>;
    let parts: LibraryParts;
    let other: QueryRunner;
    beforeAll(async () => {
      opened = await openDatabase(kind);
      parts = libraryParts(opened.dataSource);
      other = opened.dataSource.createQueryRunner();
      await other.connect();
    });
    afterAll(async () => {
      await other?.release();
      await opened?.close();
    });

    it('do not wait for them; those that need them do', async () => {
      const now = parts.clock.now();
      const questions: Intent[] = [];
      for (let index = 0; index < 40; index++) {
        questions.push({
          ...KEY,
          id: nthId('question', index),
          scene: 1000,
          flow: 'web',
          bindingDigest: digest('cookie'),
          status: 'pending',
          createdAt: new Date(now),
          expiresAt: new Date(now + TTL),
        });
        await parts.intents.create(questions[index], digest(`locked${index}`));
      }
      await parts.grants.record({ ...KEY, scene: 1000, openid: 'person-20', source: 'live' });
      await parts.grants.record({ ...KEY, scene: 1000, openid: 'person-30', source: 'claimed' });
      // As ours are: under REPEATABLE READ it would lock what is between rows, and so keep everybody from
      // inserting.
      if (kind === 'mysql') await other.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
      await other.query('BEGIN');
      // The first two go alone; then a question and a live grant in the middle of a group.
      await other.query(
        `UPDATE weixin_intent SET return_to = 'x' WHERE id IN (${[0, 1, 10].map((n) => `'${nthId('question', n)}'`).join(', ')})`,
      );
      await other.query("UPDATE weixin_grant SET subject = 'x' WHERE source = 'live'");
      // A claim locks the live row alone. PostgreSQL waits for it, which is as long as one statement.
      if (kind === 'mysql')
        await other.query("UPDATE weixin_live_grant SET expires_at = NULL WHERE openid = 'person-30'");
      const held = kind === 'mysql' ? [0, 1, 10, 20, 30] : [0, 1, 10, 20];
      const done = new Set<number>();
      const all = questions.map((intent, index) =>
        parts.intents.confirm(intent, `person-${index}`).then((won) => {
          done.add(index);
          return won;
        }),
      );
      await Promise.all(all.filter((_, index) => !held.includes(index)));
      expect(held.filter((index) => done.has(index))).toEqual([]);
      await other.query('COMMIT');
      expect(await Promise.all(all)).not.toContain(false);
      expect(await countBy(opened.dataSource, 'weixin_grant')).toEqual({ available: 40, renewed: 2 });
      expect(await countRows(opened.dataSource, 'weixin_live_grant')).toBe(40);
    });
  });
}

describeDatabase('postgres', 'confirms among 6,000 grants', (kind) => {
  it('find intents and live grants by their keys', async () => {
    const opened = await openDatabase(kind);
    try {
      const parts = libraryParts(opened.dataSource);
      await fillGrants(opened.dataSource, kind, { ...KEY, scene: 1000 }, parts.clock.now());
      await opened.dataSource.query(
        `INSERT INTO weixin_intent (id, state_digest, app_id, template_id, scene, flow, binding_digest, status, created_at, expires_at)
         SELECT ${numberedId(kind, 'i')}, 's' || i, 'a', 't', 1, 'web', 'b', 'pending', 0, ${parts.clock.now() + TTL} FROM generate_series(1, 6000) AS s(i)`,
      );
      await opened.dataSource.query('ANALYZE');
      const all = jest.spyOn(parts.sql, 'all');
      await atOnce(20, (index) =>
        parts.intents.confirm({ ...KEY, id: nthId('i', index + 1), scene: 1 } as Intent, `p${index}`),
      );
      const [sql, params] = all.mock.calls.find(([text]) => text.startsWith('WITH')) ?? [];
      for (const plan of await plans(opened.dataSource, kind, String(sql), params ?? [])) {
        expect(plan).toContain('uq_weixin_grant_live_key');
        expect(plan).not.toMatch(/Seq Scan on weixin_/);
      }
    } finally {
      await opened.close();
    }
  });
});
