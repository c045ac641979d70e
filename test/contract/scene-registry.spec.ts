import {
  InvalidInputError,
  PurposeUnknownError,
  SceneEntity,
  ScenesExhaustedError,
  UnknownAccountError,
  UnknownTemplateError,
} from 'nestjs-weixin-subscribe';
import { DataSource, type QueryRunner } from 'typeorm';
import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import type { SceneOptions } from '../../libs/weixin-subscribe/src/scene/scene.options.js';
import type { ScenePurpose } from '../../libs/weixin-subscribe/src/scene/scene.types.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { idOf } from '../support/ids.js';
import { countRows, emptyLedger } from '../support/ledger.js';
import { atOnce, claim, type LibraryParts, libraryParts, settleGrant } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase, withLibrary } from '../support/test-databases.js';
import { expireIntents } from '../support/upkeep.js';

const TEMPLATE = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const OTHER_TEMPLATE = { appId: MOBILE.appId, templateId: MOBILE.templates[0] };
const OPENID = 'oABC-1234_xyzabcdefghijklmno';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TTL = 600_000;

describeEachDatabase('SceneRegistry', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  let clock: ManualClock;
  let parts: LibraryParts;
  let sources = 0;
  let messageId = '';

  beforeAll(async () => {
    opened = await openDatabase(kind);
    second = await new DataSource(withLibrary(opened.database.options)).initialize();
  });
  afterAll(async () => {
    await second?.destroy();
    await opened?.close();
  });
  beforeEach(async () => {
    clock = new ManualClock();
    parts = libraryParts(opened.dataSource, { clock });
    await emptyLedger(opened.dataSource);
  });

  const of = (purpose: string, more: Partial<ScenePurpose> = {}): ScenePurpose => ({
    ...TEMPLATE,
    purpose,
    ...more,
  });
  /** Two processes, as far as the database can tell, that share out these scenes. */
  const processes = (scenes?: SceneOptions, clocks = [clock, clock]) =>
    [opened.dataSource, second].map((dataSource, index) =>
      libraryParts(dataSource, { clock: clocks[index], scenes }),
    );
  const registry = (scenes?: SceneOptions) => processes(scenes)[0].scenes;
  const rows = () => opened.dataSource.getRepository(SceneEntity).find({ order: { scene: 'ASC' } });
  const purposes = async () =>
    Object.fromEntries((await rows()).map(({ scene, purpose }) => [scene, purpose]));

  const record = (scene: number, by = parts) =>
    by.grants.record({ ...TEMPLATE, openid: OPENID, scene, source: `test:${++sources}` });
  const claimOne = (scene: number) => {
    messageId = `m${++sources}`;
    return claim(parts, { ...TEMPLATE, openid: OPENID, scene }, messageId);
  };
  const settle = async (scene: number, from: 'claimed' | 'unknown', to: 'spent' | 'unknown') => {
    await settleGrant(parts, { ...TEMPLATE, openid: OPENID, scene, id: messageId }, from, to);
  };
  const question = (scene: number, by = parts): Intent => {
    const now = by.clock.now();
    return {
      id: by.random.id(now),
      ...TEMPLATE,
      scene,
      flow: 'web',
      bindingDigest: digest('cookie'),
      status: 'pending',
      createdAt: new Date(now),
      expiresAt: new Date(now + TTL),
    };
  };
  const ask = async (scene: number, by = parts): Promise<Intent> => {
    const intent = question(scene, by);
    await by.intents.create(intent, digest(`state:${++sources}`));
    return intent;
  };
  describe('sceneFor', () => {
    it('gives each purpose a scene of its own, the lowest first, and the same one whenever it is asked again', async () => {
      const scenes = registry();
      const given: number[] = [];
      for (const purpose of ['class:1', 'class:2', 'Class:1', '课程:1', 'class:1'])
        given.push(await scenes.sceneFor(of(purpose)));
      expect(given).toEqual([0, 1, 2, 3, 0]);
      expect(await processes()[1].scenes.sceneFor(of('class:2'))).toBe(1);
    });

    it('counts each account and template on its own', async () => {
      expect(await registry().sceneFor(of('class:1'))).toBe(0);
      expect(await registry().sceneFor(of('class:2', OTHER_TEMPLATE))).toBe(0);
      expect(await countRows(opened.dataSource, 'weixin_scene')).toBe(2);
    });

    it('stays within the range that the host has set', async () => {
      const scenes = registry({ from: 9999 });
      expect(await scenes.sceneFor(of('a'))).toBe(9999);
      expect(await scenes.sceneFor(of('b'))).toBe(10_000);
      await expect(scenes.sceneFor(of('c'))).rejects.toThrow(ScenesExhaustedError);
    });

    it('looks beyond the first thousand', async () => {
      await opened.dataSource.getRepository(SceneEntity).insert(
        Array.from({ length: 1001 }, (_, scene) => ({
          ...of(`purpose ${scene}`),
          scene,
          assignedAt: new Date(clock.now()),
          usedAt: new Date(clock.now()),
        })),
      );
      expect(await registry().sceneFor(of('one more'))).toBe(1001);
    });

    it('keeps a scene that is outside of a range which was set later', async () => {
      await registry().sceneFor(of('class:1'));
      expect(await registry({ from: 5000 }).sceneFor(of('class:1'))).toBe(0);
      expect(await registry({ from: 5000 }).sceneFor(of('class:2'))).toBe(5000);
    });

    it.each<[string, Partial<ScenePurpose>, new (...given: never[]) => Error]>([
      ['an empty purpose', { purpose: '' }, InvalidInputError],
      ['a purpose of 129 characters', { purpose: 'x'.repeat(129) }, InvalidInputError],
      ['a purpose that ends with a space', { purpose: 'class:42 ' }, InvalidInputError],
      ['a purpose that starts with a space', { purpose: ' class:42' }, InvalidInputError],
      ['a purpose with a line break', { purpose: 'class:\n42' }, InvalidInputError],
      ['a purpose with half an emoji', { purpose: 'class:\ud83d' }, InvalidInputError],
      ['a purpose that is no text', { purpose: 42 as never }, InvalidInputError],
      ['a field that nobody reads', { scene: 42 } as never, InvalidInputError],
      ['an account that is not configured', { appId: 'wx0000' }, UnknownAccountError],
      ['a template that is not configured', { templateId: 'other' }, UnknownTemplateError],
    ])('refuses %s and writes nothing', async (_, wrong, error) => {
      const { scenes } = parts;
      await expect(scenes.sceneFor(of('class:42', wrong))).rejects.toThrow(error);
      await expect(scenes.find(of('class:42', wrong))).rejects.toThrow(error);
      await expect(scenes.release(of('class:42', wrong))).rejects.toThrow(error);
      expect(await countRows(opened.dataSource, 'weixin_scene')).toBe(0);
    });

    it('takes a purpose of 128 characters, counted in code points', async () => {
      const purpose = '🎓'.repeat(128);
      expect(await parts.scenes.sceneFor(of(purpose))).toBe(0);
      expect(await parts.scenes.find(of(purpose))).toMatchObject({ purpose, scene: 0 });
    });

    it('answers one scene to 50 callers of one purpose at once, in two processes', async () => {
      const both = processes();
      const given = await atOnce(50, (index) => both[index % 2].scenes.sceneFor(of('class:1')));
      expect(new Set(given)).toEqual(new Set([0]));
      expect(await countRows(opened.dataSource, 'weixin_scene')).toBe(1);
    });

    it('gives 40 purposes at once 40 scenes, in two processes', async () => {
      const both = processes();
      const given = await atOnce(40, (index) => both[index % 2].scenes.sceneFor(of(`class:${index}`)));
      expect(new Set(given).size).toBe(40);
      expect(await purposes()).toEqual(
        Object.fromEntries(given.map((scene, index) => [scene, `class:${index}`])),
      );
    });
  });

  describe('exhaustion', () => {
    it('is a clear error that writes nothing', async () => {
      const scenes = registry({ from: 7, to: 8 });
      await scenes.sceneFor(of('a'));
      await scenes.sceneFor(of('b'));
      const refused = scenes.sceneFor(of('c'));
      await expect(refused).rejects.toThrow(ScenesExhaustedError);
      await expect(refused).rejects.toThrow(
        `no scene from 7 to 8 is free for template "${TEMPLATE.templateId}"`,
      );
      await expect(refused).rejects.toMatchObject({
        code: 'WEIXIN_SCENES_EXHAUSTED',
        remedy: expect.any(String),
      });
      expect(await purposes()).toEqual({ 7: 'a', 8: 'b' });
      expect(await scenes.sceneFor(of('c', OTHER_TEMPLATE))).toBe(7);
    });

    it('lets exactly as many purposes through as there are scenes when more come at once', async () => {
      const both = processes({ from: 1, to: 5 });
      const given = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => both[index % 2].scenes.sceneFor(of(`class:${index}`))),
      );
      const lucky = given.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const unlucky = given.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect([...lucky].sort()).toEqual([1, 2, 3, 4, 5]);
      expect(unlucky.every((error) => error instanceof ScenesExhaustedError)).toBe(true);
    });

    it('is not met by the second caller of the purpose that has just taken the last scene', async () => {
      const both = processes({ from: 1, to: 1 });
      for (let round = 0; round < 10; round++) {
        await emptyLedger(opened.dataSource);
        const given = await atOnce(8, (index) => both[index % 2].scenes.sceneFor(of('class:1')));
        expect(new Set(given)).toEqual(new Set([1]));
      }
    });
  });

  describe('release', () => {
    it('frees the scene for another purpose', async () => {
      const scenes = registry({ from: 1, to: 1 });
      await scenes.sceneFor(of('a'));
      expect(await scenes.release(of('a'))).toBe(true);
      expect(await scenes.sceneFor(of('b'))).toBe(1);
      expect(await purposes()).toEqual({ 1: 'b' });
      expect(await scenes.find(of('a'))).toBeUndefined();
      await expect(scenes.sceneFor(of('a'))).rejects.toThrow(ScenesExhaustedError);
    });

    it('answers false for a purpose that has no scene, and for one that was released before', async () => {
      const scenes = registry();
      expect(await scenes.release(of('a'))).toBe(false);
      await scenes.sceneFor(of('a'));
      expect(await scenes.release(of('a'))).toBe(true);
      const first = await scenes.find(of('a'));
      clock.advance(HOUR);
      expect(await scenes.release(of('a'))).toBe(false);
      expect(await scenes.find(of('a'))).toEqual(first);
    });

    it('gives a purpose its own scene back when it is asked for again', async () => {
      const scenes = registry({ from: 1, to: 2 });
      await scenes.sceneFor(of('a'));
      await record(1);
      await scenes.release(of('a'));
      expect(await scenes.sceneFor(of('a'))).toBe(1);
      expect(await scenes.find(of('a'))).toMatchObject({ scene: 1, releasedAt: undefined });
      await scenes.sceneFor(of('b'));
      await expect(scenes.sceneFor(of('c'))).rejects.toThrow(ScenesExhaustedError);
    });

    it('leaves never used scenes to go first, and then the scene that was released longest ago', async () => {
      const scenes = registry({ from: 1, to: 3 });
      for (const purpose of ['a', 'b']) await scenes.sceneFor(of(purpose));
      await scenes.release(of('b'));
      clock.advance(1);
      await scenes.release(of('a'));
      expect(await scenes.sceneFor(of('c'))).toBe(3);
      expect(await scenes.sceneFor(of('d'))).toBe(2);
      expect(await scenes.sceneFor(of('e'))).toBe(1);
    });
  });

  describe.each<[string, (scene: number) => Promise<void>, ((scene: number) => Promise<void>) | undefined]>([
    [
      'an available grant',
      async (scene) => void (await record(scene)),
      async (scene) => {
        await claimOne(scene);
        await settle(scene, 'claimed', 'spent');
      },
    ],
    [
      'a claimed grant',
      async (scene) => {
        await record(scene);
        await claimOne(scene);
      },
      (scene) => settle(scene, 'claimed', 'spent'),
    ],
    [
      'a grant whose message is unknown',
      async (scene) => {
        await record(scene);
        await claimOne(scene);
        await settle(scene, 'claimed', 'unknown');
      },
      (scene) => settle(scene, 'unknown', 'spent'),
    ],
    [
      'an open question',
      async (scene) => void (await ask(scene)),
      async () => {
        clock.advance(TTL);
        await expireIntents(parts);
      },
    ],
    [
      'a question whose time is over but that is not closed yet',
      async (scene) => {
        await ask(scene);
        clock.advance(TTL + 1);
      },
      async () => void (await expireIntents(parts)),
    ],
  ])('%s under a scene', (_name, hold, end) => {
    it('keeps the scene from another purpose after a release, until it has ended', async () => {
      const scenes = registry({ from: 1, to: 1 });
      await scenes.sceneFor(of('a'));
      await hold(1);
      await scenes.release(of('a'));
      await expect(scenes.sceneFor(of('b'))).rejects.toThrow(ScenesExhaustedError);
      expect(await purposes()).toEqual({ 1: 'a' });
      await end?.(1);
      expect(await scenes.sceneFor(of('b'))).toBe(1);
    });

    it('keeps it from every purpose when the host chose the scene by hand, until it has ended', async () => {
      const scenes = registry({ from: 1, to: 2 });
      await hold(1);
      expect(await scenes.sceneFor(of('a'))).toBe(2);
      await expect(scenes.sceneFor(of('b'))).rejects.toThrow(ScenesExhaustedError);
      await end?.(1);
      expect(await scenes.sceneFor(of('b'))).toBe(1);
    });

    it('is seen by the statement that assigns, whatever was suggested before', async () => {
      const { scenes, sceneRepository } = parts;
      await hold(0);
      expect(await sceneRepository.assign(of('a'), 0, 0)).toBe(false);
      await end?.(0);
      expect(await sceneRepository.assign(of('a'), 0, 0)).toBe(true);
      await hold(0);
      await scenes.release(of('a'));
      expect(await sceneRepository.assign(of('b'), 0, 0)).toBe(false);
      expect(await purposes()).toEqual({ 0: 'a' });
      expect(await scenes.sceneFor(of('a'))).toBe(0);
    });

    it('is of no concern to another template', async () => {
      await hold(1);
      expect(await registry({ from: 1, to: 1 }).sceneFor(of('a', OTHER_TEMPLATE))).toBe(1);
    });
  });

  describe('a purpose that nobody asks for any more', () => {
    const unused = async (days: number) => {
      const scenes = registry({ from: 1, to: 1 });
      await scenes.sceneFor(of('a'));
      clock.advance(days * DAY);
      return scenes;
    };

    it('keeps its scene for 90 days', async () => {
      const scenes = await unused(90);
      await expect(scenes.sceneFor(of('b'))).rejects.toThrow(ScenesExhaustedError);
      expect(await scenes.sceneFor(of('a'))).toBe(1);
    });

    it('loses it afterwards to a purpose that would have none otherwise', async () => {
      const scenes = await unused(91);
      expect(await scenes.sceneFor(of('b'))).toBe(1);
      await expect(scenes.sceneFor(of('a'))).rejects.toThrow(ScenesExhaustedError);
    });

    it('does not lose it while somebody holds a grant', async () => {
      const scenes = await unused(91);
      await record(1);
      await expect(scenes.sceneFor(of('b'))).rejects.toThrow(ScenesExhaustedError);
    });

    it('does not lose it while another scene was released', async () => {
      const scenes = registry({ from: 1, to: 2 });
      await scenes.sceneFor(of('a'));
      clock.advance(91 * DAY);
      await scenes.sceneFor(of('b'));
      await scenes.release(of('b'));
      expect(await scenes.sceneFor(of('c'))).toBe(2);
      expect(await scenes.find(of('a'))).toMatchObject({ scene: 1 });
    });

    it('counts as used whenever it is asked for', async () => {
      const scenes = await unused(60);
      await scenes.sceneFor(of('a'));
      clock.advance(60 * DAY);
      await expect(scenes.sceneFor(of('b'))).rejects.toThrow(ScenesExhaustedError);
    });

    it('is not written down again within the hour', async () => {
      const scenes = registry();
      await scenes.sceneFor(of('a'));
      const assigned = clock.now();
      clock.advance(HOUR - 1);
      await scenes.sceneFor(of('a'));
      expect((await scenes.find(of('a')))?.usedAt.getTime()).toBe(assigned);
      clock.advance(1);
      await scenes.sceneFor(of('a'));
      expect((await scenes.find(of('a')))?.usedAt.getTime()).toBe(assigned + HOUR);
    });
  });

  describe('in a race', () => {
    const ONE = { from: 1, to: 1 };

    it('a confirm and a reuse at once never put two purposes on one live scene', async () => {
      const [first, other] = processes(ONE);
      for (let round = 0; round < 25; round++) {
        await emptyLedger(opened.dataSource);
        await first.scenes.sceneFor(of('a'));
        const intent = await ask(1);
        await first.scenes.release(of('a'));
        const [confirmed, assigned, ...taken] = await Promise.all([
          first.intents.confirm(intent, OPENID),
          // Past the suggestion, which would have kept it from trying.
          other.sceneRepository.assign(of('b'), 1, 0),
          ...[other, first].map(({ scenes }) => scenes.sceneFor(of('b')).catch(({ code }) => code)),
        ]);
        expect([confirmed, assigned, ...taken]).toEqual([
          true,
          false,
          ...Array(2).fill('WEIXIN_SCENES_EXHAUSTED'),
        ]);
      }
    });

    it('a confirm in the last moment, its expiry by a process whose clock is ahead, and a reuse: either the grant or the reuse', async () => {
      const ahead = new ManualClock(clock.now());
      const [first, other] = processes(ONE, [clock, ahead]);
      for (let round = 0; round < 30; round++) {
        await emptyLedger(opened.dataSource);
        await first.scenes.sceneFor(of('a'));
        const intent = await ask(1);
        await first.scenes.release(of('a'));
        ahead.advance(intent.expiresAt.getTime() - ahead.now());
        const confirm = () => first.intents.confirm(intent, OPENID);
        const expire = () => expireIntents(other);
        const [, , taken] = await Promise.all([
          ...(round % 2 ? [confirm(), expire()] : [expire(), confirm()]),
          Promise.resolve().then(() => other.scenes.sceneFor(of('b')).catch(() => undefined)),
        ]);
        const live = await first.grants.countAvailable({ ...TEMPLATE, openid: OPENID, scene: 1 });
        expect([live, taken]).not.toEqual([1, 1]);
      }
    });

    it('between the old purpose, back after 91 days, and a new one, exactly one gets the scene', async () => {
      const both = processes(ONE);
      for (let round = 0; round < 20; round++) {
        await emptyLedger(opened.dataSource);
        await both[0].scenes.sceneFor(of('a'));
        clock.advance(91 * DAY);
        const given = await Promise.all(
          ['a', 'b', 'a', 'b'].map((purpose, index) =>
            both[index >> 1].scenes.sceneFor(of(purpose)).then(
              () => purpose,
              ({ code }) => code,
            ),
          ),
        );
        const [{ purpose }] = await rows();
        const won = given.filter((answer) => answer === purpose);
        expect([won.length, await countRows(opened.dataSource, 'weixin_scene')]).toEqual([2, 1]);
        expect(given.filter((answer) => answer !== purpose)).toEqual(
          Array(2).fill('WEIXIN_SCENES_EXHAUSTED'),
        );
      }
    });

    it('an intent by purpose and a reuse at once: either the intent or the reuse', async () => {
      const [first, other] = processes(ONE);
      for (let round = 0; round < 30; round++) {
        await emptyLedger(opened.dataSource);
        await first.scenes.sceneFor(of('a'));
        const { scene, step } = await first.scenes.inUse(of('a'));
        const reuse = async () => {
          await other.scenes.release(of('a'));
          return other.scenes.sceneFor(of('b')).catch(() => undefined);
        };
        const create = () => first.intents.create(question(scene), digest(`state:${++sources}`), [step]);
        const [asked, reused] = await Promise.all([create(), reuse()]);
        expect([asked, reused]).not.toEqual([true, 1]);
        expect(await countRows(opened.dataSource, 'weixin_intent')).toBe(asked ? 1 : 0);
      }
    });

    it('keeps every purpose on one scene, and every scene with one purpose, through a storm of releases', async () => {
      const both = processes({ from: 1, to: 4 });
      await atOnce(120, async (index) => {
        const { scenes } = both[index % 2];
        const purpose = of(`class:${index % 6}`);
        if (index % 3 === 0) await scenes.release(purpose);
        else
          await scenes.sceneFor(purpose).catch((error) => expect(error).toBeInstanceOf(ScenesExhaustedError));
      });
      const all = await rows();
      expect(new Set(all.map(({ scene }) => scene)).size).toBe(all.length);
      expect(new Set(all.map(({ purpose }) => purpose)).size).toBe(all.length);
    });
  });

  describe('an intent by purpose', () => {
    it('is written down only while the purpose has its scene', async () => {
      const { scenes, intents } = libraryParts(opened.dataSource, { clock, scenes: { from: 1, to: 1 } });
      const create = ({ scene, step }: Awaited<ReturnType<typeof scenes.inUse>>) =>
        intents.create(question(scene), digest(`state:${++sources}`), [step]);
      await expect(scenes.inUse(of('a'))).rejects.toThrow(PurposeUnknownError);
      await scenes.sceneFor(of('a'));
      const early = await scenes.inUse(of('a'));
      expect(early.scene).toBe(1);
      await scenes.release(of('a'));
      expect(await create(early)).toBe(false);
      await expect(scenes.inUse(of('a'))).rejects.toThrow(PurposeUnknownError);
      await scenes.sceneFor(of('b'));
      expect(await create(early)).toBe(false);
      expect(await countRows(opened.dataSource, 'weixin_intent')).toBe(0);
      expect(await create(await scenes.inUse(of('b')))).toBe(true);
      await scenes.release(of('b'));
      await expect(scenes.sceneFor(of('c'))).rejects.toThrow(ScenesExhaustedError);
    });

    it('counts as use of the scene', async () => {
      const { scenes, intents } = libraryParts(opened.dataSource, { clock });
      await scenes.sceneFor(of('a'));
      clock.advance(80 * DAY);
      const { scene, step } = await scenes.inUse(of('a'));
      await intents.create(question(scene), digest(`state:${++sources}`), [step]);
      expect(await scenes.find(of('a'))).toMatchObject({ usedAt: new Date(clock.now()) });
    });
  });

  describe('find and list', () => {
    it('tell when a scene was assigned, used and released', async () => {
      const { scenes } = parts;
      const assignedAt = new Date(clock.now());
      await scenes.sceneFor(of('a'));
      expect(await scenes.find(of('a'))).toEqual({
        ...of('a'),
        scene: 0,
        assignedAt,
        usedAt: assignedAt,
        releasedAt: undefined,
      });
      clock.advance(HOUR);
      await scenes.release(of('a'));
      expect(await scenes.find(of('a'))).toMatchObject({
        usedAt: assignedAt,
        releasedAt: new Date(clock.now()),
      });
    });

    it('find nothing and create nothing for a purpose that differs in case', async () => {
      await parts.scenes.sceneFor(of('class:a'));
      expect(await parts.scenes.find(of('class:A'))).toBeUndefined();
      expect(await countRows(opened.dataSource, 'weixin_scene')).toBe(1);
    });

    it('list the scenes of one template page by page', async () => {
      const { scenes } = parts;
      for (let n = 0; n < 5; n++) await scenes.sceneFor(of(`class:${n}`));
      await scenes.sceneFor(of('elsewhere', OTHER_TEMPLATE));
      const first = await scenes.list({ ...TEMPLATE, limit: 3 });
      expect(first.map(({ scene, purpose }) => [scene, purpose])).toEqual([
        [0, 'class:0'],
        [1, 'class:1'],
        [2, 'class:2'],
      ]);
      const next = await scenes.list({ ...TEMPLATE, after: 2, limit: 3 });
      expect(next.map(({ scene }) => scene)).toEqual([3, 4]);
      expect(await scenes.list({ ...TEMPLATE, after: 4 })).toEqual([]);
    });

    it.each([{ limit: 0 }, { limit: 1001 }, { after: -1 }, { after: 10_001 }])(
      'list refuses %p',
      async (wrong) => {
        await expect(parts.scenes.list({ ...TEMPLATE, ...wrong })).rejects.toThrow(InvalidInputError);
      },
    );
  });

  describe('the database itself', () => {
    const row = (scene: number, purpose: string) =>
      opened.dataSource
        .getRepository(SceneEntity)
        .insert({ ...of(purpose), scene, assignedAt: new Date(1), usedAt: new Date(1) });

    it('refuses a second purpose on a scene, and a second scene for a purpose', async () => {
      await row(1, 'a');
      await expect(row(1, 'b')).rejects.toThrow();
      await expect(row(2, 'a')).rejects.toThrow();
      await row(2, 'b');
      expect(await purposes()).toEqual({ 1: 'a', 2: 'b' });
    });
  });

  if (kind !== 'sqlite') holdsAConfirmOpen(() => ({ opened, parts, processes, of, ask }));
});

interface Scenario {
  opened: Awaited<ReturnType<typeof openDatabase>>;
  parts: LibraryParts;
  processes(scenes: SceneOptions): LibraryParts[];
  of(purpose: string): ScenePurpose;
  ask(scene: number): Promise<Intent>;
}

/** SQLite has one writer; elsewhere a confirm may have written both its rows and not be committed yet. */
function holdsAConfirmOpen(scenario: () => Scenario): void {
  it('a confirm that is written but not committed keeps the scene, without making the reuse wait', async () => {
    const { opened, parts, processes, of, ask } = scenario();
    const [{ scenes }] = processes({ from: 1, to: 1 });
    await scenes.sceneFor(of('a'));
    const intent = await ask(1);
    await scenes.release(of('a'));
    const runner: QueryRunner = opened.dataSource.createQueryRunner();
    await runner.startTransaction('READ COMMITTED');
    try {
      await runner.query(
        `UPDATE weixin_intent SET status = 'confirmed', openid = 'o' WHERE id = '${intent.id}'`,
      );
      await runner.query(
        `INSERT INTO weixin_live_grant (id, app_id, openid, template_id, scene, channel, proof, granted_at)
          VALUES ('${idOf('g1')}', '${TEMPLATE.appId}', 'o', '${TEMPLATE.templateId}', 1, 'one-time', 'bound', 1)`,
      );
      await expect(scenes.sceneFor(of('b'))).rejects.toThrow(ScenesExhaustedError);
      // What the suggestion would have kept back, were it not advice only.
      expect(await parts.sceneRepository.assign(of('b'), 1, 0)).toBe(false);
      await runner.commitTransaction();
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
    }
    await expect(scenes.sceneFor(of('b'))).rejects.toThrow(ScenesExhaustedError);
    expect(await parts.sceneRepository.assign(of('b'), 1, 0)).toBe(false);
  });
}
