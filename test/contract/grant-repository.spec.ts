import { InvalidInputError, UnknownAccountError, UnknownTemplateError } from 'nestjs-weixin-subscribe';
import { DataSource } from 'typeorm';
import { grantOf as grantOfMessage } from '../../libs/weixin-subscribe/src/delivery/ledger/message.sql.js';
import type {
  GrantFilter,
  GrantKey,
  GrantStatus,
  NewGrant,
  SettledGrantStatus,
} from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { costsOf } from '../support/cost.js';
import { idOf } from '../support/ids.js';
import { countBy, emptyLedger, grantsWhere } from '../support/ledger.js';
import {
  atOnce,
  claim,
  claimSteps,
  grantOf,
  type LibraryParts,
  libraryParts,
  purgeGrants,
  settleGrant,
} from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { fillGrants, plans } from '../support/plans.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';

const KEY: GrantKey = {
  appId: OFFICIAL.appId,
  openid: 'oABC-1234_xyzabcdefghijklmno',
  templateId: OFFICIAL.templates[0],
  scene: 1000,
};
const HOUR = 3_600_000;
type Filter = Partial<GrantKey> & { status?: GrantStatus; subject?: string };

describeEachDatabase('GrantRepository', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  let clock: ManualClock;
  /** Two processes, as far as the database can tell. */
  let processes: LibraryParts[];
  let parts: LibraryParts;
  /** The same database under the rule that each confirm adds one. */
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

  const record = (more: Partial<NewGrant> = {}, by = parts) =>
    by.grants.record({ ...KEY, source: `test:${++sources}`, ...more });
  const either = (index: number) => processes[index % processes.length];
  const statuses = () => countBy(opened.dataSource, 'weixin_grant');
  const available = (more: Partial<GrantKey> = {}) => parts.grants.countAvailable({ ...KEY, ...more });
  const settle = (id: string, from: 'claimed' | 'unknown', to: SettledGrantStatus) =>
    settleGrant(parts, { ...KEY, id }, from, to);

  describe('record', () => {
    it('adds a grant that can be read back whole', async () => {
      const expiresAt = new Date(clock.now() + HOUR);
      expect(await record({ source: 'import:1', subject: '用户-1', expiresAt })).toBe('recorded');
      expect(await grantsWhere(parts, { app_id: KEY.appId })).toEqual([
        {
          ...KEY,
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          channel: 'one-time',
          status: 'available',
          source: 'import:1',
          subject: '用户-1',
          proof: 'bound',
          grantedAt: new Date(clock.now()),
          expiresAt,
          claimedBy: undefined,
          closedAt: undefined,
        },
      ]);
    });

    it('answers "duplicate" and writes nothing when the source was recorded before, whatever became of that grant', async () => {
      await record({ source: 'push:1' });
      expect(await record({ source: 'push:1' })).toBe('duplicate');
      await claim(parts, KEY, 'm1');
      await settle('m1', 'claimed', 'spent');
      expect(await record({ source: 'push:1' })).toBe('duplicate');
      expect(await record({ source: 'push:1', scene: 7 })).toBe('duplicate');
      expect(await record({ source: 'push:1' }, counting)).toBe('duplicate');
      expect(await statuses()).toEqual({ spent: 1 });
    });

    it.each([
      ['of ours', '0193a000-0000-7000-8000-00000000abcd'],
      ['in capitals', '0193A000-0000-7000-8000-00000000ABCD'],
      ['of a host', 'i1'],
      ['that is empty', ''],
    ])(
      'knows the source of an intent again whose id is one %s, and tells it as it was given',
      async (_what, id) => {
        const source = `intent:${id}`;
        expect(await record({ source })).toBe('recorded');
        expect(await record({ source })).toBe('duplicate');
        expect(await record({ source: `import:${id}` })).toBe('recorded');
        expect(await grantsWhere(parts, { status: 'renewed' })).toMatchObject([{ source }]);
      },
    );

    it('leaves the live grant as it is when a duplicate arrives after a renewal', async () => {
      await record({ source: 'first' });
      await record({ source: 'second' });
      expect(await record({ source: 'first' })).toBe('duplicate');
      expect(await grantsWhere(parts, { status: 'available' })).toMatchObject([{ source: 'second' }]);
      expect(await statuses()).toEqual({ available: 1, renewed: 1 });
    });

    it('renews instead of adding under the rule "set"', async () => {
      for (let confirm = 0; confirm < 3; confirm++) await record();
      expect(await available()).toBe(1);
      expect(await statuses()).toEqual({ available: 1, renewed: 2 });
    });

    it('adds one each time under the rule "count"', async () => {
      for (let confirm = 0; confirm < 3; confirm++) await record({}, counting);
      expect(await available()).toBe(3);
      expect(await statuses()).toEqual({ available: 3 });
    });

    it('renews a grant that has expired unnoticed', async () => {
      await record({ expiresAt: new Date(clock.now() - 1) });
      await record();
      expect(await available()).toBe(1);
    });

    it.each<[string, Partial<GrantKey>]>([
      ['another scene', { scene: 1001 }],
      ['another person', { openid: 'oABC-1234_xyzabcdefghijklmnp' }],
      ['an openid that differs in the case of one letter', { openid: 'oabC-1234_xyzabcdefghijklmno' }],
      ['another account and template', { appId: MOBILE.appId, templateId: MOBILE.templates[0] }],
    ])('keeps %s apart', async (_, other) => {
      await record();
      await record(other);
      expect(await statuses()).toEqual({ available: 2 });
      expect(await claim(parts, { ...KEY, ...other }, 'm1')).toBe(true);
      expect(await available(other)).toBe(0);
      expect(await available()).toBe(1);
    });

    it.each<[string, Partial<NewGrant>, new (...given: never[]) => Error]>([
      ['a scene below 0', { scene: -1 }, InvalidInputError],
      ['a scene above 10000', { scene: 10_001 }, InvalidInputError],
      ['a scene that is not whole', { scene: 1.5 }, InvalidInputError],
      ['an empty openid', { openid: '' }, InvalidInputError],
      ['an openid with a quote', { openid: "o'; --" }, InvalidInputError],
      ['an empty source', { source: '' }, InvalidInputError],
      ['a source of 129 characters', { source: 'x'.repeat(129) }, InvalidInputError],
      ['a source that ends with a space', { source: 'import:1 ' }, InvalidInputError],
      ['a subject of 129 characters', { subject: 'x'.repeat(129) }, InvalidInputError],
      ['an end that is no date', { expiresAt: new Date('tomorrow') }, InvalidInputError],
      ['an account that is not configured', { appId: 'wx0000' }, UnknownAccountError],
      ['a template that is not configured', { templateId: 'other' }, UnknownTemplateError],
    ])('refuses %s and writes nothing', async (_, wrong, error) => {
      await expect(record(wrong)).rejects.toThrow(error);
      expect(await statuses()).toEqual({});
    });

    it('counts one source once when it arrives 50 times at once', async () => {
      const answers = await atOnce(50, (index) => record({ source: 'push:storm' }, either(index)));
      expect(answers.filter((answer) => answer === 'recorded')).toHaveLength(1);
      expect(await statuses()).toEqual({ available: 1 });
    });

    it('counts one source once when it arrives 50 times at once beside a live grant', async () => {
      await record();
      const answers = await atOnce(50, (index) => record({ source: 'push:storm' }, either(index)));
      expect(answers.filter((answer) => answer === 'recorded')).toHaveLength(1);
      expect(await statuses()).toEqual({ available: 1, renewed: 1 });
    });

    it('keeps exactly one available when 50 confirms of one key arrive at once', async () => {
      const answers = await atOnce(50, (index) => record({}, either(index)));
      expect(new Set(answers)).toEqual(new Set(['recorded']));
      expect(await statuses()).toEqual({ available: 1, renewed: 49 });
    });

    it('keeps all when 50 confirms of one key arrive at once under the rule "count"', async () => {
      await atOnce(50, () => record({}, counting));
      expect(await available()).toBe(50);
    });
  });

  describe('recordAfter', () => {
    const refusing = {
      name: 'gate',
      sql: `UPDATE weixin_grant SET scene = 5 WHERE id = '${idOf('nobody')}'`,
      params: [],
      expect: 'one' as const,
    };
    it('writes nothing and names the step before it that refused', async () => {
      await record();
      expect(await parts.grants.recordAfter([refusing], { ...KEY, source: 'after:1' })).toEqual({
        refusedBy: 'gate',
      });
      expect(await statuses()).toEqual({ available: 1 });
    });

    it('undoes the steps before it when the source was recorded before', async () => {
      await record({ source: 'after:2' });
      const before = { name: 'before', sql: 'UPDATE weixin_grant SET scene = 5', params: [] };
      expect(await parts.grants.recordAfter([before], { ...KEY, source: 'after:2' })).toBe('duplicate');
      expect(await available()).toBe(1);
    });
  });

  describe('claim', () => {
    it('takes the oldest of several', async () => {
      for (const source of ['oldest', 'middle', 'newest']) {
        await record({ source }, counting);
        clock.advance(1000);
      }
      for (const source of ['oldest', 'middle', 'newest']) {
        expect(await claim(counting, KEY, `of ${source}`)).toBe(true);
        expect(await grantOf(parts, `of ${source}`)).toMatchObject({
          source,
          status: 'claimed',
        });
      }
      expect(await claim(counting, KEY, 'too late')).toBe(false);
    });

    it('takes no grant that has expired, to the millisecond', async () => {
      await record({ expiresAt: new Date(clock.now() + 1000) });
      clock.advance(999);
      expect(await available()).toBe(1);
      clock.advance(1);
      expect(await available()).toBe(0);
      expect(await claim(parts, KEY, 'm1')).toBe(false);
    });

    it('gives one grant to one of 50 claims at once', async () => {
      await record();
      const won = await atOnce(50, (index) => claim(either(index), KEY, `m${index}`));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await statuses()).toEqual({ claimed: 1 });
      expect((await grantOf(parts, `m${won.indexOf(true)}`)).status).toBe('claimed');
    });

    it('gives each of 20 grants to one of 50 messages, each asking until it has one or there is none', async () => {
      for (let confirm = 0; confirm < 20; confirm++) await record({}, counting);
      const won = await atOnce(50, async (index) => {
        // As MessageRepository.accept: a claim that lost a race finds no row although a grant is there.
        while ((await available()) > 0) if (await claim(either(index), KEY, `m${index}`)) return true;
        return false;
      });
      expect(won.filter(Boolean)).toHaveLength(20);
      expect(await statuses()).toEqual({ claimed: 20 });
      const held = (await grantsWhere(parts, { app_id: KEY.appId })).map(({ claimedBy }) => claimedBy);
      expect(new Set(held).size).toBe(20);
    });

    it('refuses a second grant to the message that holds one', async () => {
      await record({}, counting);
      await record({}, counting);
      await claim(counting, KEY, 'm1');
      await expect(claim(counting, KEY, 'm1')).rejects.toThrow('unique');
      expect(await statuses()).toEqual({ available: 1, claimed: 1 });
    });
  });

  describe('settle', () => {
    it.each<['spent' | 'void' | 'unknown']>([['spent'], ['void'], ['unknown']])(
      'closes the claimed grant as %s',
      async (to) => {
        await record();
        await claim(parts, KEY, 'm1');
        clock.advance(500);
        expect(await settle('m1', 'claimed', to)).toEqual({});
        expect(await grantOf(parts, 'm1')).toMatchObject({
          status: to,
          closedAt: new Date(clock.now()),
        });
        expect(await available()).toBe(0);
      },
    );

    it.each<['claimed' | 'unknown']>([['claimed'], ['unknown']])(
      'gives a %s grant back, live again',
      async (from) => {
        await record();
        await claim(parts, KEY, 'm1');
        if (from === 'unknown') await settle('m1', 'claimed', 'unknown');
        await settle('m1', from, 'available');
        expect(await grantsWhere(parts, { app_id: KEY.appId })).toMatchObject([
          { status: 'available', claimedBy: undefined, closedAt: undefined },
        ]);
        // Live again: the next confirm renews it instead of adding.
        await record();
        expect(await statuses()).toEqual({ available: 1, renewed: 1 });
        expect(await claim(parts, KEY, 'm2')).toBe(true);
      },
    );

    it.each<['claimed' | 'unknown']>([['claimed'], ['unknown']])(
      'merges a %s grant that is given back into the newer confirm',
      async (from) => {
        await record({ source: 'older' });
        await claim(parts, KEY, 'm1');
        if (from === 'unknown') await settle('m1', 'claimed', 'unknown');
        await record({ source: 'newer' });
        expect(await settle('m1', from, 'available')).toEqual({});
        expect(await statuses()).toEqual({ available: 1, renewed: 1 });
        expect(await grantsWhere(parts, { status: 'available' })).toMatchObject([{ source: 'newer' }]);
      },
    );

    it('gives a grant back beside the others under the rule "count"', async () => {
      await record({}, counting);
      await claim(counting, KEY, 'm1');
      await record({}, counting);
      await settleGrant(counting, { ...KEY, id: 'm1' }, 'claimed', 'available');
      expect(await available()).toBe(2);
    });

    it('changes nothing for a message that holds no grant', async () => {
      await record();
      await claim(parts, KEY, 'm1');
      for (const to of ['spent', 'void', 'unknown', 'available'] as const)
        await settle('another', 'claimed', to);
      expect(await grantOf(parts, 'm1')).toMatchObject({
        status: 'claimed',
        closedAt: undefined,
      });
    });

    it('changes nothing when the grant is not in the state it is moved from', async () => {
      await record();
      await claim(parts, KEY, 'm1');
      await settle('m1', 'unknown', 'spent');
      expect(await statuses()).toEqual({ claimed: 1 });
      await settle('m1', 'claimed', 'spent');
      for (const to of ['void', 'unknown', 'available'] as const) {
        await settle('m1', 'claimed', to);
        await settle('m1', 'unknown', to);
      }
      expect(await statuses()).toEqual({ spent: 1 });
    });

    it('moves nothing when the step before it refuses', async () => {
      await record();
      await claim(parts, KEY, 'm1');
      const refusing = {
        name: 'gate',
        sql: `DELETE FROM weixin_message WHERE id = '${idOf('nobody')}'`,
        params: [],
        expect: 'one' as const,
      };
      expect(await parts.grants.release([refusing], KEY, grantOfMessage(idOf('m1')))).toEqual({
        refusedBy: 'gate',
      });
      expect(await statuses()).toEqual({ claimed: 1 });
    });

    it('ends with exactly one available when a release and 20 confirms meet', async () => {
      await record();
      await claim(parts, KEY, 'm1');
      await Promise.all([
        ...Array.from({ length: 10 }, (_, index) => record({}, either(index))),
        settle('m1', 'claimed', 'available'),
        ...Array.from({ length: 10 }, (_, index) => record({}, either(index))),
      ]);
      expect(await statuses()).toEqual({ available: 1, renewed: 20 });
    });
  });

  describe('expire', () => {
    it('closes the available grants whose time ran out, and no others', async () => {
      const at = (ms: number) => new Date(clock.now() + ms);
      await record({ scene: 1, expiresAt: at(1000) });
      await record({ scene: 2, expiresAt: at(2000) });
      await record({ scene: 3 });
      await record({ scene: 4, expiresAt: at(1000) });
      await claim(parts, { ...KEY, scene: 4 }, 'm1');
      clock.advance(1000);
      expect(await parts.grants.expire()).toBe(1);
      expect(await parts.grants.expire()).toBe(0);
      expect(await grantsWhere(parts, { status: 'expired' })).toMatchObject([
        { scene: 1, closedAt: new Date(clock.now()) },
      ]);
      expect(await statuses()).toEqual({ available: 2, claimed: 1, expired: 1 });
    });

    it('counts each grant once when both processes sweep at once', async () => {
      for (let scene = 0; scene < 10; scene++) await record({ scene, expiresAt: new Date(clock.now()) });
      const counts = await atOnce(4, (index) => either(index).grants.expire());
      expect(counts.reduce((sum, count) => sum + count)).toBe(10);
    });
  });

  describe('voidSteps', () => {
    it('closes what is available of one person in one account, and leaves what is in flight', async () => {
      await record({ scene: 1 });
      await record({ scene: 2 });
      await record({ scene: 3 });
      await claim(parts, { ...KEY, scene: 3 }, 'm1');
      await record({ openid: 'another' });
      await record({ appId: MOBILE.appId, templateId: MOBILE.templates[0] });
      const done = await parts.sql.atomically(parts.grants.voidSteps(KEY.appId, KEY.openid));
      expect(done).toEqual({ applied: true, affected: [2, 2], rows: [] });
      expect(await statuses()).toEqual({ available: 2, claimed: 1, void: 2 });
      // No live key is left behind: the next confirm adds.
      await record({ scene: 1 });
      expect(await available({ scene: 1 })).toBe(1);
    });
  });

  describe('retention', () => {
    it('deletes closed grants of before the moment, never unknown, claimed or available ones', async () => {
      const ends: GrantStatus[] = ['spent', 'void', 'unknown', 'claimed', 'available'];
      for (const [scene, end] of ends.entries()) {
        await record({ scene });
        if (end === 'available') continue;
        await claim(parts, { ...KEY, scene }, `m${scene}`);
        if (end !== 'claimed') {
          await settleGrant(parts, { ...KEY, scene, id: `m${scene}` }, 'claimed', end as 'spent');
        }
      }
      const closedAt = clock.now();
      expect(await purgeGrants(parts, new Date(closedAt))).toBe(0);
      expect(await purgeGrants(parts, new Date(closedAt + 1))).toBe(2);
      expect(await statuses()).toEqual({ available: 1, claimed: 1, unknown: 1 });
    });
  });

  describe('forget', () => {
    it('deletes the grants of one person in one account, and says what is in flight', async () => {
      await record({ scene: 1 });
      await record({ scene: 2 });
      await record({ scene: 2 });
      await record({ scene: 3 });
      await claim(parts, { ...KEY, scene: 3 }, 'in flight');
      const case_ = 'oabC-1234_xyzabcdefghijklmno';
      await record({ openid: case_ });
      await record({ appId: MOBILE.appId, templateId: MOBILE.templates[0] });
      expect(await parts.personalData.forget(KEY.appId, KEY.openid)).toMatchObject({
        grants: 3,
        // The grant, and the message that holds it.
        inFlight: 2,
      });
      expect(await parts.grants.list({ appId: KEY.appId, openid: KEY.openid })).toMatchObject([
        { claimedBy: idOf('in flight') },
      ]);
      await settle('in flight', 'claimed', 'spent');
      expect(await parts.personalData.forget(KEY.appId, KEY.openid)).toMatchObject({
        grants: 1,
        inFlight: 0,
      });
      expect(await statuses()).toEqual({ available: 2 });
    });
  });

  describe('list', () => {
    beforeEach(async () => {
      for (const scene of [1, 2, 3]) {
        await record({ scene, subject: `user ${scene % 2}` });
        clock.advance(1000);
      }
      await record({ openid: 'another', scene: 3 });
      await claim(parts, { ...KEY, scene: 2 }, 'm1');
    });
    const scenes = async (filter: Filter, limit?: number) =>
      (await parts.grants.list({ appId: KEY.appId, ...filter } as GrantFilter, limit)).map(
        ({ scene }) => scene,
      );
    const { templateId } = KEY;

    it('answers the newest first', async () => {
      expect(await scenes({ openid: KEY.openid })).toEqual([3, 2, 1]);
      expect(await scenes({ appId: MOBILE.appId, openid: KEY.openid })).toEqual([]);
    });

    it('filters by each field and by all together', async () => {
      expect(await scenes({ templateId, scene: 3 })).toEqual([3, 3]);
      expect(await scenes({ templateId, scene: 0 })).toEqual([]);
      expect(await scenes({ openid: 'another' })).toEqual([3]);
      expect(await scenes({ openid: KEY.openid, subject: 'user 1' })).toEqual([3, 1]);
      expect(await scenes({ openid: KEY.openid, status: 'claimed' })).toEqual([2]);
      expect(await scenes({ openid: KEY.openid, templateId: 'other' })).toEqual([]);
      expect(await scenes({ openid: KEY.openid, status: 'none' as never })).toEqual([]);
      expect(await scenes({ ...KEY, scene: 1, subject: 'user 1', status: 'available' })).toEqual([1]);
    });

    it('finds what is available among what is live, whatever its proof', async () => {
      const latest = { ...KEY, openid: 'late', scene: 3 };
      for (const proof of ['signed', 'unproven', 'bound'] as const) {
        clock.advance(1000);
        await record({ ...latest, openid: proof, proof });
      }
      const found = await parts.grants.list(
        { appId: KEY.appId, templateId, scene: 3, status: 'available' },
        4,
      );
      expect(found.map(({ openid }) => openid)).toEqual(['bound', 'unproven', 'signed', 'another']);
      expect(await scenes({ templateId, scene: 2, status: 'available' })).toEqual([]);
      expect(await scenes({ openid: KEY.openid, status: 'available' }, 1)).toEqual([3]);
    });

    it.each<[string, Filter, string]>([
      ['an account alone', {}, 'openid'],
      ['a scene without its template', { scene: 3, status: 'available' }, 'openid'],
      ['a template without its scene', { templateId }, 'scene'],
      ['a user of the host alone', { subject: 'user 1' }, 'openid'],
      ['what became of a whole scene', { templateId, scene: 3, status: 'renewed' }, 'status'],
    ])('refuses %s, for which no index is', async (_what, filter, field) => {
      await expect(scenes(filter)).rejects.toMatchObject({
        code: 'WEIXIN_INVALID_INPUT',
        errors: [expect.objectContaining({ field })],
      });
    });

    it.each([
      [2, 2],
      [0, 1],
      [-5, 1],
      [1.9, 1],
      [1_000_000, 3],
    ])('takes a limit of %d as between 1 and 1,000', async (limit, length) => {
      expect(await scenes({ openid: KEY.openid }, limit)).toHaveLength(length);
    });
  });
});

describeEachDatabase('among 6,000 grants', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let parts: LibraryParts;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    parts = libraryParts(opened.dataSource);
    await fillGrants(opened.dataSource, kind, KEY, parts.clock.now());
  });
  afterAll(() => opened?.close());

  it.each<[string, Filter, string]>([
    ['a person', { openid: 'person-77' }, 'ix_weixin_grant_person'],
    ['a scene', { scene: KEY.scene }, 'ix_weixin_grant_scene'],
    ['a scene, available', { scene: KEY.scene, status: 'available' }, 'ix_weixin_live_grant_selection'],
  ])('the list of %s reads what it gives', async (_what, filter, name) => {
    const { appId, templateId } = KEY;
    const reads = jest.spyOn(parts.sql, 'all');
    const found = await parts.grants.list({ appId, templateId, ...filter } as GrantFilter, 20);
    const [[sql, params]] = reads.mock.calls;
    reads.mockRestore();
    expect(found).toHaveLength(filter.openid ? 3 : 20);
    for (const cost of await costsOf(opened.dataSource, kind, { name: 'list', sql, params })) {
      expect(cost.indexes).toContain(name);
      expect(cost.plan).not.toMatch(/SCAN weixin_/);
      // Its row in the log, what is live of it, and its message; on MariaDB each as often as it is copied.
      expect(cost.examined ?? 0).toBeLessThanOrEqual(20 * 8);
    }
  });

  it('the claim is found through ix_weixin_live_grant_claim', async () => {
    const [step] = claimSteps(parts, { ...KEY, openid: 'person-77' }, 'm1');
    for (const plan of await plans(opened.dataSource, kind, step.sql, step.params)) {
      expect(plan).toContain('ix_weixin_live_grant_claim');
      expect(plan).not.toMatch(/Seq Scan|SCAN weixin_|"table":"weixin_\w+","type":"ALL"/);
    }
    expect(await claim(parts, { ...KEY, openid: 'person-77' }, 'm1')).toBe(true);
  });
});
